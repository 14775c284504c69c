//! M16: what the writer writes, code that is not ours accepts, and refuses once a bit of it is changed.
//!
//! The verifier is `xtask/verify-ledger`, in Go over `golang.org/x/mod/sumdb`
//! (Debian: `golang-go`, `golang-golang-x-mod-dev`). Where there is no Go these
//! tests say that they did not run; with `SEKISHO_REQUIRE_GO` set they fail.

#![allow(clippy::unwrap_used)] // A test file: what goes wrong should stop it.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{CheckId, DocumentId},
    ledger::{
        Note, WitnessKey,
        cosignature::cosigned_message,
        receipt::{self, Receipt, ReceiptEvent},
    },
    time::Timestamp,
};
use sekisho_keeper::ledger::{DirFiles, LedgerSigner, StoredEntry, Writer};
use tempfile::TempDir;

/// Sizes that need tiles of three levels, with partial ones among them.
const OLDER: usize = 41_234;
const SIZE: usize = 66_500;

const CHECK: CheckId = CheckId::from_bytes([1; 16]);

/// Builds the verifier in `dir`; nothing if Go is not here, and then says so where `cargo test` can't hide it.
fn verifier(dir: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/verify-ledger/main.go");
    let program = dir.join("verify-ledger");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(source);
    build
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"));
    match build.output() {
        Ok(built) => {
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            Some(program)
        }
        Err(_) => {
            assert!(env::var_os("SEKISHO_REQUIRE_GO").is_none(), "SEKISHO_REQUIRE_GO is set, but there is no go");
            let _ = io::stderr().write_all(b"NOT RUN: the ledger's independent verifier, because there is no go\n");
            None
        }
    }
}

/// When the witnesses cosigned.
const TIME: Timestamp = Timestamp(1_795_240_800);

fn witness(number: u8) -> (Ed25519KeyPair, WitnessKey) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
    let public = pair.public_key().as_ref().try_into().unwrap();
    let key = WitnessKey::new(&format!("witness.example/{number}"), public).unwrap();
    (pair, key)
}

/// The line of a cosignature that says `said` and was made at `made`.
fn line(signed: &str, number: u8, made: Timestamp, said: Timestamp) -> String {
    let (pair, key) = witness(number);
    let signature = pair.sign(cosigned_message(made, Note::parse(signed).unwrap().text()).as_bytes());
    key.line(said, signature.as_ref().try_into().unwrap()) + "\n"
}

fn cosign(writer: &mut Writer, number: u8, time: Timestamp) {
    let signed = writer.published_checkpoint().unwrap().to_owned();
    writer.cosign(&signed, &line(&signed, number, time, time), &witness(number).1).unwrap();
}

fn event(index: usize) -> Vec<u8> {
    let document = DocumentId::from_bytes((index as u128).to_be_bytes());
    Event::new(Timestamp(index as u64), What::Shredded { check: CHECK, document, cause: ShredCause::Decided })
        .to_bytes()
}

/// A ledger with two checkpoints, a proof and a receipt, all in one directory.
struct Ledger {
    dir: TempDir,
    vkey: String,
    rows: Vec<StoredEntry>,
}

impl Ledger {
    fn write(older: usize, size: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = DirFiles::open(&dir.path().join("public"), &dir.path().join("journal")).unwrap();
        let signer = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap();
        let mut writer = Writer::open(Box::new(files), signer, &mut std::iter::empty()).unwrap();
        let mut ledger = Self { dir, vkey: writer.vkey().to_string(), rows: Vec::new() };
        ledger.grow(&mut writer, 100);
        ledger.grow(&mut writer, older);
        fs::copy(ledger.path("public/checkpoint"), ledger.path("older")).unwrap();
        ledger.grow(&mut writer, size);
        [1, 2].iter().for_each(|number| cosign(&mut writer, *number, TIME));
        fs::write(ledger.path("proof"), writer.prove_witnessed(size as u64 / 2).unwrap()).unwrap();
        fs::write(ledger.path("receipt"), ledger.receipt(&mut writer).to_json()).unwrap();
        ledger
    }

    fn grow(&mut self, writer: &mut Writer, size: usize) {
        for index in self.rows.len()..size {
            let mut salt = [0; 32];
            salt[..8].copy_from_slice(&(index as u64).to_be_bytes());
            self.rows.push(writer.stage(event(index), salt).unwrap());
        }
        writer.commit().unwrap();
        writer.publish().unwrap();
    }

