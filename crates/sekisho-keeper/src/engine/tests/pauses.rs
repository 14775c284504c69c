//! A pause: it ends by itself, or by two officers' passkeys.

use super::*;
use crate::wire::{Answered, ShiftToken};

fn paused(house: &mut House, minutes: u16) -> Answered<()> {
    let shift = house.begin_shift_as(Role::Administrator);
    house.desk(DeskRequest::Pause { shift, minutes }).map(drop)
}

fn resumed(house: &mut House, shift: &ShiftToken) -> Answered<()> {
    house.desk(DeskRequest::Resume(shift.clone())).map(drop)
}

fn holds(house: &mut House) -> Option<(u8, u8)> {
    let Ok(DeskAnswer::Status(status)) = house.desk(DeskRequest::Status) else { panic!("no status") };
    status.paused.map(|pause| (pause.asked, pause.needed))
}

#[test]
fn a_pause_ends_by_itself() {
    let mut house = House::founded();
    house.submit("one");
    paused(&mut house, 15).unwrap();
    let shift = house.begin_shift();
    assert_eq!(house.next_refused(&shift), Refusal::Paused);
    house.pass(15 * MINUTE - 1);
    assert_eq!(house.next_refused(&shift), Refusal::Paused);
    house.pass(1);
    assert!(house.next(&shift).is_some());
    assert_eq!(holds(&mut house), None);
}

#[test]
fn a_shorter_pause_does_not_shorten_one_that_holds_and_none_lasts_for_ever() {
    let mut house = House::founded();
    house.submit("one");
    paused(&mut house, 60).unwrap();
    paused(&mut house, 1).unwrap();
    house.pass(59 * MINUTE);
    let shift = house.begin_shift();
    assert_eq!(house.next_refused(&shift), Refusal::Paused);
    for minutes in [0, 481] {
        assert_eq!(paused(&mut house, minutes), Err(Refusal::BadRequest));
    }
}

/// M26: one officer asks, a second one lifts it; the same one twice does not.
#[test]
fn two_officers_lift_a_pause_and_one_alone_does_not() {
    let mut house = House::founded();
    let second = house.second_officer();
    paused(&mut house, 60).unwrap();
    let first = house.begin_shift_as(Role::Officer);
    resumed(&mut house, &first).unwrap();
    resumed(&mut house, &first).unwrap();
    assert_eq!(holds(&mut house), Some((1, 2)));
    resumed(&mut house, &second).unwrap();
    assert_eq!(holds(&mut house), None);
    assert_eq!(house.events(|what| matches!(what, What::Resumed { .. })), 1);
}

/// A word for one pause is none for the next.
#[test]
fn what_was_asked_before_a_new_pause_counts_no_more() {
    let mut house = House::founded();
    let second = house.second_officer();
    paused(&mut house, 60).unwrap();
    resumed(&mut house, &second).unwrap();
    paused(&mut house, 60).unwrap();
    let first = house.begin_shift_as(Role::Officer);
    resumed(&mut house, &first).unwrap();
    assert_eq!(holds(&mut house), Some((1, 2)));
}

/// A firm with one officer: chosen in the open, and doctor says so.
#[test]
fn where_there_is_one_officer_that_one_lifts_it() {
    let mut house = House::founded();
    paused(&mut house, 60).unwrap();
    assert_eq!(holds(&mut house), Some((0, 1)));
    let officer = house.begin_shift_as(Role::Officer);
    resumed(&mut house, &officer).unwrap();
    assert_eq!(holds(&mut house), None);
}

/// A session that was left open, or taken, is not an officer's word.
#[test]
fn lifting_takes_a_fresh_touch_of_the_passkey() {
    let mut house = House::founded();
    paused(&mut house, 60).unwrap();
    let officer = house.begin_shift_as(Role::Officer);
    house.pass(3 * MINUTE);
    assert_eq!(resumed(&mut house, &officer), Err(Refusal::TouchNeeded));
    house.touch_as(Role::Officer, &officer);
    assert_eq!(resumed(&mut house, &officer), Ok(()));
}

#[test]
fn a_pause_outlives_the_process_and_a_restore() {
    let mut house = House::founded();
    let backup = house.back_up();
    paused(&mut house, 60).unwrap();
    house.restart_after(MINUTE);
    assert!(holds(&mut house).is_some());
    house.restore_with_journal(&backup).unwrap();
    assert!(holds(&mut house).is_some());
}
