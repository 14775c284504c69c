//! `sekisho canary` on a running installation of confined processes: documents of the operator's own, the storage's
//! access log, and what the command line says.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/record.rs"]
mod record;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use sekisho::demo::{Build, House};
use sekisho_core::{
    canary::{Canary, Lure},
    event::What,
    id::{CheckId, DocumentId},
};
use sekisho_keeper::{keystore::Cost, wire::SiteView};
use serde_json::Value;

struct Console<'a>(&'a House);

impl Console<'_> {
    /// Runs `sekisho canary`, the passphrase on standard input: exit code, what it printed, what it complained of.
    fn run_with(&self, passphrase: &[u8], args: &[&str]) -> (i32, Value, String) {
        let (data, keystore) = (self.0.data(), self.0.keystore());
        let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .arg("canary")
            .args(args)
            .args(["--json", "--passphrase-fd", "0", "--data"])
            .arg(data)
            .arg("--keystore")
            .arg(keystore)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(passphrase).unwrap();
        let done = child.wait_with_output().unwrap();
        let complaint = String::from_utf8(done.stderr).unwrap();
        (done.status.code().unwrap(), serde_json::from_slice(&done.stdout).unwrap_or_default(), complaint)
    }

    fn run(&self, args: &[&str]) -> (i32, Value, String) {
        // A line end is taken off the passphrase's end, in case it ends with one itself.
        self.run_with(&[&self.0.passphrase().0[..], b"\n"].concat(), args)
    }

    fn must(&self, args: &[&str]) -> Value {
        let (code, told, complaint) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {complaint}");
        told
    }
}

fn own_site(folder: &Path) -> SiteView {
    let made = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["site", "new", "own-site", "--policy", "jp-dating-site", "--return-prefix", "https://own.example/"])
        .arg("--out")
        .arg(folder)
        .output()
        .unwrap();
    assert!(made.status.success());
    serde_json::from_slice(&fs::read(folder.join("site.json")).unwrap()).unwrap()
}

fn document_of(house: &House, check: &str) -> DocumentId {
    let check: CheckId = check.parse().unwrap();
    let found = record::database(&house.data()).query_row(
        "SELECT id FROM document WHERE check_id = ?1",
        [check.as_bytes()],
        |row| row.get::<_, [u8; 16]>(0),
    );
    DocumentId::from_bytes(found.unwrap())
}

/// What the ledger says of bait that was touched.
fn known(house: &House) -> Vec<(Lure, String)> {
    let told = record::events(&house.data()).into_iter().filter_map(|what| match what {
        What::Canary { canary: Canary::Known { lure, laid, .. } } => Some((lure, laid)),
        _ => None,
    });
    told.collect()
}

