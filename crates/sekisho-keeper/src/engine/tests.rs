//! The engine whole, in memory: real keys, a real database, a real ledger; a driven clock and seeded chance.

mod alerts;
mod arrivals;
mod assignments;
mod attacks;
mod board;
mod budgets;
mod canary;
mod canary_documents;
mod changes;
mod custodians;
pub(crate) mod house;
mod inputs;
mod lockdown;
mod older;
mod pages;
mod pauses;
mod restore;
mod staffing;
mod stops;
mod time;
mod waiting;
mod watching;
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
fn a_site_that_does_not_answer_hides_no_other() {
    let mut house = House::founded();
    for number in 0..3 {
        house.submit(&format!("check-{number}"));
        house.review(Reason::OldEnough).unwrap();
    }
    let Ok(CourierAnswer::Messages(messages)) = house.courier(CourierRequest::Pull { limit: 9 }) else { panic!() };
    assert_eq!(messages.len(), 1, "one a site at a time, oldest first");
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
