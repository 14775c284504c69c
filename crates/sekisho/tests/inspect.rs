//! `sekisho inspect`, the real binary on real files.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use sekisho::{
    networks,
    specimen::{BOXES, CARD},
    supervisor::lone::LoneInspector,
};
use sekisho_sys::spawn::Program;

fn inspect(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho")).arg("inspect").args(arguments).output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn placed(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_card_with_its_boxes_is_read_in_confinement_accepted_and_written_painted_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let card = placed(folder.path(), "card.jpg", CARD);
    let boxes = BOXES.map(|kept| format!("--box={},{},{},{}", kept.x, kept.y, kept.w, kept.h));
    let out = format!("--masked-out={}", folder.path().display());
    let output = inspect(&[&card, &boxes[0], &boxes[1], &boxes[2], &out, "--json"]);
    let said = &json(&output)[0];
    assert_eq!((output.status.code(), &said["verdict"]), (Some(0), &"accept".into()), "{output:?}");
    assert_eq!(said["confined"], true, "{output:?}");
    let painted = fs::read(folder.path().join("card.jpg.masked.png")).unwrap();
    assert!(painted.starts_with(b"\x89PNG"));
    // Nothing else was written: the card, and the painted one.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn each_file_gets_its_own_answer_and_one_that_is_turned_away_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let text = placed(folder.path(), "text.jpg", b"text");
    let empty = placed(folder.path(), "empty.png", b"");
    let cut = placed(folder.path(), "cut.jpg", &CARD[..CARD.len() / 2]);
    let output = inspect(&[&text, &empty, &cut, "--json"]);
    let said = json(&output);
    let codes: Vec<_> = said.as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!((output.status.code(), codes), (Some(1), vec!["not_a_picture", "empty", "truncated"]));
}

#[test]
fn a_file_that_is_not_there_is_an_input_error() {
    assert_eq!(inspect(&["/nowhere/card.jpg"]).status.code(), Some(2));
}

/// M3, M4: read by a child that can open no file and no socket. What the zone says is told; a My Number's digits never.
#[test]
fn print_is_read_in_confinement_and_told_but_no_my_number() {
    if !networks::open().is_ok_and(|files| files.is_some()) {
        assert!(std::env::var_os("SEKISHO_REQUIRE_MODELS").is_none(), "the networks are demanded and not here");
        println!("not run: the networks that read print are not here (`cargo xtask models`)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let card = placed(folder.path(), "card.jpg", CARD);
    let output = inspect(&[&card, "--json", "--on=2026-11-22"]);
    let said = &json(&output)[0];
    assert_eq!((&said["confined"], &said["was_read"]), (&true.into(), &true.into()), "{output:?}");
    assert!(said["quality"]["sharpness"].as_f64().unwrap() > 0.0 && said["peak_mb"].as_f64().unwrap() > 30.0, "{said}");
    assert_eq!(said["my_number"]["present"], false, "{said}");
}

#[test]
fn an_inspector_on_its_own_ends_with_its_owner() {
    let program = Program::at(Path::new(env!("CARGO_BIN_EXE_sekisho"))).unwrap();
    let inspector = LoneInspector::start(&program, None).unwrap();
    let proc = format!("/proc/{}", inspector.pid());
    assert!(Path::new(&proc).exists());
    drop(inspector);
    std::thread::sleep(Duration::from_millis(10));
    assert!(!Path::new(&proc).exists());
}
