//! Witnesses and logs that we didn't write: `aics-witness` and `aics-tlog` (Python package index), C2SP `tlog-witness`
//! in another language by other people. Their witness cosigns our ledger, our witness cosigns their log, and each side
//! verifies the other's signatures with its own code.
//!
//! `cargo xtask test` fetches them and names them in `SEKISHO_PEER_WITNESS`. Without that these tests say that they did
//! not run; with `SEKISHO_REQUIRE_PEER_WITNESS` set they fail.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    env, fs,
    io::{self, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use sekisho::demo::{Build, House, Neighbour, Picture};
use sekisho_core::ledger::{Note, VerifierKey, WitnessKey};
use sekisho_keeper::wire::{WitnessPlan, WitnessTerms};
use tempfile::TempDir;

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))
}

/// Where their modules lie; nothing if they are not here, which is said where `cargo test` can't hide it.
fn modules() -> Option<PathBuf> {
    let main = env::var_os("SEKISHO_PEER_WITNESS").map(PathBuf::from).filter(|main| main.is_file());
    if main.is_none() {
        let required = env::var_os("SEKISHO_REQUIRE_PEER_WITNESS").is_some();
        assert!(!required, "SEKISHO_REQUIRE_PEER_WITNESS is set, but SEKISHO_PEER_WITNESS names no file");
        let _ = io::stderr().write_all(b"NOT RUN: witnesses and logs of others, because aics-witness is not here\n");
    }
    Some(main?.parent()?.parent()?.to_owned())
}

fn python(modules: &Path) -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", modules).env("PYTHONUTF8", "1").stdin(Stdio::null());
    command
}

fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn said(command: &mut Command) -> String {
    String::from_utf8(ran(command).stdout).unwrap().trim().to_owned()
}

/// Their witness, on this machine.
struct Theirs {
    child: Child,
    key: WitnessKey,
    address: SocketAddr,
    _folder: TempDir,
}

impl Theirs {
    fn start(modules: &Path, log: &VerifierKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("witness.json");
        let aics = |words: &[&str]| {
            let mut command = python(modules);
            command.args(["-m", "aics_witness"]).args(words).arg("--config").arg(&config);
            command
        };
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listen = address.to_string();
        let key = said(&mut aics(&["init", "--name", "peer.example/w", "--listen", &listen])).parse().unwrap();
        ran(&mut aics(&["add-log", "--origin", log.name(), "--vkey", &log.to_string()]));
        let child = aics(&["serve"]).stderr(Stdio::null()).spawn().unwrap();
        let theirs = Self { child, key, address, _folder: folder };
        assert!((0..200).any(|_| theirs.listens()), "their witness does not listen");
        theirs
    }

    fn listens(&self) -> bool {
        thread::sleep(Duration::from_millis(50));
        TcpStream::connect(self.address).is_ok()
    }

    fn plan(&self) -> WitnessPlan {
        let terms = WitnessTerms { key: self.key.to_string(), url: format!("http://{}", self.address) };
        WitnessPlan { named: vec![terms], forgotten: Vec::new() }
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// M16: an installation's own processes have their ledger cosigned by a witness that we didn't write, and documents
/// open because of it.
#[test]
fn a_witness_that_others_wrote_cosigns_our_ledger() {
    let Some(modules) = modules() else { return };
    let mut house = House::build_as(Build { program: Some(program()), ..Build::default() }).unwrap();
    let log = house.ledger_key().unwrap();
    house.submit("a.jpg", &Picture::specimen()).unwrap();
    house.rest();
    let theirs = Theirs::start(&modules, &log);
    house.tell_of_witnesses(theirs.plan());
    house.revive().unwrap();
    assert!(opens(&house), "nothing opens, though their witness stands ready");
    let public = house.data().join("ledger/public");
    let cosigned = (0..100).find_map(|_| {
        thread::sleep(Duration::from_millis(200));
        let note = Note::parse(&fs::read_to_string(public.join("checkpoint")).unwrap()).unwrap();
        note.verify_cosignature(&theirs.key).ok()
    });
    assert!(cosigned.is_some(), "their cosignature is not published");
    let mut verify = Command::new(program());
    verify.arg("verify").arg(&public).args(["--key", &log.to_string(), "--witness", &theirs.key.to_string()]);
    assert!(said(&mut verify).contains("by peer.example/w"));
}

fn opens(house: &House) -> bool {
    (0..60).any(|_| {
        let opened = house.look(None).is_ok();
        if !opened {
            thread::sleep(Duration::from_millis(500));
        }
        opened
    })
}

/// M16: their log's client drives our witness, verifies what it signs, and is refused another history.
#[test]
fn a_log_that_others_wrote_is_cosigned_by_our_witness() {
    let Some(modules) = modules() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peer_witness/log.py");
    let log: VerifierKey = said(python(&modules).arg(&script).arg("key")).parse().unwrap();
    let ours = Neighbour::start("witness.example/w1", vec![log.clone()], Some(&program())).unwrap();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("note");
    let lines = said(python(&modules).arg(&script).arg(ours.url()).arg(ours.key().to_string()).arg(&file));
    let sizes = [1, 2, 3, 255, 256, 257, 700].map(|size| format!("cosigned {size}\n")).concat();
    assert_eq!(lines, format!("{sizes}fork WitnessRejected\nrewritten WitnessRejected\nolder WitnessAhead"));
    let note = Note::parse(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(note.verify(&log).is_ok() && note.verify_cosignature(ours.key()).is_ok());
}

/// M16: a checkpoint of ours that our witness cosigned, held against both keys by their verifier; and refused by it once
/// a witness is missing.
#[test]
fn their_verifier_accepts_what_our_witness_cosigned() {
    let Some(modules) = modules() else { return };
    let mut log = sekisho::testing::log::Log::new("ledger.example/kpr", [5; 32]);
    log.grow(300);
    let ours = Neighbour::start("witness.example/w1", vec![log.key().clone()], Some(&program())).unwrap();
    let body = log.request(0, 300).to_string();
    let answer = post(&ours, body);
    let mut note = Note::parse(&log.checkpoint(300)).unwrap();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("note");
    let verify = |note: &Note| {
        fs::write(&file, note.to_string()).unwrap();
        let mut command = python(&modules);
        command.args(["-m", "aics_tlog", "verify-checkpoint", "--origin", "ledger.example/kpr", "--quorum", "1"]);
        command.args(["--log-key", &log.key().to_string(), "--witness-key", &ours.key().to_string()]);
        command.arg("--note").arg(&file).output().unwrap()
    };
    assert!(!verify(&note).status.success(), "without a cosignature it must not pass");
    note.adopt_cosignature(&answer, ours.key()).unwrap();
    let verified = verify(&note);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn post(witness: &Neighbour, body: String) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = axum::http::Request::post("/add-checkpoint").body(body.into_bytes()).unwrap();
    let answer = runtime.block_on(sekisho::client::Client::default().send(&witness.server(), request)).unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    String::from_utf8(answer.into_body()).unwrap()
}
