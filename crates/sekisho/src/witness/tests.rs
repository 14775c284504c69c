//! What a witness answers, request by request, and what a crash leaves of it.

use std::collections::BTreeMap;

use sekisho_core::{
    ledger::{AddCheckpoint, Note, WitnessKey, note::NoteError},
    time::Timestamp,
};

use super::{
    MemoryError, Refusal,
    testing::{Bench, Fault, ORIGIN, START, log, signer},
};
use crate::testing::log::Log;

/// What a log learns from an answer: that its checkpoint was cosigned, and when.
fn cosigned(log: &Log, size: u64, answer: &str) -> Result<Timestamp, NoteError> {
    let mut note = Note::parse(&log.checkpoint(size)).unwrap();
    let time = note.adopt_cosignature(answer, signer().key())?;
    assert_eq!(note.verify_cosignature(signer().key()), Ok(time));
    Ok(time)
}

/// M16.
#[test]
fn a_log_that_grows_is_cosigned_step_by_step() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(300);
    for (old, new) in [(0, 1), (1, 1), (1, 2), (2, 255), (255, 257), (257, 300)] {
        let answer = bench.add(&log, old, new).unwrap();
        assert_eq!(cosigned(&log, new, &answer), Ok(Timestamp(START)), "{old} to {new}");
        assert_eq!(answer.matches('\n').count(), 1);
    }
    let record = bench.witness.record(ORIGIN).unwrap();
    assert_eq!((record.checkpoint.size(), record.note.signatures().len()), (300, 2));
}

/// M16.
#[test]
fn each_refusal_is_the_one_that_the_specification_names() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(20);
    bench.add(&log, 0, 10).unwrap();
    let mut elsewhere = Log::new("elsewhere.example/log", [5; 32]);
    elsewhere.grow(20);
    let mut impostor = Log::new(ORIGIN, [9; 32]);
    impostor.grow(20);
    let mut other = self::log();
    other.grow(20);
    other.rewrite(3);
    let shorter = AddCheckpoint { old: 10, ..log.request(0, 9) };
    let changed = |request: AddCheckpoint, from: &str, to: &str| request.to_string().replacen(from, to, 1);
    for (body, why) in [
        (String::new(), Refusal::Malformed),
        ("old 10\n\nno checkpoint\n".into(), Refusal::Malformed),
        (changed(log.request(10, 20), "\n20\n", "\n020\n"), Refusal::Malformed),
        (shorter.to_string(), Refusal::OldBeyond),
        (elsewhere.request(0, 20).to_string(), Refusal::UnknownLog),
        (impostor.request(10, 20).to_string(), Refusal::NotSigned),
        (changed(log.request(10, 20), "\n20\n", "\n19\n"), Refusal::NotSigned),
        (log.request(0, 20).to_string(), Refusal::Conflict { size: 10 }),
        (log.request(9, 20).to_string(), Refusal::Conflict { size: 10 }),
        (log.request(0, 5).to_string(), Refusal::Conflict { size: 10 }),
        (log.request(11, 20).to_string(), Refusal::Conflict { size: 10 }),
        (other.request(10, 20).to_string(), Refusal::NotConsistent),
        (other.request(10, 10).to_string(), Refusal::NotConsistent),
        (AddCheckpoint { proof: vec![], ..log.request(10, 20) }.to_string(), Refusal::NotConsistent),
        (AddCheckpoint { old: 10, ..log.request(9, 20) }.to_string(), Refusal::NotConsistent),
    ] {
        assert_eq!(bench.witness.add_checkpoint(body.as_bytes()), Err(why), "{body}");
    }
    assert_eq!(bench.witness.add_checkpoint(b"old 10\n\xff\n\n"), Err(Refusal::Malformed));
    assert_eq!(bench.witness.record(ORIGIN).unwrap().checkpoint.size(), 10);
    assert!(bench.add(&log, 10, 20).is_ok(), "no refusal stands in the way of what is right");
}

#[test]
fn an_empty_tree_has_the_empty_root_and_a_first_proof_is_empty() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(4);
    let proven = AddCheckpoint { old: 0, ..log.request(2, 4) };
    assert_eq!(bench.witness.add_checkpoint(proven.to_string().as_bytes()), Err(Refusal::NotConsistent));
    assert!(bench.add(&log, 0, 0).is_ok());
    assert!(bench.add(&log, 0, 4).is_ok());
}

#[test]
fn a_wrong_signature_beside_a_right_one_is_refused_and_strangers_lines_are_not_kept() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(1);
    let with =
        |line: String| AddCheckpoint { checkpoint: format!("{}{line}\n", log.checkpoint(1)), ..log.request(0, 1) };
    let right = log.checkpoint(1);
    let (name_and_id, _) = right.lines().last().unwrap().split_at(30);
    let wrong = with(format!("{name_and_id}{}", "A".repeat(80)));
    assert!(bench.witness.add_checkpoint(wrong.to_string().as_bytes()).is_err());
    let strange = with("\u{2014} elsewhere.example/w2 Y29zaWduYXR1cmU=".into());
    bench.witness.add_checkpoint(strange.to_string().as_bytes()).unwrap();
    assert!(!bench.witness.record(ORIGIN).unwrap().note.to_string().contains("elsewhere"));
}

/// M16: who has both keeps the proof.
#[test]
fn two_trees_of_one_size_are_kept_as_proof_even_where_the_answer_is_another() {
    let (mut bench, mut log) = (Bench::new(), log());
    log.grow(10);
    bench.add(&log, 0, 10).unwrap();
    assert_eq!(bench.witness.contradiction(ORIGIN), None);
    let mut other = self::log();
    other.grow(10);
    other.rewrite(3);
    assert_eq!(bench.add(&other, 9, 10), Err(Refusal::Conflict { size: 10 }));
    for _ in 0..2 {
        let proof = bench.witness.contradiction(ORIGIN).unwrap();
        let both = [&proof.cosigned, &proof.other].map(|note| Note::parse(note).unwrap());
        assert!(both.iter().all(|note| note.verify(log.key()).is_ok()) && both[0].text() != both[1].text());
        bench.restart();
    }
}

