use std::{fs, iter};

use clap::Parser;
use sekisho_core::{
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId, ShiftId, StaffId, ViewingId},
};
use sekisho_keeper::ledger::{DirFiles, LedgerSigner, Writer};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: ReplayArgs,
}

fn viewed(person: u8, number: u8, at: u64) -> Event {
    let id = [number; 16];
    let what = What::Viewed {
        viewing: ViewingId::from_bytes(id),
        assignment: AssignmentId::from_bytes(id),
        check: CheckId::from_bytes(id),
        document: DocumentId::from_bytes(id),
        staff: StaffId::from_bytes([person; 16]),
        shift: ShiftId::from_bytes([person; 16]),
        again: None,
    };
    Event::new(Timestamp(1_795_000_000 + at), what)
}

/// A person's morning, then somebody who rides a session.
fn events() -> Vec<Event> {
    let honest = (0..20).map(|number| viewed(1, number, 30 * u64::from(number)));
    let thief = (0..9).map(|number| viewed(2, 100 + number, 1_000 + 2 * u64::from(number)));
    honest.chain(thief).collect()
}

/// A data folder with a journal of `events`, and an export beside it.
fn place(events: &[Event]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir_all(path("data/ledger")).unwrap();
    let files = DirFiles::open(&path("data/ledger/public"), &path("data/ledger/journal")).unwrap();
    let signer = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap();
    let mut writer = Writer::open(Box::new(files), signer, &mut iter::empty()).unwrap();
    events.iter().for_each(|event| drop(writer.stage(event.to_bytes(), [3; 32]).unwrap()));
    let _written = writer.commit().unwrap();
    fs::create_dir_all(path("export/keeper")).unwrap();
    let line = |(place, event): (usize, &Event)| {
        let body = String::from_utf8(event.to_bytes()).unwrap();
        format!("{}\n", json!({ "place": place, "salt": "00", "body": body, "check_id": null }))
    };
    fs::write(path("export/keeper/event.jsonl"), events.iter().enumerate().map(line).collect::<String>()).unwrap();
    dir
}

fn ran(dir: &TempDir, ledger: &str, line: &[&str]) -> Result<(u8, String), String> {
    let ledger = dir.path().join(ledger).display().to_string();
    let line = Line::try_parse_from(["replay", &ledger].iter().chain(line)).map_err(|why| why.to_string())?;
    let report = replay(&line.args).map_err(|why| why.to_string())?;
    let mut out = Vec::new();
    report.print(&line.args, &mut out).unwrap();
    Ok((u8::from(report.worst > Verdict::Note), String::from_utf8(out).unwrap()))
}

/// M19, M20: the same verdicts on every run, from a running installation's journal as from an export.
#[test]
fn a_ridden_session_is_found_in_the_journal_and_in_an_export_alike() {
    let dir = place(&events());
    let (status, said) = ran(&dir, "data", &[]).unwrap();
    assert!(status == 1 && said.contains("26 2026-11-18T20:23:32+09:00 tempo [end shift] stf_"), "{said}");
    assert!(said.contains("evidence: 7 / 12 s, 20 21 22 23 24 25 26"), "{said}");
    assert!(said.ends_with("29 events: 1 findings, 0 notes\n"), "{said}");
    for other in ["data", "data/ledger/journal", "export", "export/keeper/event.jsonl"] {
        assert_eq!(ran(&dir, other, &[]).unwrap(), (status, said.clone()), "{other}");
    }
    assert!(ran(&dir, "data", &["--lang", "ja"]).unwrap().1.contains("人が見て判断できる速さではありません"));
}

#[test]
fn a_detector_can_be_tried_or_switched_off() {
    let dir = place(&events());
    let (status, said) = ran(&dir, "data", &["--detector", "tempo=shadow"]).unwrap();
    assert!(status == 0 && said.contains("[note]") && said.contains("nothing comes of it"), "{said}");
    let (status, said) = ran(&dir, "data", &["--detector", "tempo=off"]).unwrap();
    assert_eq!((status, said.as_str()), (0, "29 events: 0 findings, 0 notes\n"));
}

#[test]
fn a_program_gets_one_object() {
    let dir = place(&events());
    let (_, said) = ran(&dir, "export", &["--json"]).unwrap();
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["events"], &report["worst"]), (&json!(29), &json!("end_shift")));
    let found = &report["findings"][0];
    assert_eq!(
        (&found["detector"], &found["verdict"], &found["place"]),
        (&json!("tempo"), &json!("end_shift"), &json!(26))
    );
    assert_eq!(found["evidence"]["places"][0], 20);
    assert!(found["sentence_ja"].is_string() && found["cause"]["person"]["staff"].is_string());
}

/// What a finding says in the ledger already is not found once more.
#[test]
fn findings_that_stand_in_the_ledger_change_nothing() {
    let mut events = events();
    let dir = place(&events);
    let (_, said) = ran(&dir, "data", &["--json"]).unwrap();
    let report: Value = serde_json::from_str(&said).unwrap();
    let finding: Finding = serde_json::from_value(report["findings"][0].clone()).unwrap();
    events.push(Event::new(Timestamp(1_795_002_000), What::Found { finding }));
    let (_, again) = ran(&place(&events), "data", &["--json"]).unwrap();
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!((&again["findings"], &again["recorded"]), (&report["findings"], &json!(1)));
}

#[test]
fn the_help_names_every_detector() {
    use clap::CommandFactory;
    let help = Line::command().render_long_help().to_string();
    let named = help.split_once("Detectors: ").unwrap().1.split('.').next().unwrap().replace('\n', " ");
    let mut named: Vec<_> = named.split(", ").map(str::trim).collect();
    named.sort_unstable();
    let mut all: Vec<_> = Detector::ALL.iter().map(|detector| detector.name()).collect();
    all.sort_unstable();
    assert_eq!(named, all);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let dir = place(&events());
    fs::write(dir.path().join("notes.txt"), "nothing of ours\n").unwrap();
    let unknown = Event::new(Timestamp(1), What::Started).to_bytes();
    let unknown = String::from_utf8(unknown).unwrap().replace("started", "of_later");
    fs::write(dir.path().join("later.jsonl"), format!("{}\n", json!({ "place": 7, "body": unknown }))).unwrap();
    for (ledger, line, hint) in [
        ("nowhere", vec![], "name a data folder"),
        ("notes.txt", vec![], "no event that this program knows"),
        ("later.jsonl", vec![], "entry 7 is no event that this program knows"),
        ("data", vec!["--detector", "tempi=on"], "there are canary, tempo"),
        ("data", vec!["--detector", "tempo=loud"], "say on, shadow or off"),
    ] {
        let why = ran(&dir, ledger, &line).unwrap_err();
        assert!(why.contains(hint), "{ledger} {line:?}: {why}");
    }
}
