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

use sekisho_core::{
    check::ShredCause,
    event::{Event, What},
    id::{CheckId, DocumentId},
    ledger::receipt::{self, Receipt, ReceiptEvent},
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
        fs::write(ledger.path("proof"), writer.prove(size as u64 / 2).unwrap()).unwrap();
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
        let file = |name: &str| self.path(name).into_os_string();
        let mut command = Command::new(program);
        command.args(["-every", "173", "-key", &self.vkey, "-dir"]).arg(file("public"));
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
