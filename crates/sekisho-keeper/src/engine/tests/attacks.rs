//! Attacks on assignments: a picture without a cause, or a second one for the same.
//!
//! Each has its control: the honest use beside it works. What is tried by the thousand here is tried by the million in
//! [`campaign`], with the same code.

mod campaign;
mod many;

use sekisho_core::id::AssignmentId;

use super::*;
use crate::{engine::Ask, wire::ShiftToken};

fn view(shift: &ShiftToken, assignment: AssignmentId) -> Ask {
    Ask::Desk(DeskRequest::View { shift: shift.clone(), assignment, again: None })
}

/// M19: whoever knows an assignment and holds a shift of their own has no cause for all that.
#[test]
fn an_assignment_in_somebody_elses_session_opens_nothing() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    let (mine, assignment) = house.given("one");
    let theirs = house.begin_second_reviewers_shift();
    assert_eq!(house.view(&theirs, assignment), Err(Refusal::AssignmentOver));
    assert_eq!(house.decide(&theirs, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
    assert_eq!(house.next(&theirs), None, "and what is given to somebody is given to nobody else");
    assert_eq!(house.view(&mine, assignment).unwrap(), house.picture());
    assert_eq!(house.decide(&theirs, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
    assert_eq!(house.decide(&mine, assignment, Reason::OldEnough), Ok(CheckState::Approved));
}

/// M19: two sessions at once, each with the other's assignment.
#[test]
fn two_sessions_that_swap_their_assignments_open_nothing() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    let (one, first) = house.given("one");
    house.submit("two");
    let other = house.begin_second_reviewers_shift();
    let second = house.next(&other).unwrap();
    let swapped = house.at_once(vec![view(&one, second), view(&other, first)]);
    assert_eq!((swapped.pictures, swapped.refused), (0, 2));
    let own = house.at_once(vec![view(&one, first), view(&other, second)]);
    assert_eq!((own.pictures, own.refused), (2, 0));
}

/// M19: in one batch with the decision, before it and after it.
#[test]
fn an_assignment_does_not_outlive_its_decision_in_the_same_moment() {
    let mut house = House::founded();
    let (shift, assignment) = house.given("one");
    let decide = Ask::Desk(DeskRequest::Decide { shift: shift.clone(), assignment, reason: Reason::OldEnough });
    let asks = vec![view(&shift, assignment), decide, view(&shift, assignment)];
    let came = house.at_once(asks);
    assert_eq!((came.refused, came.other), (1, 1), "{came:?}");
    assert!(came.pictures <= 1, "what was released may be gone before it is drawn");
    assert_eq!(house.view(&shift, assignment), Err(Refusal::AssignmentOver));
}

/// M19: a shift is over after eight hours, whatever is open in it; the next one has to be given the document anew.
#[test]
fn an_assignment_does_not_outlive_a_shift_that_ran_out() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    house.pass(8 * HOUR - 5 * MINUTE);
    let assignment = house.next(&shift).unwrap();
    house.pass(5 * MINUTE);
    assert_eq!(house.view(&shift, assignment), Err(Refusal::ShiftOver));
    let next = house.begin_shift();
    assert_eq!(house.view(&next, assignment), Err(Refusal::AssignmentOver));
    house.pass(5 * MINUTE);
    house.tick();
    let fresh = house.next(&next).unwrap();
    assert!(fresh != assignment && house.view(&next, fresh).is_ok());
}

/// M19: a person who is removed takes their passkey with them, and what was open under it.
#[test]
fn an_assignment_does_not_outlive_the_passkey_under_which_it_was_given() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    let theirs = house.begin_second_reviewers_shift();
    let assignment = house.next(&theirs).unwrap();
    house.remove("second");
    assert_eq!(house.view(&theirs, assignment), Err(Refusal::ShiftOver));
    assert_eq!(house.decide(&theirs, assignment, Reason::OldEnough), Err(Refusal::ShiftOver));
    let mine = house.begin_shift();
    assert_eq!(house.view(&mine, assignment), Err(Refusal::AssignmentOver));
    house.pass(10 * MINUTE);
    house.tick();
    let fresh = house.next(&mine).unwrap();
    assert!(house.view(&mine, fresh).is_ok(), "the document goes to somebody who is there");
}

/// M19: shifts live in memory. Whoever copied a token and an assignment holds nothing after a restart.
#[test]
fn an_assignment_does_not_outlive_the_keepers_process() {
    let mut house = House::founded();
    let (shift, assignment) = house.given("one");
    house.restart_after(1);
    assert_eq!(house.view(&shift, assignment), Err(Refusal::ShiftOver));
    let again = house.begin_shift();
    assert_eq!(house.view(&again, assignment), Err(Refusal::AssignmentOver));
    house.pass(10 * MINUTE);
    house.tick();
    let fresh = house.next(&again).unwrap();
    assert_eq!(house.view(&again, fresh).unwrap(), house.picture());
}

/// M19: what the member took back between the assignment and the look.
#[test]
fn an_assignment_does_not_outlive_its_document() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.gate(GateRequest::WithdrawByMember { check, secret: house::MEMBER_SECRET }).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::AssignmentOver));
    house.submit("two");
    let other = house.next(&shift).unwrap();
    assert!(house.view(&shift, other).is_ok());
}

/// M7, M19: what never arrived, or not as it was signed for, is given to nobody.
#[test]
fn no_assignment_comes_of_a_document_that_did_not_arrive() {
    let mut house = House::founded();
    let honest = house.unsent("one");
    let shift = house.begin_shift();
    let mut bent: Vec<_> = std::iter::repeat_with(|| honest.clone()).take(4).collect();
    bent[0].document = sekisho_core::id::DocumentId::from_bytes([3; 16]);
    bent[1].ciphertext_len += 1;
    bent[2].sealed_key[40] ^= 1;
    bent[3].deadline = bent[3].deadline + HOUR;
    let came = house.at_once(bent.into_iter().map(|bent| Ask::Gate(GateRequest::Receive(bent))).collect());
    assert_eq!((came.received, came.refused), (0, 4));
    assert_eq!(house.next(&shift), None);
    assert_eq!(house.at_once(vec![Ask::Gate(GateRequest::Receive(honest))]).received, 1);
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment).unwrap(), house.picture());
}

/// M19: a passkey's answer begins one shift, and a touch that was seen counts for no other.
#[test]
fn a_passkeys_answer_that_is_replayed_begins_no_second_shift() {
    let mut house = House::founded();
    let replayed = house.begin_shift_and_replay();
    assert_eq!(replayed.1, Refusal::BadPasskey);
    house.submit("one");
    let assignment = house.next(&replayed.0).unwrap();
    assert!(house.view(&replayed.0, assignment).is_ok());
}
