//! An installation that is witnessed: the real binary's processes, real sockets, a witness that a test can bend.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Output},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho::demo::{Build, House, Neighbour, Picture, StoryError};
use sekisho_core::{
    ledger::{AddCheckpoint, Note, WitnessKey, add_checkpoint::conflict_body, cosignature::cosigned_message},
    time::Clock as _,
};
use sekisho_keeper::wire::{WitnessPlan, WitnessTerms};
use sekisho_sys::clock::SystemClock;

/// What a witness does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Cosigns what continues the size that it knows; the rest of its duty is tested with the real one.
    Cosigns,
    /// Takes the question and hangs up.
    Silent,
    /// Says that it knows so many entries.
    Knows(u64),
}

struct Bent {
    mode: Mutex<Mode>,
    known: Mutex<u64>,
    asked: Mutex<u64>,
    pair: Ed25519KeyPair,
    port: u16,
}

impl Bent {
    fn start(mode: Mode) -> Arc<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let witness = Arc::new(Self {
            mode: Mutex::new(mode),
            known: Mutex::new(0),
            asked: Mutex::new(0),
            pair: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap(),
            port: listener.local_addr().unwrap().port(),
        });
        let serving = Arc::clone(&witness);
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| serving.serve(stream)));
        witness
    }

    fn key(&self) -> WitnessKey {
        WitnessKey::new("w.example/bent", self.pair.public_key().as_ref().try_into().unwrap()).unwrap()
    }

    fn plan(&self) -> WitnessPlan {
        let url = format!("http://127.0.0.1:{}/sub", self.port);
        WitnessPlan { named: vec![WitnessTerms { key: self.key().to_string(), url }], forgotten: Vec::new() }
    }

    fn turn(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    fn times_asked(&self) -> u64 {
        *self.asked.lock().unwrap()
    }

    fn serve(&self, mut stream: TcpStream) {
        let request = read_request(&mut stream);
        *self.asked.lock().unwrap() += 1;
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /sub/add-checkpoint HTTP/1.1\r\n"), "{head}");
        let add: AddCheckpoint = body.parse().unwrap();
        let mode = *self.mode.lock().unwrap();
        let mut known = self.known.lock().unwrap();
        let (status, answer) = match mode {
            Mode::Silent => return,
            Mode::Knows(size) => ("409 Conflict", conflict_body(size)),
            Mode::Cosigns if add.old != *known => ("409 Conflict", conflict_body(*known)),
            Mode::Cosigns => {
                let note = Note::parse(&add.checkpoint).unwrap();
                *known = note.text().lines().nth(1).unwrap().parse().unwrap();
                let time = SystemClock.read().wall;
                let signature = self.pair.sign(cosigned_message(time, note.text()).as_bytes());
                ("200 OK", self.key().line(time, signature.as_ref().try_into().unwrap()) + "\n")
            }
        };
        let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).unwrap();
        read.extend(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let length = text
            .to_ascii_lowercase()
            .split_once("content-length: ")
            .map(|(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
        let whole = text
            .split_once("\r\n\r\n")
            .is_some_and(|(head, _)| length.is_some_and(|length| read.len() >= head.len() + 4 + length));
        if whole || count == 0 {
            return text;
        }
    }
}

fn house(witnesses: WitnessPlan) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, witnesses, ..Build::default() }).unwrap()
}

/// The status with which the desk refuses to hand out an assignment, or nothing if it opened a document.
fn refused(house: &House) -> Option<u16> {
    match house.look(None) {
        Ok(_) => None,
        Err(StoryError::Status { found, .. }) => Some(found),
        Err(other) => panic!("{other}"),
    }
}

fn until(what: &str, done: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < limit, "not within half a minute: {what}");
        thread::sleep(Duration::from_millis(100));
    }
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