/// M19, M20: a document of the operator's own is decided like others and counts for its reviewer; a reading of its
/// ciphertext that no viewing explains is told, and stands in the ledger with where it lay.
#[test]
fn a_document_measures_its_reviewer_and_its_ciphertext_is_bait() {
    let folder = tempfile::tempdir().unwrap();
    let kit = folder.path().join("kit");
    let program = Some(env!("CARGO_BIN_EXE_sekisho").into());
    let build = Build { program, sites: vec![own_site(&kit)], cost: Some(Cost::TEST), ..Build::default() };
    let house = House::build_as(build).unwrap();
    let (console, gate) = (Console(&house), format!("http://{}", house.gate.authority));
    let make = |answer: &str| {
        let kit = kit.to_str().unwrap();
        let args = ["make", "document", "--specimen", "--kit", kit, "--gate", &gate, "--answer", answer];
        console.must(&[&args[..], &["--laid", "the blob store"]].concat())
    };

    let decided = make("approve");
    house.look(Some("old_enough")).unwrap();
    let missed = make("reject");
    house.look(Some("old_enough")).unwrap();
    let told = console.must(&["list"]);
    let answers = &told["answers"][0];
    assert_eq!((answers["right"].as_u64(), answers["of"].as_u64()), (Some(1), Some(2)), "{told}");
    assert!(told["canaries"].as_array().unwrap().iter().all(|canary| canary["touched"].is_null()));

    // The keeper's own reading for the reviewer, and somebody's of yesterday.
    let viewed: i64 =
        record::database(&house.data()).query_row("SELECT max(at) FROM viewing", [], |row| row.get(0)).unwrap();
    let line = |document: DocumentId, at: i64| {
        let at = jiff::Timestamp::from_second(at).unwrap().strftime("%d/%b/%Y:%H:%M:%S +0000");
        format!("203.0.113.9 - - [{at}] \"GET /vault/01/{document} HTTP/1.1\" 200 300123 \"-\" \"curl/8\"\n")
    };
    let log = folder.path().join("access.log");
    let document = document_of(&house, missed["check"].as_str().unwrap());
    fs::write(&log, line(document, viewed)).unwrap();
    let log = log.to_str().unwrap();
    assert_eq!(console.must(&["watch-log", log])["explained"], 1);
    let stolen = document_of(&house, decided["check"].as_str().unwrap());
    fs::write(log, line(document, viewed) + &line(stolen, viewed - 86_400)).unwrap();
    let (code, shown, _) = console.run(&["watch-log", log]);
    assert_eq!((code, &shown["unexplained"], &shown["touched"][0]), (1, &1.into(), &decided["canary"]), "{shown}");

    let entered = (0..600).any(|_| {
        thread::sleep(Duration::from_millis(100));
        !known(&house).is_empty()
    });
    assert!(entered, "the keeper enters what was reported");
    assert_eq!(known(&house), [(Lure::Document, "the blob store".to_owned())]);
    let (code, told, _) = console.run(&["list"]);
    assert_eq!(code, 1, "what was touched is a finding: {told}");
    house.clear_away().unwrap();
}

/// M17, M19: without the passphrase nobody reads the book; a real site's name is refused; bait is rotated and given up.
#[test]
fn the_book_is_the_passphrases_and_bait_is_renewed_and_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let program = Some(env!("CARGO_BIN_EXE_sekisho").into());
    let house = House::build_as(Build { program, cost: Some(Cost::TEST), ..Build::default() }).unwrap();
    let console = Console(&house);
    let (code, _, complaint) = console.run_with(b"another passphrase", &["list"]);
    assert!(code == 2 && complaint.contains("passphrase"), "{complaint}");
    let link = ["make", "link", "--gate", "https://check.example", "--laid", "a mailbox"];
    let first = console.must(&link);
    assert!(first["link"].as_str().unwrap().starts_with("https://check.example/m/"));
    let id = first["canary"].as_str().unwrap();
    let second = console.must(&["rotate", id, "--gate", "https://check.example"]);
    assert_ne!(first["link"], second["link"]);
    assert_eq!(second["laid"], "a mailbox");
    let (code, _, complaint) = console.run(&["rotate", id, "--gate", "https://check.example"]);
    assert!(code == 2 && complaint.contains("before"), "{complaint}");
    console.must(&["retire", id]);
    assert_eq!(console.must(&["list"])["canaries"].as_array().unwrap().len(), 1);
    let taken: String =
        record::database(&house.data()).query_row("SELECT name FROM site", [], |row| row.get(0)).unwrap();
    let out = folder.path().join("bait");
    let key = |name: &str| {
        let args = ["make", "site-key", name, "--policy", "jp-dating-site", "--laid", "a backup", "--return-prefix"];
        console.run(&[&args[..], &["https://b.example/", "--out", out.to_str().unwrap()]].concat())
    };
    let (code, _, complaint) = key(&taken);
    assert!(code == 2 && complaint.contains("registered"), "{complaint}");
    let (code, told, complaint) = key("batch-site");
    assert!(code == 0 && told["site"] == "batch-site", "{complaint}");
    house.clear_away().unwrap();
}
