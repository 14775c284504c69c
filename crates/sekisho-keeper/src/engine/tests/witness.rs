//! With witnesses: nothing opens before one has cosigned; receipts carry what they cosigned.

mod asking;
mod contradiction;

use sekisho_core::ledger::Note;

use super::{
    house::{Lie, Witness},
    *,
};
use crate::wire::{WitnessPlan, WitnessStanding, Witnessing};

fn contradictions(house: &mut House) -> usize {
    house.events(|what| matches!(what, What::WitnessContradicted { .. }))
}

#[test]
fn without_a_witness_documents_open_and_status_says_that_there_is_none() {
    let mut house = House::founded();
    house.submit("one");
    assert_eq!(house.witnessing(), Witnessing::nobody());
    assert!(house.witness_work().is_empty());
    assert_eq!(house.opens(), Ok(()));
}

/// M16.
#[test]
fn nothing_opens_after_a_start_until_a_witness_has_cosigned() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    assert_eq!(house.opens(), Err(Refusal::Unwitnessed));
    house.pass(3600);
    house.tick();
    assert_eq!(house.opens(), Err(Refusal::Unwitnessed), "silence opens nothing, however long");
    house.submit("two");
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.witnessing().standing, WitnessStanding::Witnessed);
    assert_eq!(house.opens(), Ok(()));
    house.restart_after(60);
    assert_eq!(house.opens(), Err(Refusal::Unwitnessed), "each start anew; it stays registered without being named");
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
    assert_eq!(house.events(|what| matches!(what, What::WitnessRegistered { .. })), 1);
}

/// M16: an assignment that was given before the witness fell silent opens nothing either.
#[test]
fn the_gate_stands_before_the_look_too() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    w.lie = Some(Lie::Status(422));
    house.pass(60);
    house.tick();
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.view(&shift, assignment), Err(Refusal::Contradicted));
}

/// M16.
#[test]
fn a_cosignature_of_an_earlier_checkpoint_does_not_count() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    house.restart_after(60);
    w.lie = Some(Lie::Replay);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Unwitnessed));
    assert_eq!(house.witnessing().witnesses[0].trouble.as_deref(), Some("wrong_cosignature"));
}

/// M16.
#[test]
fn a_cosignature_by_another_key_or_under_another_name_does_not_count() {
    for lie in [Lie::OtherKey, Lie::OtherName] {
        let mut w = Witness::new(1);
        let mut house = House::with_witness(&w);
        w.lie = Some(lie);
        house.ask_witnesses(&mut [&mut w]);
        assert_eq!(house.opens(), Err(Refusal::Unwitnessed), "{lie:?}");
        assert_eq!(contradictions(&mut house), 0);
        w.lie = None;
        house.pass(60);
        house.ask_witnesses(&mut [&mut w]);
        assert_eq!(house.opens(), Ok(()), "it is asked again");
    }
}

#[test]
fn what_is_not_yet_known_there_is_waited_for() {
    for code in [400, 403, 404, 429, 500, 503] {
        let mut w = Witness::new(1);
        let mut house = House::with_witness(&w);
        w.lie = Some(Lie::Status(code));
        house.ask_witnesses(&mut [&mut w]);
        assert_eq!(house.opens(), Err(Refusal::Unwitnessed), "{code}");
        assert!(house.witnessing().witnesses[0].trouble.is_some());
        assert_eq!(contradictions(&mut house), 0, "{code}");
    }
}

/// M16, M39: a leap is confirmed by a witness whose clock says the same, and by no other.
#[test]
fn a_witness_confirms_a_leap_that_its_own_clock_bears_out() {
    const DAY: u64 = 86_400;
    for (apart, confirmed) in [((0, true), true), ((299, false), true), ((301, true), false), ((DAY, false), false)] {
        let mut w = Witness::new(1);
        let mut house = House::with_witness(&w);
        house.ask_witnesses(&mut [&mut w]);
        house.leap(DAY);
        house.tick();
        assert_eq!(house.opens(), Err(Refusal::TimeInDoubt));
        w.clock = apart;
        house.pass(60);
        house.ask_witnesses(&mut [&mut w]);
        let opens = house.opens();
        assert_eq!(opens, if confirmed { Ok(()) } else { Err(Refusal::TimeInDoubt) }, "{apart:?}");
        let noted = house.events(|what| matches!(what, What::TimeConfirmedByWitness { .. }));
        assert_eq!(noted, usize::from(confirmed));
    }
}

/// M16: a doubtful start is confirmed as it is witnessed.
#[test]
fn a_start_days_later_opens_once_a_witness_says_that_days_have_passed() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    house.restart_after(40 * HOUR);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
}

/// M16: what a client of the public files reads, and what a member takes home.
#[test]
fn cosignatures_stand_in_the_checkpoint_file_and_in_receipts_also_after_a_restart() {
    let (mut w1, mut w2) = (Witness::new(1), Witness::new(2));
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    house.restart_with(WitnessPlan { named: vec![w1.terms(), w2.terms()], forgotten: vec![] }).unwrap();
    house.ask_witnesses(&mut [&mut w1, &mut w2]);
    let note = Note::parse(&house.checkpoint_file()).unwrap();
    let cosigned = |text: &str, w: &Witness| Note::parse(text).unwrap().verify_cosignature(&w.key()).is_ok();
    assert_eq!(note.verify(&house.ledger_key()), Ok(()));
    assert!(cosigned(&house.checkpoint_file(), &w1) && cosigned(&house.checkpoint_file(), &w2));
    let witnessed = |house: &mut House, needed| {
        let Ok(GateAnswer::Proof(json)) = house.gate(GateRequest::Proof(check)) else { panic!("no proof") };
        let keys = vec![Witness::new(1).key(), Witness::new(2).key()];
        let witnesses = sekisho_core::ledger::Witnesses::new(keys, needed).unwrap();
        receipt::verify_witnessed(&Receipt::from_json(&json).unwrap(), Some(&house.ledger_key()), &witnesses).is_ok()
    };
    assert!(witnessed(&mut house, 2));
    house.submit("two");
    house.tick();
    assert!(!cosigned(&house.checkpoint_file(), &w1), "a newer one is published");
    assert!(witnessed(&mut house, 2), "what was cosigned is proven under what was cosigned");
    house.review(Reason::OldEnough).unwrap();
    house.review(Reason::OldEnough).unwrap();
    assert!(!witnessed(&mut house, 1), "what was entered a moment ago is not cosigned yet");
    house.pass(60);
    house.tick();
    house.ask_witnesses(&mut [&mut w1, &mut w2]);
    assert!(witnessed(&mut house, 2));
}