    fn receipt(&self, writer: &mut Writer) -> Receipt {
        let shown = [0, 255, 256, self.rows.len() / 3, self.rows.len() - 1].map(|index| {
            let row = &self.rows[index];
            ReceiptEvent::new(row.body.clone(), &row.salt, writer.prove(row.index).unwrap()).unwrap()
        });
        let receipt = Receipt::new(CHECK, writer.vkey(), shown.into());
        assert_eq!(receipt::verify(&receipt, Some(writer.vkey())).unwrap().tally().shredded, 5);
        receipt
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn verify(&self, program: &Path) -> Output {
        self.verify_witnessed(program, &[])
    }

    /// As the others judge it who need these witnesses.
    fn verify_witnessed(&self, program: &Path, witnesses: &[WitnessKey]) -> Output {
        let file = |name: &str| self.path(name).into_os_string();
        let mut command = Command::new(program);
        command.args(["-every", "173", "-key", &self.vkey, "-dir"]).arg(file("public"));
        command.args(witnesses.iter().flat_map(|key| ["-witness".to_owned(), key.to_string()]));
        command.arg("-older").arg(file("older")).arg("-proof").arg(file("proof")).arg("-receipt").arg(file("receipt"));
        command.output().unwrap()
    }

    /// Flips one bit of a file, lets the verifier judge, and flips it back.
    fn verify_flipped(&self, program: &Path, name: &str, at: usize) -> Output {
        let path = self.path(name);
        let right = fs::read(&path).unwrap();
        let mut wrong = right.clone();
        let at = at % wrong.len();
        wrong[at] ^= 1;
        fs::write(&path, wrong).unwrap();
        let output = self.verify(program);
        fs::write(&path, right).unwrap();
        output
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// M16
#[test]
fn another_implementation_accepts_the_ledger_and_refuses_a_flipped_bit() {
    let tools = tempfile::tempdir().unwrap();
    let Some(program) = verifier(tools.path()) else { return };
    let ledger = Ledger::write(OLDER, SIZE);
    let accepted = ledger.verify(&program);
    assert_eq!(said(&accepted), format!("holds: entries {SIZE}\n"));
    assert_eq!(accepted.status.code(), Some(0));
    let flips = [
        ("public/checkpoint", 0),
        ("public/checkpoint", 21),
        ("public/checkpoint", 40),
        ("public/checkpoint", 150),
        ("older", 40),
        ("public/tile/0/000", 0),
        ("public/tile/0/259.p/196", 32 * 196 - 1),
        ("public/tile/1/000", 8191),
        ("public/tile/1/001.p/3", 5),
        ("public/tile/2/000.p/1", 31),
        ("public/tile/entries/000", 2),
        ("public/tile/entries/000", 1),
        ("public/tile/entries/259.p/196", 34 * 196 - 1),
        ("proof", 30),
        ("proof", 60),
        ("receipt", 400),
    ];
    for (name, at) in flips {
        let refused = ledger.verify_flipped(&program, name, at);
        assert_eq!(refused.status.code(), Some(1), "{name} at {at}: {}", said(&refused));
        assert!(said(&refused).starts_with("refused: "), "{name} at {at}: {}", said(&refused));
    }
    assert_eq!(ledger.verify(&program).status.code(), Some(0));
}

/// M16: cosignatures, checked by code written from the specification in another language: of the checkpoint, the proof
/// and the receipt.
#[test]
fn another_implementation_accepts_cosignatures_and_refuses_a_flipped_bit_a_wrong_time_and_a_missing_witness() {
    let tools = tempfile::tempdir().unwrap();
    let Some(program) = verifier(tools.path()) else { return };
    let ledger = Ledger::write(500, 900);
    let needed = [witness(1).1, witness(2).1];
    let judge = || ledger.verify_witnessed(&program, &needed);
    let holds = judge();
    assert_eq!((holds.status.code(), said(&holds).as_str()), (Some(0), "holds: entries 900\n"));
    let refused = |why: &str| {
        let output = judge();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(why), "{}", said(&output));
    };
    let right = fs::read_to_string(ledger.path("public/checkpoint")).unwrap();
    let (ours, cosigned) = right.split_at(right.find("\u{2014} witness").unwrap());
    let replaced = |lines: &str| fs::write(ledger.path("public/checkpoint"), format!("{ours}{lines}")).unwrap();
    let second = cosigned.split_inclusive('\n').nth(1).unwrap();
    // Each character of a line is six bits of name, id, time or signature.
    let start = cosigned.split_once(' ').unwrap().1.find(' ').unwrap() + '\u{2014}'.len_utf8() + 2;
    for at in [start, start + 8, start + 15, start + 30, start + 90] {
        let mut wrong = cosigned.as_bytes().to_vec();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        replaced(std::str::from_utf8(&wrong).unwrap());
        refused("witness witness.example/1");
    }
    replaced(&(line(&right, 1, TIME, TIME + 1) + second));
    refused("the cosignature is wrong");
    replaced(&(line(&right, 1, TIME, TIME) + second));
    assert_eq!(judge().status.code(), Some(0), "the control");
    replaced(second);
    refused("witness witness.example/1 has not cosigned");
    replaced(cosigned);
    for name in ["proof", "receipt"] {
        let right = fs::read_to_string(ledger.path(name)).unwrap();
        let at = right.rfind("witness.example/2 ").unwrap() + 40;
        let other = if right.as_bytes()[at] == b'A' { "B" } else { "A" };
        fs::write(ledger.path(name), [&right[..at], other, &right[at + 1..]].concat()).unwrap();
        refused(&format!("{name}: "));
        fs::write(ledger.path(name), right).unwrap();
    }
    let stranger = ledger.verify_witnessed(&program, &[witness(3).1]);
    assert!(said(&stranger).contains("witness.example/3 has not cosigned"), "{}", said(&stranger));
}

/// M16
#[test]
fn another_implementation_refuses_an_older_checkpoint_of_another_history() {
    let tools = tempfile::tempdir().unwrap();
    let Some(program) = verifier(tools.path()) else { return };
    let ledger = Ledger::write(500, 900);
    let other = tempfile::tempdir().unwrap();
    let files = DirFiles::open(&other.path().join("public"), &other.path().join("journal")).unwrap();
    let signer = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap();
    let mut writer = Writer::open(Box::new(files), signer, &mut std::iter::empty()).unwrap();
    for index in 0..100 {
        writer.stage(event(index + 1), [0; 32]).unwrap();
    }
    writer.commit().unwrap();
    writer.publish().unwrap();
    fs::copy(other.path().join("public/checkpoint"), ledger.path("older")).unwrap();
    let refused = ledger.verify(&program);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("older checkpoint"), "{}", said(&refused));
}
