//! The engine whole, in memory: real keys, a real database, a real ledger; a driven clock and seeded chance.

pub(crate) mod house;
mod older;
mod restore;
mod time;
mod witness;

use house::{House, MINUTE};
use sekisho_core::{
    check::{CheckState, DocumentState, Reason, Role},
    event::{Event, What},
    ledger::receipt::{self, Receipt},
    time::HOUR,
};

use crate::{
    engine::Outcome,
    wire::{CourierAnswer, CourierRequest, DeskAnswer, DeskRequest, GateAnswer, GateRequest, Refusal},
};

#[test]
fn a_check_runs_from_a_sealed_picture_to_a_signed_claim() {
    let mut house = House::founded();
    let (check, document) = house.submit("one");
    assert_eq!(house.check(check).state, CheckState::InReview);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment).unwrap(), house.picture());
    assert_eq!(house.decide(&shift, assignment, Reason::OldEnough), Ok(CheckState::Approved));
    let view = house.check(check);
    assert_eq!((view.state, view.documents[0].state), (CheckState::Approved, DocumentState::Shredded));
    assert!(!house.has_blob(document));
    let claims = house.verified_claims(&view.attestation.unwrap());
    assert_eq!(claims["claims"], serde_json::json!({"age_over_18": true}));
    assert_eq!(claims["aud"], "site-a");
    assert_eq!(view.viewings.len(), 1);
}

/// M16: the receipt verifies with the core alone, and tells the whole story in order.
#[test]
fn the_receipt_tells_what_happened_and_verifies() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    let Ok(GateAnswer::Proof(json)) = house.gate(GateRequest::Proof(check)) else { panic!("no proof") };
    let verified = receipt::verify(&Receipt::from_json(&json).unwrap(), None).unwrap();
    let tally = verified.tally();
    assert_eq!((tally.received, tally.viewed, tally.decided, tally.shredded), (1, 1, 1, 1));
    let places: Vec<u64> = verified.events.iter().map(|event| event.index).collect();
    assert!(places.is_sorted());
}

/// M1: the site is told by webhook, once, in the transaction of the decision.
#[test]
fn the_site_is_told() {
    let mut house = House::founded();
    house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    let Ok(CourierAnswer::Messages(messages)) = house.courier(CourierRequest::Pull { limit: 9 }) else { panic!() };
    assert_eq!(messages.len(), 1);
    let body: serde_json::Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(body["type"], "check.approved");
    assert!(body["data"]["attestation"].is_string());
    house.courier(CourierRequest::Delivered(messages[0].id)).unwrap();
    assert!(matches!(house.courier(CourierRequest::Pull { limit: 9 }), Ok(CourierAnswer::Messages(m)) if m.is_empty()));
}

#[test]
fn a_failed_webhook_waits_longer_each_time() {
    let mut house = House::founded();
    house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    let mut waits = Vec::new();
    for _ in 0..3 {
        let Ok(CourierAnswer::Messages(messages)) = house.courier(CourierRequest::Pull { limit: 9 }) else { panic!() };
        house.courier(CourierRequest::Failed { message: messages[0].id, why: "status_500".into() }).unwrap();
        let began = house.now();
        while !matches!(house.courier(CourierRequest::Pull { limit: 9 }), Ok(CourierAnswer::Messages(m)) if !m.is_empty())
        {
            house.pass(5);
        }
        waits.push(house.now().since(began));
    }
    assert!(waits.is_sorted() && waits[0] < waits[2], "{waits:?}");
}

#[test]
fn one_assignment_is_one_look() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::AlreadyViewed));
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 1);
}

#[test]
fn nobody_decides_on_what_they_did_not_look_at() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.decide(&shift, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
}

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

#[test]
fn an_assignment_lapses_and_its_document_waits_for_the_only_reviewer_again() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let first = house.next(&shift).unwrap();
    house.pass(10 * MINUTE);
    assert_eq!(house.view(&shift, first), Err(Refusal::AssignmentOver));
    house.tick();
    let second = house.next(&shift).unwrap();
    assert_ne!(first, second);
    assert!(house.view(&shift, second).is_ok());
}

#[test]
fn what_lapsed_goes_to_somebody_else_where_there_is_one() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    let first = house.begin_shift();
    house.next(&first).unwrap();
    house.pass(10 * MINUTE);
    house.tick();
    assert!(house.next(&first).is_none(), "it lapsed with this person");
    let second = house.begin_second_reviewers_shift();
    let assignment = house.next(&second).unwrap();
    assert!(house.view(&second, assignment).is_ok());
}

/// M9: three crashes in a row, each over a look at the same document, and it is still given to somebody.
#[test]
fn what_lapsed_with_everybody_is_given_out_again() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    for begin in [House::begin_shift, House::begin_second_reviewers_shift, House::begin_shift] {
        let shift = begin(&mut house);
        assert!(house.next(&shift).is_some());
        house.restart_after(60);
    }
}

/// A reviewer can't time what they get: it is drawn among the oldest sixteen.
#[test]
fn an_assignment_is_drawn_among_the_oldest_sixteen() {
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let mut house = House::founded();
        let mut documents = Vec::new();
        for number in 0..18 {
            documents.push(house.submit(&format!("check-{number}")).1);
            house.pass(1);
        }
        let shift = house.begin_shift();
        house.next(&shift).unwrap();
        let assigned = house.assigned_document();
        drawn.insert(documents.iter().position(|document| *document == assigned).unwrap());
    }
    assert!(drawn.len() > 5 && drawn.last() < Some(&16), "{drawn:?}");
}

#[test]
fn three_lapses_end_the_shift() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    for _ in 0..3 {
        house.next(&shift).unwrap();
        house.pass(10 * MINUTE);
        house.tick();
    }
    assert_eq!(house.next_refused(&shift), Refusal::ShiftOver);
}

