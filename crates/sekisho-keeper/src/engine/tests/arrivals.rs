//! What a gate may bring, and how a document leaves again before it was looked at.

use super::*;

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
