//! The live board against the ledger: every number that it shows is computed here once more, from the events alone.

mod account;

use account::Account;
use sekisho_core::{
    budget::Subject,
    check::{Reason, Role},
    id::StaffId,
    testing::Chance,
    time::Timestamp,
    watch::{Detector, Evidence, Finding, PersonVerdict},
};

use super::*;
use crate::wire::{Board, ShiftToken};

const DAY: u64 = 24 * HOUR;

impl House {
    fn board(&mut self, officer: &ShiftToken) -> Board {
        match self.desk(DeskRequest::Board(officer.clone())) {
            Ok(DeskAnswer::Board(board)) => *board,
            other => panic!("no board: {other:?}"),
        }
    }

    /// Something that a detector says of a reviewer.
    fn find(&mut self) {
        let evidence = Evidence { places: vec![1, 2], count: 2, seconds: 9 };
        let staff = StaffId::from_bytes([1; 16]);
        let finding = Finding::of_person(Detector::Tempo, staff, PersonVerdict::Note, evidence);
        let now = self.engine().now();
        self.engine().step(now, |turn| turn.log(None, What::Found { finding }).map(drop)).unwrap();
    }

    /// Entries that say nothing of anybody, and that a start reads.
    fn fill_ledger(&mut self, count: usize) {
        let now = self.engine().now();
        let fill =
            |turn: &mut super::super::Turn<'_>| (0..count).try_for_each(|_| turn.log(None, What::Started).map(drop));
        self.engine().step(now, fill).unwrap();
    }

    fn officer(&mut self) -> ShiftToken {
        self.begin_shift_as(Role::Officer)
    }
}

/// What a house does next, by chance. Whatever is refused is refused.
fn live(house: &mut House, chance: &mut Chance, shifts: &mut Vec<ShiftToken>) {
    match chance.below(16) {
        0..=4 => drop(house.try_submit(&format!("check-{}", chance.draw()))),
        5 => shifts.push(house.begin_shift()),
        6 => shifts.push(house.begin_second_reviewers_shift()),
        7..=10 => work(house, chance, shifts),
        11 => house.find(),
        12 => house.pass(chance.below(90)),
        13 => house.live_until(house.now() + chance.below(20 * MINUTE)),
        14 if chance.below(6) == 0 => house.live_until(house.now() + chance.below(16 * HOUR)),
        15 if chance.below(6) == 0 => house.restart_after(chance.below(30)),
        _ => house.tick(),
    }
}

/// Somebody on shift takes a document, mostly opens it, and mostly decides.
fn work(house: &mut House, chance: &mut Chance, shifts: &[ShiftToken]) {
    let newest = chance.below(3) as usize;
    let Some(shift) = shifts.iter().rev().nth(newest) else { return };
    let Ok(Some(assignment)) = house.try_next(shift) else { return };
    if chance.below(6) > 0 {
        let again = (chance.below(2) == 0).then_some(sekisho_core::check::LookReason::InDoubt);
        let _ = house.view_again(shift, assignment, again);
        if chance.below(4) > 0 {
            let _ = house.decide(shift, assignment, Reason::OldEnough);
        }
    }
}

fn compare(house: &mut House, seed: u64) -> Board {
    let officer = house.officer();
    let (bodies, now) = (house.bodies(), house.now());
    let board = house.board(&officer);
    let account = Account::of(&bodies, now);
    let told = format!("seed {seed} at {now:?}");
    assert_eq!((board.now, board.ledger_size), (now, bodies.len() as u64), "{told}");
    assert_eq!(board.open, account.open(), "{told}");
    assert_eq!(board.shifts, account.shifts(), "{told}");
    assert_eq!(board.flow.quarters, account.quarters(), "{told}");
    assert_eq!(board.found, account.found(), "{told}");
    for spending in &board.budgets {
        assert_eq!(spending.standings, account.standings(&spending.of, spending.holder), "{told}: {spending:?}");
    }
    let shown: Vec<_> = board.budgets.iter().map(|spending| spending.of.clone()).collect();
    for subject in account.subjects() {
        assert!(shown.contains(&subject), "{told}: {subject:?} is missing");
    }
    board
}

