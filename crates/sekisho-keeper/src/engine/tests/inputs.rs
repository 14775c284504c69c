//! What the watch is fed: from where a shift is worked, who sends pictures, and who is refused, over restarts too.

use sekisho_core::{
    calendar::DAY,
    watch::{
        DENY_SECONDS, Detector, Verdict,
        observed::{Observation, Room},
    },
};

use super::*;
use crate::wire::Closed;

fn worked_from(house: &mut House) -> Vec<(Room, Observation)> {
    let events = house.bodies().iter().map(|body| Event::from_bytes(body).unwrap()).collect::<Vec<_>>();
    let seen = events.into_iter().filter_map(|event| match event.what {
        What::Observed { room, seen: seen @ Observation::ShiftFrom { .. } } => Some((room, seen)),
        _ => None,
    });
    seen.collect()
}

/// M20: officers are told of a shift from another network with another program, over a restart and a day later, and
/// nobody is stopped for it. A replay of the ledger finds the same.
#[test]
fn a_shift_from_another_network_and_program_is_told_and_stops_nobody() {
    let mut house = House::watched();
    house.submit("one");
    for (last, agent) in [(7, "Firefox"), (7, "Firefox"), (8, "Firefox"), (7, "Chromium")] {
        house.begin_shift_from(last, agent);
        house.live_until(house.now() + HOUR);
        house.restart_after(1);
    }
    assert_eq!(house.verdicts(Detector::Newcomer), [], "a network alone changes every day, and so does a program");
    let shift = house.begin_shift_from(9, "curl");
    assert_eq!(house.verdicts(Detector::Newcomer), [Verdict::Note]);
    assert!(house.takes_one(&shift).is_ok());
    assert!(house.watch_is_the_ledgers());
    let said = house.findings()[0].sentence().en;
    assert!(said.contains("from another network and program") && said.ends_with("This is for you to know."), "{said}");
}

/// M47: the ledger names both the same each time, also after a restart, and holds neither.
#[test]
fn the_ledger_holds_neither_an_address_nor_what_a_program_calls_itself() {
    let mut house = House::watched();
    for _ in 0..2 {
        house.begin_shift_from(7, "Mozilla/5.0 (a telephone)");
        house.restart_after(1);
    }
    let all = worked_from(&mut house);
    let names = |seen: &(Room, Observation)| match &seen.1 {
        Observation::ShiftFrom { network, agent, device, .. } => (*network, *agent, *device),
        _ => unreachable!("only these were asked for"),
    };
    assert_eq!((all.len(), names(&all[0])), (2, names(&all[1])));
    assert!(all.iter().all(|(room, _)| *room == Room::Desk));
    let bodies = house.bodies().concat();
    let holds = |text: &[u8]| bodies.windows(text.len()).any(|window| window == text);
    assert!(!holds(b"203.0.113.7") && !holds(b"Mozilla") && holds(b"shift_from"));
    assert!(!holds(&[203, 0, 113, 7]));
}

/// A desk that knows no address tells of none, and nothing is entered; going on with a shift is no beginning.
#[test]
fn what_nobody_saw_is_not_entered() {
    let mut house = House::watched();
    let shift = house.begin_shift();
    house.touch(&shift);
    assert_eq!(worked_from(&mut house), []);
}

fn uploads(house: &mut House) -> usize {
    house.events(|what| matches!(what, What::Observed { seen: Observation::Uploads { .. }, .. }))
}

