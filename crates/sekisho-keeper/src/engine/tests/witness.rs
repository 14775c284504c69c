//! With witnesses: nothing opens before one has cosigned, and nothing at all once one knows another ledger.

use sekisho_core::{event::Contradiction, ledger::Note};

use super::{
    house::{Lie, Witness},
    *,
};
use crate::{
    engine::{StartError, WitnessRefused},
    ledger::OpenError,
    wire::{WitnessPlan, WitnessSaid, WitnessStanding, Witnessing},
};

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

// ------------------------------------------------- what the keystore knows, without any witness

/// M16: yesterday's data folder beside today's keystore, as a restore gone wrong leaves it.
#[test]
fn an_older_data_folder_is_refused_by_what_the_keystore_remembers() {
    let mut house = House::founded();
    let kept = house.keep_data();
    house.submit("one");
    house.tick();
    let right = house.keep_data();
    house.put_back(&kept);
    assert!(matches!(
        house.restart_with(WitnessPlan::default()),
        Err(StartError::Ledger(OpenError::Older { known, have })) if known > have
    ));
    house.put_back(&right);
    house.restart_with(WitnessPlan::default()).unwrap();
}

/// M16: the checkpoint was removed, and database and journal were cut together.
#[test]
fn a_ledger_cut_in_every_file_is_refused() {
    let mut house = House::founded();
    let kept = house.keep_data();
    house.submit("one");
    house.tick();
    house.put_back(&kept);
    house.remove_checkpoint();
    assert!(matches!(house.restart_with(WitnessPlan::default()), Err(StartError::Ledger(OpenError::Older { .. }))));
}

#[test]
fn the_checkpoint_file_alone_can_be_lost() {
    let mut house = House::founded();
    house.submit("one");
    house.tick();
    house.remove_checkpoint();
    house.restart_with(WitnessPlan::default()).unwrap();
    assert_eq!(house.opens(), Ok(()));
}