#[test]
fn the_time_of_cosignatures_never_goes_back() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(4);
    bench.add(&log, 0, 1).unwrap();
    bench.clock.set(START - 200);
    assert_eq!(cosigned(&log, 2, &bench.add(&log, 1, 2).unwrap()), Ok(Timestamp(START)));
    bench.clock.set(START - 301);
    assert_eq!(bench.add(&log, 2, 3), Err(Refusal::Clock));
    bench.clock.set(START + 9);
    assert_eq!(cosigned(&log, 3, &bench.add(&log, 2, 3).unwrap()), Ok(Timestamp(START + 9)));
}

#[test]
fn a_request_that_is_replayed_within_a_second_costs_no_write() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(1);
    let first = bench.add(&log, 0, 1).unwrap();
    let steps = bench.disk.0.lock().unwrap().steps;
    assert_eq!(bench.add(&log, 1, 1).unwrap(), first);
    assert_eq!(bench.disk.0.lock().unwrap().steps, steps);
    bench.clock.set(START + 1);
    assert_ne!(bench.add(&log, 1, 1).unwrap(), first);
}

/// Every cosignature that ever left, by size: the root and the time.
#[derive(Default)]
struct World {
    left: BTreeMap<u64, String>,
    last: (u64, u64),
}

impl World {
    /// Sees an answer that left the witness, and whether it contradicts an earlier one.
    fn see(&mut self, log: &Log, size: u64, answer: &str) {
        let time = cosigned(log, size, answer).unwrap().0;
        let root = log.head(size).root.to_base64();
        let before = self.left.insert(size, root.clone());
        assert!(before.is_none_or(|before| before == root), "two trees of size {size}");
        assert!((size, time) >= self.last, "{size} at {time} after {:?}", self.last);
        self.last = (size, time);
    }
}

/// M16: a power cut at every step, with the step lost and with it kept, and then somebody who tries another history.
#[test]
fn a_power_cut_between_any_two_steps_never_makes_it_contradict_itself() {
    let mut cuts = 0;
    for fault in [Fault::Lost, Fault::Kept] {
        for step in 0..4 {
            let (mut bench, mut world) = (Bench::new(), World::default());
            let (mut honest, mut other) = (log(), log());
            honest.grow(20);
            other.grow(20);
            other.rewrite(2);
            world.see(&honest, 5, &bench.add(&honest, 0, 5).unwrap());
            bench.clock.set(START + 60);
            bench.disk.fail_after(step, fault);
            let answer = bench.add(&honest, 5, 9);
            assert_eq!(answer, Err(Refusal::Disk), "nothing leaves before it is durable");
            bench.restart();
            cuts += 1;
            let known = bench.witness.record(ORIGIN).unwrap().checkpoint.size();
            assert!(known == 5 || known == 9, "{known}");
            for (old, new) in [(0, 9), (5, 9), (9, 9), (5, 5), (0, 5), (9, 12)] {
                if let Ok(answer) = bench.add(&other, old, new) {
                    world.see(&other, new, &answer);
                }
            }
            world.see(&honest, 20, &bench.add(&honest, known, 20).unwrap());
        }
    }
    assert_eq!(cuts, 8);
}

/// After an error that leaves it unclear which one the disk holds, it signs nothing more and says that it must end.
#[tokio::test]
async fn a_disk_that_leaves_it_unclear_ends_the_witness() {
    for (step, broken) in [(0, false), (1, false), (2, true), (3, true)] {
        let (bench, mut log) = (Bench::new(), log());
        log.grow(9);
        bench.disk.fail_after(step, Fault::Kept);
        assert_eq!(bench.add(&log, 0, 5), Err(Refusal::Disk));
        assert_eq!(bench.witness.is_broken(), broken, "step {step}");
        bench.disk.power_cut();
        assert_eq!(bench.add(&log, 0, 5).is_ok(), !broken, "step {step}");
        if broken {
            bench.witness.broken().await;
        }
    }
}

#[test]
fn a_memory_that_is_gone_damaged_or_anothers_is_not_taken_for_an_empty_one() {
    let (bench, mut log) = (Bench::new(), log());
    log.grow(9);
    bench.add(&log, 0, 5).unwrap();
    let good = bench.disk.get("cosigned").unwrap();
    assert!(bench.reopen().is_ok());
    bench.disk.put("cosigned", None);
    assert!(matches!(bench.reopen(), Err(MemoryError::Gone)));
    let text = String::from_utf8(good.clone()).unwrap();
    for (from, to) in
        [("\\n5\\n", "\\n4\\n"), ("version\": 1", "version\": 2"), ("\u{2014} witness", "\u{2014} witless")]
    {
        assert!(text.contains(from), "{text}");
        bench.disk.put("cosigned", Some(text.replacen(from, to, 1).as_bytes()));
        assert!(matches!(bench.reopen(), Err(MemoryError::Damaged)), "{from}");
    }
    bench.disk.put("cosigned", Some(&good[..good.len() / 2]));
    assert!(matches!(bench.reopen(), Err(MemoryError::Damaged)));
    let other: WitnessKey = super::Signer::from_seed("witness.example/w1", &[8; 32]).unwrap().key().clone();
    bench.disk.put("cosigned", Some(text.replace(&signer().key().to_string(), &other.to_string()).as_bytes()));
    assert!(matches!(bench.reopen(), Err(MemoryError::Other)));
}