/// M20, M26: a network that floods us with pictures sends no more of them for a quarter of an hour, also after a
/// restart, and nothing else comes of it. What is refused counts more than what is taken.
#[test]
fn a_network_that_floods_us_with_pictures_sends_no_more_of_them_for_a_while() {
    let mut house = House::watched();
    let told: Vec<_> = (0..70).map(|_| house.get_pictures(7, 0, 1)).collect();
    let first = told.iter().position(|denied| !denied.is_empty());
    assert_eq!(first, Some(63), "the sixty-fourth, of which the ledger was told at each doubling");
    assert_eq!((told[63][0].of, told[63][0].until), (Closed::Pictures, house.now() + DENY_SECONDS));
    assert!((0..600).all(|_| house.get_pictures(8, 1, 0).len() == 1), "a busy network is not");
    assert_eq!(house.verdicts(Detector::Flood), [Verdict::Deny]);
    assert!(uploads(&mut house) < 16);
    house.restart_after(5);
    assert_eq!(house.names().denied.len(), 1);
    house.pass(DENY_SECONDS);
    assert!(house.names().denied.is_empty());
    assert!(house.findings().iter().all(|finding| finding.verdict() <= Verdict::Deny));
    assert!(house.watch_is_the_ledgers());
}

/// M47: from where pictures came is on record of nobody who sends a few.
#[test]
fn who_sends_a_few_pictures_is_not_on_record() {
    let mut house = House::watched();
    for number in 0..600 {
        house.get_pictures((number % 200) as u8, u64::from(number % 9 > 0), u64::from(number % 9 == 0));
        house.pass(1);
    }
    house.pass(61);
    house.tick();
    assert_eq!((uploads(&mut house), house.findings()), (0, vec![]));
}

/// M20: three refusals before the keeper is killed and five after it are eight. The control: without the row in
/// keeper.db they are seven, as the ledger was told of the first and is told of the fourth.
#[test]
fn refusals_before_a_crash_count_after_it() {
    let found_at = |forgets: bool| {
        let mut house = House::watched();
        (0..3).for_each(|_| drop(house.try_a_link(7)));
        house.restart_after(1);
        if forgets {
            house.lose_the_counts();
        }
        let further = (1..=12).find(|_| !house.try_a_link(7).is_empty());
        assert!(house.watch_is_the_ledgers());
        further
    };
    assert_eq!(found_at(false), Some(5));
    assert_eq!(found_at(true), Some(8), "the control");
}

/// M20: also those of a minute that was over while the keeper was away.
#[test]
fn what_was_summed_up_before_a_crash_is_told_after_it() {
    let refusals = |house: &mut House| {
        let events = house.bodies().iter().map(|body| Event::from_bytes(body).unwrap()).collect::<Vec<_>>();
        let counts = events.into_iter().filter_map(|event| match event.what {
            What::Observed { seen: Observation::Refused { count, .. }, .. } => Some(count),
            _ => None,
        });
        counts.sum::<u64>()
    };
    let mut house = House::watched();
    (0..21).for_each(|number| drop(house.try_a_link(number % 3)));
    let before = refusals(&mut house);
    assert!(before < 21, "{before}");
    house.restart_after(120);
    house.tick();
    assert_eq!(refusals(&mut house), 21);
}

/// M7, M20: a gate that begins anew names every network as before, and knows who is refused; all day, and for an hour
/// after it.
#[test]
fn a_gate_that_begins_anew_has_the_names_of_the_day() {
    let mut house = House::watched();
    let names = house.names();
    assert!(names.until > house.now() && names.until.since(house.now()) <= DAY);
    (0..8).for_each(|_| drop(house.try_a_link(7)));
    house.restart_after(30);
    let again = house.names();
    assert_eq!((again.keys[0].clone(), again.denied.len()), (names.keys[0].clone(), 1));
    house.live_until(names.until + 60);
    let next_day = house.names();
    assert_ne!(next_day.keys[0], names.keys[0]);
    assert_eq!(next_day.keys[1..], names.keys[..1], "yesterday's, for whoever was refused before midnight");
    assert_eq!(next_day.until, names.until + DAY);
}

/// M47: an hour after the day its key is gone, and the names of that day lead back to nobody.
#[test]
fn the_key_of_a_day_is_gone_with_its_slot() {
    let mut house = House::watched();
    let names = house.names();
    house.live_until(names.until + HOUR + 60);
    assert_eq!(house.names().keys.len(), 1);
    assert_ne!(house.names().keys[0], names.keys[0]);
    house.restart_after(1);
    assert_eq!(house.names().keys.len(), 1);
}
