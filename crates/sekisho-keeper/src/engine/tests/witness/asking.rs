//! When a witness is asked, and what a start may say of witnesses.

use super::*;
use crate::{
    engine::{StartError, WitnessRefused},
    wire::WitnessSaid,
};

#[test]
fn a_witness_that_does_not_answer_is_asked_ever_less_often_and_one_that_does_at_a_pace() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    let mut waits = Vec::new();
    for _ in 0..8 {
        house.ask_witnesses(&mut []);
        let began = house.now();
        while house.witness_work().is_empty() {
            house.pass(1);
        }
        waits.push(house.now().since(began));
        house.pass(40);
    }
    assert!(waits.is_sorted() && waits[0] <= 2 && *waits.last().unwrap() <= 60, "{waits:?}");
    house.pass(90);
    house.ask_witnesses(&mut [&mut w]);
    house.submit("two");
    house.tick();
    assert!(house.witness_work().is_empty(), "what is new waits for the pace");
    house.pass(10);
    assert_eq!(house.witness_work().len(), 1);
    assert!(house.witness_work().is_empty(), "one question at a time");
}

#[test]
fn a_question_that_a_dead_courier_took_along_is_asked_again() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    let lost = house.witness_work().remove(0);
    house.pass(29);
    assert!(house.witness_work().is_empty());
    house.pass(1);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
    house.witness_says(w.name(), lost.size, WitnessSaid::Status { code: 422, body: String::new() });
    house.witness_says("nobody", 5, WitnessSaid::Status { code: 422, body: String::new() });
    assert_eq!(house.witnessing().standing, WitnessStanding::Witnessed, "an answer to nothing changes nothing");
}

#[test]
fn a_witness_that_knows_less_is_shown_the_way_from_there() {
    let mut w = Witness::new(1);
    let mut house = House::with_witness(&w);
    house.ask_witnesses(&mut [&mut w]);
    house.submit("two");
    house.restart_with(WitnessPlan { named: vec![], forgotten: vec![w.name().into()] }).unwrap();
    house.restart_with(w.plan()).unwrap();
    let first = house.witness_work();
    assert!(first[0].body.starts_with("old 0\n"), "nothing is remembered of one that was forgotten");
    house.pass(60);
    house.ask_witnesses(&mut [&mut w]);
    assert_eq!(house.opens(), Ok(()));
}

#[test]
fn what_a_later_start_omits_or_alters_stays_and_what_it_forgets_is_on_the_ledger() {
    let (w, other) = (Witness::new(1), Witness::new(2));
    let mut house = House::with_witness(&w);
    let mut altered = w.terms();
    altered.url = "https://elsewhere.example".into();
    house.restart_with(WitnessPlan { named: vec![altered], forgotten: vec![] }).unwrap();
    assert_eq!(house.witness_work()[0].url, w.terms().url);
    house.restart_with(WitnessPlan { named: vec![other.terms()], forgotten: vec![w.name().into()] }).unwrap();
    let seen = house.witnessing();
    assert_eq!((seen.witnesses.len(), seen.witnesses[0].name.as_str()), (1, other.name()));
    assert_eq!(seen.forgotten[0].0, w.name());
    assert_eq!(house.events(|what| matches!(what, What::WitnessForgotten { contradicted: false, .. })), 1);
    house.restart_with(WitnessPlan { named: vec![], forgotten: vec![w.name().into()] }).unwrap();
    assert_eq!(house.events(|what| matches!(what, What::WitnessForgotten { .. })), 1, "once is enough");
}

#[test]
fn a_start_that_says_nonsense_of_witnesses_is_refused() {
    let w = Witness::new(1);
    let mut house = House::with_witness(&w);
    let refused = |house: &mut House, plan| match house.restart_with(plan) {
        Err(StartError::Fault(crate::engine::Fault::Witness(why))) => why,
        _ => panic!("not refused"),
    };
    let unknown = WitnessPlan { named: vec![], forgotten: vec!["nobody".into()] };
    assert_eq!(refused(&mut house, unknown), WitnessRefused::Unknown("nobody".into()));
    let both = WitnessPlan { named: vec![w.terms()], forgotten: vec![w.name().into()] };
    assert_eq!(refused(&mut house, both), WitnessRefused::Both(w.name().into()));
    let mut real = House::in_production();
    let mut plain = w.plan();
    plain.named[0].url = "http://127.0.0.1:1".into();
    assert!(matches!(refused(&mut real, plain), WitnessRefused::Terms(_)));
    house.restart_with(WitnessPlan::default()).unwrap();
    assert_eq!(house.witnessing().witnesses.len(), 1, "and changes nothing");
}

#[test]
fn one_of_two_witnesses_away_holds_nobody_up_and_its_contradiction_stops_all() {
    let (mut w1, mut w2) = (Witness::new(1), Witness::new(2));
    let mut house = House::founded();
    house.submit("one");
    house.restart_with(WitnessPlan { named: vec![w1.terms(), w2.terms()], forgotten: vec![] }).unwrap();
    house.ask_witnesses(&mut [&mut w2]);
    let seen = house.witnessing();
    assert_eq!(seen.witnesses.iter().map(|one| one.since_start).collect::<Vec<_>>(), [false, true]);
    assert_eq!(seen.witnesses[0].trouble.as_deref(), Some("connect"));
    assert_eq!(house.opens(), Ok(()));
    w1.lie = Some(Lie::Knows(1_000_000));
    house.submit("two");
    house.pass(60);
    house.ask_witnesses(&mut [&mut w1, &mut w2]);
    assert_eq!(house.opens(), Err(Refusal::Contradicted));
}
