//! A witness that a test can bend.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho_core::{
    ledger::{AddCheckpoint, Note, WitnessKey, add_checkpoint::conflict_body, cosignature::cosigned_message},
    time::Clock as _,
};
use sekisho_keeper::wire::{WitnessPlan, WitnessTerms};
use sekisho_sys::clock::SystemClock;

/// What a witness does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Cosigns what continues the size that it knows; the rest of its duty is tested with the real one.
    Cosigns,
    /// Takes the question and hangs up.
    Silent,
    /// Says that it knows so many entries.
    Knows(u64),
}

/// Such a witness, listening on this machine.
pub(crate) struct Bent {
    mode: Mutex<Mode>,
    known: Mutex<u64>,
    asked: Mutex<u64>,
    pair: Ed25519KeyPair,
    port: u16,
}

impl Bent {
    pub(crate) fn start(mode: Mode) -> Arc<Self> {
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

    pub(crate) fn key(&self) -> WitnessKey {
        WitnessKey::new("w.example/bent", self.pair.public_key().as_ref().try_into().unwrap()).unwrap()
    }

    pub(crate) fn plan(&self) -> WitnessPlan {
        let url = format!("http://127.0.0.1:{}/sub", self.port);
        WitnessPlan { named: vec![WitnessTerms { key: self.key().to_string(), url }], forgotten: Vec::new() }
    }

    pub(crate) fn turn(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub(crate) fn times_asked(&self) -> u64 {
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
