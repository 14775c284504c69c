//! Who may become staff and when, and what each role may do.

use super::*;

/// M15: roles are apart. An administrator is given no assignment, and can't use somebody else's.
#[test]
fn an_administrator_or_officer_cannot_view() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    for role in [Role::Administrator, Role::Officer] {
        let other = house.begin_shift_as(role);
        assert_eq!(house.next_refused(&other), Refusal::NotAllowed);
        assert_eq!(house.view(&other, assignment), Err(Refusal::NotAllowed));
        assert_eq!(house.decide(&other, assignment, Reason::OldEnough), Err(Refusal::NotAllowed));
    }
}

/// M15: what would let more people look can't be done at once after the first real check.
#[test]
fn after_the_first_real_check_the_registry_is_not_loosened_at_once() {
    let mut house = House::in_production();
    let shift = house.begin_shift_as(Role::Administrator);
    let invite = |shift| DeskRequest::Invite { shift, name: "reviewer-2".into(), role: Role::Reviewer };
    assert!(house.desk(invite(shift.clone())).is_ok());
    house.submit("one");
    assert_eq!(house.desk(invite(shift)).unwrap_err(), Refusal::AlreadyFounded);
}

#[test]
fn the_founding_token_makes_one_administrator() {
    let mut house = House::unpeopled();
    let token = house.founding_token().unwrap();
    house.enrol(&token).unwrap();
    assert_eq!(house.enrol(&token).unwrap_err(), Refusal::BadInvitation);
    assert!(house.founding_token().is_none(), "an administrator exists");
}

#[test]
fn an_invitation_ends_after_half_an_hour() {
    let mut house = House::unpeopled();
    let token = house.founding_token().unwrap();
    house.pass(30 * MINUTE);
    assert_eq!(house.enrol(&token).unwrap_err(), Refusal::BadInvitation);
}

#[test]
fn a_pause_stops_looking_and_an_officer_lifts_it() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    let officer = house.begin_shift_as(Role::Officer);
    house.desk(DeskRequest::Pause { shift: officer.clone(), minutes: 15 }).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::Paused));
    house.desk(DeskRequest::Resume(officer)).unwrap();
    assert!(house.view(&shift, assignment).is_ok());
}