/// M20: equal to the ledger, whatever happened.
#[test]
fn every_number_on_the_board_is_the_ledgers() {
    let (mut open, mut viewed) = (0, 0);
    for seed in 0..3 {
        let (mut house, mut chance, mut shifts) = (House::founded(), Chance::new(seed), Vec::new());
        house.enrol_second_reviewer();
        for _ in 0..8 {
            (0..25).for_each(|_| live(&mut house, &mut chance, &mut shifts));
            open += compare(&mut house, seed).open.len();
        }
        house.live_until(house.now() + DAY);
        let board = compare(&mut house, seed);
        viewed += board.flow.quarters.iter().map(|quarter| quarter.viewed).sum::<u64>();
        assert!(!board.found.is_empty(), "seed {seed}");
    }
    assert!(open > 3 && viewed > 30, "little was ever open ({open}) or viewed ({viewed})");
}

/// The account finds a board that is off by one: the comparison can fail.
#[test]
fn a_board_that_leaves_out_a_viewing_is_found_out() {
    let mut house = House::founded();
    house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    let officer = house.officer();
    let (board, bodies) = (house.board(&officer), house.bodies());
    let without: Vec<_> = bodies
        .iter()
        .filter(|body| !matches!(Event::from_bytes(body).unwrap().what, What::Viewed { .. }))
        .cloned()
        .collect();
    let account = Account::of(&without, house.now());
    assert_ne!(board.flow.quarters, account.quarters());
    assert_ne!(board.budgets[0].standings, account.standings(&Subject::Vault, None));
}

/// What an entry of the same batch says is on the board, and what comes to nothing is not.
#[test]
fn a_board_holds_what_its_own_batch_holds() {
    let mut house = House::founded();
    let officer = house.officer();
    house.tick();
    house.submit("one");
    let before = house.board(&officer);
    assert_eq!(before.flow.quarters.iter().map(|quarter| quarter.arrived).sum::<u64>(), 1);
    house.restart_after(0);
    let officer = house.officer();
    assert_eq!(house.board(&officer).flow.quarters, before.flow.quarters, "counted again after a start");
}

/// A long ledger is read in parts after a start, and until then the board says since when it counts.
#[test]
fn after_a_start_the_board_says_since_when_it_counts() {
    let mut house = House::founded();
    for number in 0..3 {
        house.submit(&format!("check-{number}"));
    }
    house.fill_ledger(9_000);
    let (began, sum) = (house.now(), |board: &Board| board.flow.quarters.iter().map(|quarter| quarter.arrived).sum());
    house.pass(2 * HOUR);
    house.restart_after(0);
    let officer = house.officer();
    let first = house.board(&officer);
    assert_eq!((sum(&first), first.flow.since), (0_u64, began), "the first part holds none of them");
    (0..3).for_each(|_| house.tick());
    let then = house.board(&officer);
    assert_eq!((sum(&then), then.flow.since), (3, Timestamp(then.now.0 - 7 * DAY)));
}

#[test]
fn entries_are_given_by_their_places_and_not_by_the_thousand() {
    let mut house = House::founded();
    house.find();
    let officer = house.officer();
    let size = house.ledger_size();
    let entries = |house: &mut House, places: Vec<u64>| match house
        .desk(DeskRequest::Entries { shift: officer.clone(), places })
    {
        Ok(DeskAnswer::Events(entries)) => Ok(entries),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal),
    };
    let bodies = house.bodies();
    let expected: Vec<_> = [2_u64, 0].map(|at| (at, String::from_utf8(bodies[at as usize].clone()).unwrap())).into();
    let found = entries(&mut house, vec![2, size + 5, 0]).unwrap();
    assert_eq!(found.iter().map(|entry| (entry.index, entry.body.clone())).collect::<Vec<_>>(), expected);
    let many = (0..=Board::ENTRIES_MOST as u64).collect();
    assert_eq!(entries(&mut house, many).unwrap_err(), Refusal::BadRequest);
}

/// M15: who looks at documents does not look at who looks.
#[test]
fn a_reviewer_has_no_board() {
    let mut house = House::founded();
    let shift = house.begin_shift();
    assert_eq!(house.desk(DeskRequest::Board(shift.clone())).unwrap_err(), Refusal::NotAllowed);
    let entries = DeskRequest::Entries { shift, places: vec![0] };
    assert_eq!(house.desk(entries).unwrap_err(), Refusal::NotAllowed);
}
