use std::iter;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use clap::Parser;
use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{CheckId, DocumentId},
    ledger::{Note, TlogProof, cosignature, receipt::ReceiptEvent},
    time::Timestamp,
};
use sekisho_keeper::ledger::{DirFiles, LedgerSigner, Writer};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: VerifyArgs,
}

/// A ledger of 300 entries with an older checkpoint, a receipt and the key, in one directory.
fn bench() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let files = DirFiles::open(&path("ledger"), &path("journal")).unwrap();
    let signer = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap();
    let mut writer = Writer::open(Box::new(files), signer, &mut iter::empty()).unwrap();
    let (check, document) = (CheckId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
    let event = Event::new(Timestamp(1_795_000_000), What::Shredded { check, document, cause: ShredCause::Decided });
    for size in [200, 100] {
        (0..size).for_each(|_| drop(writer.stage(event.to_bytes(), [3; 32]).unwrap()));
        let _written = writer.commit().unwrap();
        writer.publish().unwrap();
        if size == 200 {
            fs::copy(path("ledger/checkpoint"), path("older")).unwrap();
        }
    }
    let shown = ReceiptEvent::new(event.to_bytes(), &[3; 32], writer.prove(7).unwrap()).unwrap();
    fs::write(path("receipt"), Receipt::new(check, writer.vkey(), vec![shown]).to_json()).unwrap();
    fs::write(path("vkey"), format!("{}\n", writer.vkey())).unwrap();
    dir
}

/// Runs the command in `dir`; `@` and bare names are files there.
fn verify(dir: &TempDir, line: &[&str]) -> (u8, String) {
    let place = |word: &&str| match word.strip_prefix('@') {
        Some(name) => format!("@{}", dir.path().join(name).display()),
        None if word.starts_with('-') => (*word).to_owned(),
        None => dir.path().join(word).display().to_string(),
    };
    let words = iter::once("verify".to_owned()).chain(line.iter().map(place));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = answer(&Line::try_parse_from(words).unwrap().args, &mut out, &mut err).unwrap();
    out.extend(err);
    (status, String::from_utf8(out).unwrap())
}

fn flip(dir: &TempDir, name: &str, at: usize) {
    let mut bytes = fs::read(dir.path().join(name)).unwrap();
    bytes[at] ^= 1;
    fs::write(dir.path().join(name), bytes).unwrap();
}

/// M16
#[test]
fn a_receipt_holds_with_and_without_a_known_key() {
    let dir = bench();
    let (status, said) = verify(&dir, &["receipt", "--key", "@vkey"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("         7  2026-11-18T11:06:40Z  shredded"), "{said}");
    assert!(!said.contains("taken from the receipt itself"), "{said}");
    let (status, said) = verify(&dir, &["receipt"]);
    assert!(status == 0 && said.contains("taken from the receipt itself"), "{said}");
}

/// M16
#[test]
fn a_changed_receipt_is_refused() {
    let dir = bench();
    let text = fs::read_to_string(dir.path().join("receipt")).unwrap();
    flip(&dir, "receipt", text.find("1795000000").unwrap());
    let (status, said) = verify(&dir, &["receipt", "--json"]);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["verified"]), (1, &json!(false)));
    flip(&dir, "receipt", 0);
    assert_eq!(verify(&dir, &["receipt"]).0, 1);
}

#[test]
fn a_program_gets_one_object() {
    let dir = bench();
    let (status, said) = verify(&dir, &["receipt", "--key", "@vkey", "--json"]);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["verified"], &answer["key_known"]), (0, &json!(true), &json!(true)));
    assert_eq!(answer["tally"], json!({ "received": 0, "viewed": 0, "decided": 0, "shredded": 1 }));
    assert_eq!(answer["events"][0]["event"]["event"], "shredded");
    let (_, said) = verify(&dir, &["ledger", "--key", "@vkey", "--older", "older", "--json"]);
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&answer["continues"], &answer["ledger"]["size"]), (&json!(200), &json!(300)));
}

