//! An installation that is witnessed: the real binary's processes, real sockets, a witness that a test can bend.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/bent.rs"]
mod bent;
#[path = "common/refused.rs"]
mod refused;
#[path = "common/until.rs"]
mod until;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use bent::{Bent, Mode};
use refused::refused;
use sekisho::demo::{Build, House, Neighbour, Picture};
use sekisho_core::ledger::Note;
use sekisho_keeper::wire::{WitnessPlan, WitnessTerms};
use until::until;

fn house(witnesses: WitnessPlan) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, witnesses, ..Build::default() }).unwrap()
}

/// M16: after each start the gate of opening is shut until a witness has cosigned; members' pictures are taken in
/// meanwhile.
#[test]
fn nothing_opens_before_a_witness_has_cosigned_and_everything_after() {
    let witness = Bent::start(Mode::Silent);
    let mut house = house(witness.plan());
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    until("the witness is asked", || witness.times_asked() > 1);
    assert_eq!(refused(&house), Some(503));
    witness.turn(Mode::Cosigns);
    until("a document opens", || refused(&house).is_none());
    let checkpoint = fs::read_to_string(house.data().join("ledger/public/checkpoint")).unwrap();
    assert!(Note::parse(&checkpoint).unwrap().verify_cosignature(&witness.key()).is_ok());
    house.rest();
    witness.turn(Mode::Silent);
    house.revive().unwrap();
    assert_eq!(refused(&house), Some(503), "each start anew");
    house.clear_away().unwrap();
}

/// M16: what a witness said once outlives the processes.
#[test]
fn a_contradiction_stops_everything_and_outlives_a_restart() {
    let witness = Bent::start(Mode::Cosigns);
    let mut house = house(witness.plan());
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    until("a document opens", || refused(&house).is_none());
    witness.turn(Mode::Knows(1 << 40));
    house.rest();
    house.revive().unwrap();
    until("it is contradicted", || house.overview().unwrap().contains("違う台帳を知っています"));
    assert_eq!(refused(&house), Some(503));
    let asked = witness.times_asked();
    house.die();
    witness.turn(Mode::Silent);
    house.revive().unwrap();
    until("it is asked again", || witness.times_asked() > asked);
    assert_eq!(refused(&house), Some(503));
    assert!(house.overview().unwrap().contains("違う台帳を知っています"));
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    house.clear_away().unwrap();
}

/// `sekisho verify` on a receipt, with that witness needed.
fn verify(receipt: &str, house: &House, witness: &Neighbour) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("receipt.json");
    fs::write(&file, receipt).unwrap();
    let (log, key) = (house.ledger_key().unwrap().to_string(), witness.key().to_string());
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.arg("verify").arg(file).args(["--key", &log, "--witness", &key]).output().unwrap()
}

/// M16: the real witness, a process of its own: registered at a later start, away at the next, and back.
#[test]
fn a_real_witness_cosigns_each_start_and_stands_in_the_members_receipt() {
    let mut house = house(WitnessPlan::default());
    let check = house.submit("card.jpg", &Picture::specimen()).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_sekisho"));
    let log = house.ledger_key().unwrap();
    let mut witness = Neighbour::start("witness.example/w1", vec![log], Some(&program)).unwrap();
    assert!(house.overview().unwrap().contains("証人がいません"));
    assert_eq!(verify(&house.receipt(check).unwrap(), &house, &witness).status.code(), Some(1), "the control");
    house.rest();
    let terms = WitnessTerms { key: witness.key().to_string(), url: witness.url() };
    house.tell_of_witnesses(WitnessPlan { named: vec![terms], forgotten: Vec::new() });
    house.revive().unwrap();
    until("a document opens", || refused(&house).is_none());
    house.rest();
    witness.die();
    house.revive().unwrap();
    assert_eq!(refused(&house), Some(503), "the witness is away");
    witness.revive().unwrap();
    until("the receipt is witnessed", || {
        verify(&house.receipt(check).unwrap(), &house, &witness).status.code() == Some(0)
    });
    assert!(!house.overview().unwrap().contains("証人"));
    house.clear_away().unwrap();
}
