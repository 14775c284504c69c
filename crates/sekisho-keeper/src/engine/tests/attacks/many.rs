//! Attacks that are tried many times: replay, double spend, guesses, forged checks.

use sekisho_core::{budget::Limits, testing::Chance};

use super::*;

/// How many attempts the keeper gets at once.
const AT_ONCE: u64 = 500;
/// How often an attack is tried in a test.
const TRIED: u64 = 2_000;

/// What an attack came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) name: &'static str,
    pub(super) tried: u64,
    /// Pictures beyond the honest ones, or documents that were taken in.
    pub(super) extra: u64,
    /// Honest looks beside them.
    pub(super) control: u64,
}

/// A house in which budgets stop nobody, so that it is the cause alone that is tried.
fn house() -> House {
    House::with_limits(Limits::endless())
}

/// An attack is tried round by round, each with a document of its own, until it was tried `tried` times.
fn rounds(name: &'static str, tried: u64, mut round: impl FnMut(&mut House, &str, &mut Came)) -> Came {
    let mut came = Came { name, tried: 0, extra: 0, control: 0 };
    let mut house = house();
    let mut number = 0;
    while came.tried < tried {
        number += 1;
        round(&mut house, &format!("{name}-{number}"), &mut came);
        house.pass(15);
        house.tick();
    }
    // The ledger says the same: as many viewings as honest looks.
    let viewed = house.events(|what| matches!(what, What::Viewed { .. })) as u64;
    came.extra += viewed.abs_diff(came.control);
    came
}

fn many(shift: &ShiftToken, assignment: AssignmentId, times: u64) -> Vec<Ask> {
    (0..times).map(|_| view(shift, assignment)).collect()
}

/// The same look again: at once, after the decision, and in the next shift.
pub(super) fn replays(tried: u64) -> Came {
    rounds("replay", tried, |house, name, came| {
        let (shift, assignment) = house.given(name);
        came.control += u64::from(house.view(&shift, assignment).is_ok());
        came.extra += house.at_once(many(&shift, assignment, AT_ONCE)).pictures;
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
        came.extra += house.at_once(many(&shift, assignment, AT_ONCE)).pictures;
        let next = house.begin_shift();
        came.extra += house.at_once(many(&next, assignment, AT_ONCE)).pictures;
        came.tried += 3 * AT_ONCE;
    })
}

/// One assignment spent many times in the same moment: the first one is honest.
pub(super) fn double_spends(tried: u64) -> Came {
    rounds("double-spend", tried, |house, name, came| {
        let (shift, assignment) = house.given(name);
        let pictures = house.at_once(many(&shift, assignment, AT_ONCE + 1)).pictures;
        came.control += pictures.min(1);
        came.extra += pictures.saturating_sub(1);
        came.tried += AT_ONCE;
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
    })
}

/// Guesses: any number, one that is a bit off, another thing's id, and the right one with a token that is a bit off.
pub(super) fn guesses(tried: u64) -> Came {
    let mut chance = Chance::new(1);
    rounds("forged assignment", tried, |house, name, came| {
        let (_, document) = house.submit(name);
        let shift = house.begin_shift();
        let assignment = house.next(&shift).unwrap();
        let guess = |nth: u64, chance: &mut Chance| {
            let (mut bytes, mut token, bit) = (*assignment.as_bytes(), shift.clone(), chance.below(128) as usize);
            match nth % 4 {
                0 => bytes[..8].copy_from_slice(&chance.draw().to_le_bytes()),
                1 => bytes[bit / 8] ^= 1 << (bit % 8),
                2 => bytes = *document.as_bytes(),
                _ => token.0[bit / 8] ^= 1 << (bit % 8),
            }
            view(&token, AssignmentId::from_bytes(bytes))
        };
        let asks = (0..AT_ONCE).map(|nth| guess(nth, &mut chance)).collect();
        came.extra += house.at_once(asks).pictures;
        came.tried += AT_ONCE;
        came.control += u64::from(house.view(&shift, assignment).is_ok());
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
    })
}

/// Checks that the site didn't sign, for a document that is there and rightly sealed; and then the one that it did.
pub(super) fn forged_checks(tried: u64) -> Came {
    rounds("forged check", tried, |house, name, came| {
        let (honest, shift) = (house.unsent(name), house.begin_shift());
        let bent = |nth: u64| {
            let request = house.forged(&honest.request, came.tried + nth);
            Ask::Gate(GateRequest::Receive(crate::wire::Receive { request, ..honest.clone() }))
        };
        let asks = (0..AT_ONCE).map(bent).collect();
        came.extra += house.at_once(asks).received;
        came.extra += u64::from(house.next(&shift).is_some());
        came.tried += AT_ONCE;
        house.at_once(vec![Ask::Gate(GateRequest::Receive(honest))]);
        let assignment = house.next(&shift).unwrap();
        came.control += u64::from(house.view(&shift, assignment).is_ok());
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
    })
}

/// M19: an assignment that was spent is spent, however often it is shown again.
#[test]
fn thousands_of_replays_give_no_picture() {
    let Came { tried, extra, control, .. } = replays(TRIED);
    assert!(tried >= TRIED && extra == 0 && control > 0, "{extra} of {tried}, {control}");
}

/// M19: many at once are one.
#[test]
fn an_assignment_that_is_spent_thousands_of_times_at_once_gives_one_picture() {
    let Came { tried, extra, control, .. } = double_spends(TRIED);
    assert!(tried >= TRIED && extra == 0 && control == tried / AT_ONCE, "{extra} of {tried}, {control}");
}

/// M19
#[test]
fn thousands_of_guesses_at_an_assignment_give_no_picture() {
    let Came { tried, extra, control, .. } = guesses(TRIED);
    assert!(tried >= TRIED && extra == 0 && control == tried / AT_ONCE, "{extra} of {tried}, {control}");
}

/// M7, M19: no work is invented.
#[test]
fn thousands_of_forged_checks_bring_no_document() {
    let Came { tried, extra, control, .. } = forged_checks(TRIED);
    assert!(tried >= TRIED && extra == 0 && control == tried / AT_ONCE, "{extra} of {tried}, {control}");
}