#[test]
fn every_tenth_assignment_wants_a_fresh_touch() {
    let mut house = House::founded();
    let shift = house.begin_shift();
    for number in 0..10 {
        house.submit(&format!("check-{number}"));
        let assignment = house.next(&shift).unwrap();
        house.view(&shift, assignment).unwrap();
        house.decide(&shift, assignment, Reason::OldEnough).unwrap();
    }
    house.submit("the eleventh");
    assert_eq!(house.next_refused(&shift), Refusal::TouchNeeded);
    house.touch(&shift);
    assert!(house.next(&shift).is_some());
}

#[test]
fn a_retake_ends_the_document_and_three_arrivals_are_all() {
    let mut house = House::founded();
    for arrival in 1..=3u8 {
        let (check, _) = house.submit("one");
        let state = house.review(Reason::Unreadable).unwrap();
        let left = house.check(check).arrivals_left;
        assert_eq!(left, 3 - arrival);
        assert_eq!(state, if left == 0 { CheckState::Expired } else { CheckState::AwaitingDocument });
    }
    assert_eq!(house.try_submit("one").unwrap_err(), Refusal::CheckOver);
}

#[test]
fn one_request_brings_one_document_at_a_time() {
    let mut house = House::founded();
    house.submit("one");
    assert_eq!(house.try_submit("one").unwrap_err(), Refusal::AlreadyReceived);
}

#[test]
fn a_site_that_does_not_answer_hides_no_other() {
    let mut house = House::founded();
    for number in 0..3 {
        house.submit(&format!("check-{number}"));
        house.review(Reason::OldEnough).unwrap();
    }
    let Ok(CourierAnswer::Messages(messages)) = house.courier(CourierRequest::Pull { limit: 9 }) else { panic!() };
    assert_eq!(messages.len(), 1, "one a site at a time, oldest first");
}

#[test]
fn a_gate_cannot_change_what_was_received() {
    let mut house = House::founded();
    let (_, document) = house.submit("one");
    house.swap_blob(document);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::Damaged));
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 1, "it counts all the same");
}

/// M7: a request that the site did not sign, or that expired, brings no document.
#[test]
fn a_gate_cannot_invent_work() {
    let mut house = House::founded();
    assert_eq!(house.submit_forged().unwrap_err(), Refusal::BadSignature);
    assert_eq!(house.submit_expired().unwrap_err(), Refusal::RequestExpired);
    assert_eq!(house.submit_under("jp-unknown").unwrap_err(), Refusal::PolicyNotInForce);
    assert_eq!(house.submit_kind("jp-my-number-back").unwrap_err(), Refusal::KindNotAccepted);
    assert_eq!(house.submit_without_blob().unwrap_err(), Refusal::Damaged);
    assert_eq!(house.submit_with_longer_deadline().unwrap_err(), Refusal::BadRequest);
    assert_eq!(house.events(|what| matches!(what, What::Received { .. })), 0);
}

#[test]
fn a_site_withdraws_by_its_own_signature_once() {
    let mut house = House::founded();
    let (check, document) = house.submit("one");
    assert_eq!(house.withdraw_forged(check).unwrap_err(), Refusal::BadSignature);
    let call = house.signed_withdrawal(check);
    house.gate(GateRequest::Withdraw { check, call: call.clone() }).unwrap();
    assert_eq!(house.check(check).state, CheckState::Withdrawn);
    assert!(!house.has_blob(document));
    assert_eq!(house.gate(GateRequest::Withdraw { check, call }).unwrap_err(), Refusal::BadSignature, "a replay");
}

#[test]
fn a_member_withdraws_with_a_secret_that_only_their_browser_has() {
    let mut house = House::founded();
    let (check, document) = house.submit("one");
    let guess = GateRequest::WithdrawByMember { check, secret: [0; 32] };
    assert_eq!(house.gate(guess).unwrap_err(), Refusal::NotFound);
    house.gate(GateRequest::WithdrawByMember { check, secret: house::MEMBER_SECRET }).unwrap();
    assert!(!house.has_blob(document));
    assert_eq!(house.check(check).state, CheckState::Withdrawn);
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
    house.desk(DeskRequest::Pause(officer.clone())).unwrap();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::Paused));
    house.desk(DeskRequest::Resume(officer)).unwrap();
    assert!(house.view(&shift, assignment).is_ok());
}

/// Many requests of one batch stand in one transaction; one that is refused undoes only itself.
#[test]
fn a_refused_verb_undoes_only_itself() {
    let mut house = House::founded();
    let before = house.ledger_size();
    let outcomes = house.batch_of_good_and_bad();
    let refused = outcomes.iter().filter(|outcome| house::is_refused(outcome)).count();
    assert_eq!((outcomes.len(), refused), (3, 1));
    assert_eq!(house.ledger_size(), before + 2);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Say(_))));
}

/// The body that a leaf commits to is the one that is stored, and it reads back.
#[test]
fn every_stored_body_reads_back() {
    let mut house = House::founded();
    house.submit("one");
    house.review(Reason::NotOldEnough).unwrap();
    for body in house.bodies() {
        assert_eq!(Event::from_bytes(&body).unwrap().to_bytes(), body);
    }
}

/// M19: an assignment doesn't outlive its shift, not even for the same person.
#[test]
fn an_assignment_ends_with_its_shift() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    let again = house.begin_shift();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::ShiftOver));
    assert_eq!(house.view(&again, assignment), Err(Refusal::AssignmentOver));
    assert_eq!(house.decide(&again, assignment, Reason::OldEnough), Err(Refusal::AssignmentOver));
    let fresh = house.next(&again).unwrap();
    assert_ne!(fresh, assignment);
}
