//! The whole installation, with the real binary: what it prints, what it refuses, and that it survives.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/until.rs"]
mod until;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use flate2::{Compression, Crc, write::ZlibEncoder};
use rustix::process::{Pid, Signal, kill_process};
use sekisho::{
    demo::{Build, House, Picture},
    networks, specimen,
    supervisor::Role,
};
use sekisho_core::{
    budget::Limits,
    id::CheckId,
    watch::{Setup, Switch},
};
use serde_json::Value;
use until::until;

fn demo(arguments: &[&str]) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let told = command.args(["demo", "--once", "--json"]).args(arguments).output().unwrap();
    let object = serde_json::from_slice(&told.stdout);
    (told.status.code(), object.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&told.stderr))))
}

fn house() -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    // Its reviewer works at a machine's pace.
    let (budget, watch) = (Some(Limits::endless()), Some(Setup::all(Switch::Off)));
    House::build_as(Build { program, budget, watch, ..Build::default() }).unwrap()
}

/// M1, M45.
#[test]
fn the_demo_ends_in_a_signed_claim_and_leaves_nothing() {
    let (code, told) = demo(&[]);
    assert_eq!(code, Some(0));
    // Where the networks are, it says so and reads with them.
    assert_eq!(told["reads_print"], networks::open().unwrap().is_some());
    assert_eq!(told["check"]["state"], "approved");
    assert_eq!(told["attestation"]["claims"]["age_over_18"], true);
    assert_eq!(told["document"]["state"], "shredded");
    for entry in ["received", "viewed", "decided", "shredded"] {
        assert_eq!(told["ledger"][entry], 1, "{entry}");
    }
    assert!(told["ledger"]["size"].as_u64().unwrap() >= 4);
    assert_eq!((&told["receipt"]["verified"], &told["webhook"]["delivered"]), (&true.into(), &true.into()));
    assert_eq!(told["stored"], 0);
    assert!(told["ms"].as_u64().unwrap() > 0 && told.get("error").is_none());
    let processes = told["processes"].as_array().unwrap();
    let roles: Vec<&str> = processes.iter().map(|process| process["role"].as_str().unwrap()).collect();
    assert_eq!(roles, Role::ALL.map(Role::name));
    assert!(processes.iter().all(|process| process["confined"] == true));
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], name, body, &crc.sum().to_be_bytes()].concat()
}

/// A grey PNG that says it is `width` × `height`, with `inflated` bytes of nothing behind it.
fn png(width: u32, height: u32, inflated: usize) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for done in (0..inflated).step_by(zeros.len()) {
        data.write_all(&zeros[..zeros.len().min(inflated - done)]).unwrap();
    }
    let data = data.finish().unwrap();
    [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], &chunk(b"IDAT", &data), &chunk(b"IEND", &[])].concat()
}

fn turned_away(name: &str, bytes: &[u8], expected: &[&str]) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(name);
    fs::write(&path, bytes).unwrap();
    let (code, told) = demo(&["--networks", "none", "--image", path.to_str().unwrap(), "--box", "100,100,400,100"]);
    assert_eq!(code, Some(1), "{name}: {told}");
    assert_eq!(told["check"]["state"], "awaiting_document", "{name}");
    assert!(expected.contains(&told["error"]["code"].as_str().unwrap()), "{name}: {}", told["error"]);
    assert!(told["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}");
    assert_eq!(told["stored"], 0, "{name}");
    assert!(told.get("attestation").is_none() && told.get("document").is_none(), "{name}");
}

#[test]
fn what_is_no_picture_is_turned_away_and_not_stored() {
    turned_away("note.txt", b"This is not a picture.\n", &["not_a_picture"]);
    turned_away("empty", b"", &["empty"]);
    turned_away("cut.jpg", &specimen::CARD[..specimen::CARD.len() / 2], &["truncated", "damaged"]);
}

#[test]
fn what_is_too_much_is_turned_away_and_not_stored() {
    let lies = png(1_000, 1_000, 300 << 20);
    assert!(lies.len() < 2_000_000, "a bomb is small");
    turned_away("bomb.png", &lies, &["damaged", "blurred"]);
    turned_away("huge.png", &png(16_000, 16_000, 1 << 20), &["too_many_pixels"]);
    turned_away("long.png", &png(17_000, 100, 17_001 * 100), &["too_many_pixels"]);
    let heavy = [specimen::CARD, &vec![0; 25_000_001 - specimen::CARD.len()]].concat();
    turned_away("heavy.jpg", &heavy, &["file_too_large"]);
}

/// Codes that say that we failed, not the picture.
const OURS: [&str; 4] = ["unavailable", "locked", "busy", "bad_form"];

/// Every file of the collection beside this repository ends in a decision or in a code.
#[test]
fn every_specimen_is_decided_or_turned_away_with_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specimens");
    if !folder.exists() {
        let _ = io::stderr().write_all(b"NOT RUN: the collection of specimens, because it does not lie beside us\n");
        return;
    }
    let (house, mut taken, mut refused) = (house(), 0, Vec::new());
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (check, link) = house.ask().unwrap();
        let picture = Picture::of_file(fs::read(&path).unwrap(), Vec::new());
        match house.send(&link, &name, &picture).unwrap_or_else(|error| panic!("{name}: {error}")) {
            Ok(()) => {
                house.look(Some("old_enough")).unwrap();
                assert_eq!(house.state(check).unwrap(), "approved", "{name}");
                taken += 1;
            }
            Err(trouble) => {
                assert!(!trouble.code.is_empty() && !OURS.contains(&&*trouble.code), "{name}: {trouble:?}");
                refused.push(trouble.code);
            }
        }
        until("nothing is stored", || house.blobs().unwrap() == 0);
    }
    refused.sort();
    assert!(taken > 5 && taken + refused.len() >= 40, "{taken} taken, turned away: {refused:?}");
    assert!(house.processes().iter().all(|process| process.restarts == 0), "no process died over any of them");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.is_file()).collect()
}

fn kill(house: &House, role: Role) {
    let of = || house.processes().into_iter().find(|process| process.role == role && process.ready);
    let before = of().unwrap().pid;
    kill_process(Pid::from_raw(before.cast_signed()).unwrap(), Signal::KILL).unwrap();
    until("it is back", || of().is_some_and(|now| now.pid != before));
}

/// A document is acknowledged, a process is killed, another is sent: both are decided, and nothing is left.
fn survives(house: &House, role: Role) {
    let before = house.submit("before", &Picture::specimen()).unwrap();
    kill(house, role);
    let mut after: Option<CheckId> = None;
    // Whoever lost a peer tells its caller to come again; a member does.
    until("a picture is taken again", || {
        after = house.submit("after", &Picture::specimen()).ok();
        after.is_some()
    });
    assert_eq!(house.state(before).unwrap(), "in_review", "{role}: what was acknowledged is there");
    let mut looks = 0;
    until("both are decided", || {
        looks += usize::from(house.look(Some("old_enough")).is_ok());
        looks == 2
    });
    for check in [before, after.unwrap()] {
        until("the claim is there", || house.state(check).is_ok_and(|state| state == "approved"));
    }
    until("nothing is left", || house.blobs().unwrap() == 0);
}

#[test]
fn a_process_that_is_killed_in_the_middle_loses_nothing_that_was_acknowledged() {
    let house = house();
    for role in [Role::Keeper, Role::Gate, Role::Desk, Role::UploadInspector, Role::ViewingInspector, Role::Courier] {
        survives(&house, role);
    }
    assert!(house.processes().iter().all(|process| process.restarts == 1));
}