/// M16
#[test]
fn a_ledger_holds_until_a_bit_is_flipped() {
    let dir = bench();
    let line = ["ledger", "--key", "@vkey", "--older", "older"];
    let (status, said) = verify(&dir, &line);
    assert!(status == 0 && said.contains("older checkpoint of 200 entries"), "{said}");
    for (name, at) in
        [("ledger/tile/0/000", 5), ("ledger/tile/entries/001.p/44", 9), ("ledger/checkpoint", 30), ("older", 30)]
    {
        flip(&dir, name, at);
        let (status, said) = verify(&dir, &line);
        assert!(status == 1 && said.starts_with("It does not hold: "), "{name}: {said}");
        flip(&dir, name, at);
    }
    assert_eq!(verify(&dir, &line).0, 0);
}

/// Cosigns the checkpoint in the file `name` as a witness whose key is written beside it.
fn cosign(dir: &TempDir, name: &str, witness: &str, seed: u8) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let key = WitnessKey::new(witness, pair.public_key().as_ref().try_into().unwrap()).unwrap();
    fs::write(dir.path().join(witness), key.to_string()).unwrap();
    let path = dir.path().join(name);
    let mut note = Note::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    let time = Timestamp(1_795_000_060);
    let made = pair.sign(cosignature::cosigned_message(time, note.text()).as_bytes());
    note.add_cosignature(&key, time, made.as_ref().try_into().unwrap());
    fs::write(path, note.to_string()).unwrap();
}

/// M16
#[test]
fn a_ledger_is_refused_to_who_needs_a_witness_that_it_lacks() {
    let dir = bench();
    cosign(&dir, "ledger/checkpoint", "w1", 1);
    cosign(&dir, "older", "w2", 2);
    let base = ["ledger", "--key", "@vkey", "--witness", "@w1"];
    let (status, said) = verify(&dir, &base);
    assert!(status == 0 && said.contains("cosigned 2026-11-18T11:07:40Z by w1"), "{said}");
    let both = [&base[..], &["--witness", "@w2"]].concat();
    let (status, said) = verify(&dir, &both);
    assert!(status == 1 && said.contains("1 of the known witnesses have cosigned, 2 are needed"), "{said}");
    let (status, said) = verify(&dir, &[&both[..], &["--quorum=1", "--json"]].concat());
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &answer["cosigned"]), (0, &json!([{ "witness": "w1", "time": 1_795_000_060 }])));
}

/// M16
#[test]
fn a_receipt_is_refused_to_who_needs_a_witness_that_it_lacks() {
    let dir = bench();
    cosign(&dir, "older", "w1", 1);
    let line = ["receipt", "--key", "@vkey", "--witness", "@w1"];
    assert_eq!(verify(&dir, &line).0, 1);
    let mut receipt = Receipt::from_json(&fs::read_to_string(dir.path().join("receipt")).unwrap()).unwrap();
    let mut proof: TlogProof = receipt.events[0].proof.parse().unwrap();
    fs::write(dir.path().join("shown"), &proof.checkpoint).unwrap();
    cosign(&dir, "shown", "w1", 1);
    proof.checkpoint = fs::read_to_string(dir.path().join("shown")).unwrap();
    receipt.events[0].proof = proof.to_string();
    fs::write(dir.path().join("receipt"), receipt.to_json()).unwrap();
    let (status, said) = verify(&dir, &line);
    assert!(status == 0 && said.contains("cosigned 2026-11-18T11:07:40Z by w1"), "{said}");
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let dir = bench();
    for (line, hint) in [
        (vec!["ledger"], "--key"),
        (vec!["nowhere"], "nowhere"),
        (vec!["receipt", "--older", "older"], "--older"),
        (vec!["receipt", "--key", "@older"], "--key"),
        (vec!["ledger", "--key", "@nowhere"], "nowhere"),
        (vec!["receipt", "--witness", "@vkey"], "--witness"),
        (vec!["ledger", "--key", "@vkey", "--older", "nowhere"], "nowhere"),
    ] {
        let (status, said) = verify(&dir, &line);
        assert!(status == 2 && said.contains(hint), "{line:?}: {said}");
    }
}
