//! A witness that knows another ledger, or more of this one, stops everything; how that ends.

use sekisho_core::event::Contradiction;

use super::*;

/// M16: a witness that knows a larger tree: this state is an older one.
#[test]
fn a_witness_that_knows_more_stops_everything_and_a_new_start_does_not_end_it() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    let (kept, keystore) = (house.keep_data(), house.keystore_bytes());
    for n in 0..9 {
        house.submit(&format!("later {n}"));
    }
    house.tick();
    house.pass(60);
    house.ask_witnesses(&mut [&mut w]);
    let larger = w.known_size();
    // The whole machine is put back, keystore included: nothing but the witness can know.
    house.put_back(&kept);
    house.put_back_keystore(&keystore);
    house.restart_after(60);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
    let seen = house.witnessing();
    assert_eq!(seen.standing, WitnessStanding::Contradicted);
    assert_eq!(seen.witnesses[0].contradiction, Some((Contradiction::Ahead, larger)));
    assert_eq!(contradictions(&mut house), 1);
    house.submit("intake goes on");
    for _ in 0..3 {
        house.restart_after(60);
        assert_eq!(house.opens(), Err(Refusal::Contradicted));
        house.ask_witnesses(&mut [&mut w]);
        assert_eq!(house.opens(), Err(Refusal::Contradicted));
    }
}

/// M16: the control: the folder that was not put back goes on, and the same witness cosigns it.
#[test]
fn the_right_folder_goes_on_with_the_same_witness() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    let (kept, keystore) = (house.keep_data(), house.keystore_bytes());
    house.submit("two");
    house.tick();
    house.pass(60);
    house.ask_witnesses(&mut [&mut w]);
    let (right, right_keystore) = (house.keep_data(), house.keystore_bytes());
    house.put_back(&kept);
    house.put_back_keystore(&keystore);
    house.restart_after(60);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
    house.put_back(&right);
    house.put_back_keystore(&right_keystore);
    house.restart_after(60);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
}

/// M16: the clone grew past what the witness knows of the original, so sizes alone tell nothing.
#[test]
fn a_clone_that_grew_larger_is_told_from_the_original_by_its_history() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    let (kept, keystore) = (house.keep_data(), house.keystore_bytes());
    house.submit("two");
    house.tick();
    house.pass(60);
    house.ask_witnesses(&mut [&mut w]);
    house.put_back(&kept);
    house.put_back_keystore(&keystore);
    house.restart_after(60);
    for n in 0..5 {
        house.submit(&format!("clone {n}"));
    }
    house.tick();
    assert!(house.ledger_size() > w.known_size() + 1);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
    assert!(matches!(house.witnessing().witnesses[0].contradiction, Some((Contradiction::OtherHistory, _))));
}

/// M16: 409 with our own size means that the roots differ.
#[test]
fn the_same_size_with_another_root_is_a_contradiction() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    let size = house.witness_work()[0].size;
    w.lie = Some(Lie::Knows(size));
    house.pass(60);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
}

/// M16: a witness that was wrong and is mended takes its word back only by cosigning what a new start began with.
#[test]
fn a_contradiction_ends_when_the_same_witness_cosigns_a_new_start() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    w.lie = Some(Lie::Knows(1_000_000));
    house.ask_witnesses(&mut [&mut w]);
    w.lie = None;
    house.pass(600);
    house.tick();
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted), "not in the same run");
    house.restart_after(60);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
    assert_eq!(house.events(|what| matches!(what, What::WitnessAgreed { .. })), 1);
}

/// M16: the way out for an operator whose witness is broken; that it contradicted stays on record.
#[test]
fn a_witness_that_contradicted_can_be_forgotten_on_record() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    w.lie = Some(Lie::Knows(1_000_000));
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
    house.restart_with(WitnessPlan { named: vec![], forgotten: vec![w.name().into()] }).unwrap();
    assert_eq!(house.opens(), Ok(()));
    assert_eq!(house.events(|what| matches!(what, What::WitnessForgotten { contradicted: true, .. })), 1);
}
