//! `sekisho doctor` on whole installations: one that runs, one that was killed, one that stopped; as root and as nobody.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Output},
};

use rustix::process::{Signal, geteuid, kill_process, test_kill_process};
use serde_json::Value;

use super::place::{PASSPHRASE, Place, text, until};

/// What the doctor told.
pub(super) struct Told {
    pub(super) value: Value,
    pub(super) code: i32,
}

impl Told {
    pub(super) fn of(output: Output) -> Told {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        Told { value, code: output.status.code().unwrap() }
    }

    /// How a remark of this id weighs, if there is one.
    pub(super) fn severity(&self, id: &str) -> Option<&str> {
        let remarks = self.value["remarks"].as_array().unwrap();
        remarks.iter().find(|remark| remark["id"] == id)?["severity"].as_str()
    }

    fn seen(&self, id: &str) -> &str {
        let remarks = self.value["remarks"].as_array().unwrap();
        remarks.iter().find(|remark| remark["id"] == id).unwrap()["seen"]["en"].as_str().unwrap()
    }
}

pub(super) fn command(place: &Place, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let (data, keystore) = (place.path("data"), place.path("keys/keystore"));
    command.args(["doctor", "--data", text(&data), "--keystore", text(&keystore), "--json"]).args(more);
    command
}

fn examine(place: &Place, more: &[&str]) -> Told {
    Told::of(command(place, more).output().unwrap())
}

/// Every file and folder below a folder: its owner, mode, time of change, and bytes.
fn everything(folder: &Path) -> BTreeMap<String, (u32, u32, i64, i64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let seen = fs::symlink_metadata(&path).unwrap();
        let bytes = if seen.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        found.insert(text(&path).to_owned(), (seen.uid(), seen.mode(), seen.mtime(), seen.mtime_nsec(), bytes));
        if seen.is_dir() {
            found.extend(everything(&path));
        }
    }
    found
}

#[track_caller]
fn leaves_as_it_is(place: &Place) -> Told {
    let folders = ["data", "keys"].map(|name| place.path(name));
    let before = folders.each_ref().map(|folder| everything(folder));
    let told = examine(place, &[]);
    let after = folders.each_ref().map(|folder| everything(folder));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        let altered: Vec<_> =
            before.iter().filter(|(path, seen)| after[*path] != **seen).map(|(path, _)| path).collect();
        assert!(altered.is_empty(), "{altered:?}");
    }
    told
}

/// M45: the same command on an installation that runs, that was killed, and that stopped in order.
#[test]
fn a_running_a_killed_and_a_stopped_installation_are_looked_at_and_left_as_they_are() {
    let place = Place::new();
    let mut running = place.run(PASSPHRASE, &["--test-installation"]);
    let names = |place: &Place| everything(&place.path("data")).into_keys().collect::<Vec<_>>();
    let before = names(&place);
    let told = examine(&place, &[]);
    assert_eq!(names(&place), before, "a running one writes by itself, but nothing is made beside it");
    assert_eq!((told.code, told.severity("D-no-witness")), (1, Some("finding")));
    assert_eq!(told.severity("D-founding"), Some("note"), "its newest word was read");
    for fine in ["D-stopped", "D-process", "D-process-down", "D-keystore-mode", "D-data-mode", "D-unconfined"] {
        assert_eq!(told.severity(fine), None, "{fine}");
    }
    assert_eq!(told.severity("D-shared-user").is_some(), !geteuid().is_root());
    // All at once, as with the machine: a role that notices its supervisor's end would end in order.
    let pids = running.pids();
    pids.iter().for_each(|pid| kill_process(*pid, Signal::STOP).unwrap());
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    pids.iter().for_each(|pid| kill_process(*pid, Signal::KILL).unwrap());
    until("its roles ended", || pids.iter().all(|pid| test_kill_process(*pid).is_err()).then_some(()));
    drop(running);
    assert!(place.path("data/keeper/keeper.db-wal").exists(), "the test sees a log that nobody cleared");
    assert!(place.path("data/running.json").exists(), "nor took anybody that away");
    let told = leaves_as_it_is(&place);
    assert_eq!([told.severity("D-stopped"), told.severity("D-founding")], [Some("note"); 2]);
    place.run(PASSPHRASE, &[]).stop(Signal::TERM);
    assert!(!place.path("data/keeper/keeper.db-wal").exists() && !place.path("data/running.json").exists());
    let told = leaves_as_it_is(&place);
    assert_eq!([told.severity("D-stopped"), told.severity("D-founding")], [Some("note"); 2]);
}

/// M17, M47: what is weak is found on the real thing, and nothing personal or secret is told.
#[test]
fn what_was_made_weak_is_found_and_nothing_secret_is_told() {
    let place = Place::new();
    let running = place.run(PASSPHRASE, &["--test-installation", "--danger-unconfined"]);
    let link = fs::read_to_string(place.token()).unwrap();
    let told = examine(&place, &[]);
    assert_eq!(told.severity("D-unconfined"), Some("finding"));
    running.stop(Signal::TERM);
    fs::hard_link(place.path("keys/keystore"), place.path("copy")).unwrap();
    fs::set_permissions(place.path("keys/keystore"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::set_permissions(place.path("data/gate"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let other = Place::new();
    other.run(PASSPHRASE, &["--test-installation"]).stop(Signal::TERM);
    let told = examine(&place, &[]);
    for weak in ["D-keystore-mode", "D-keystore-links", "D-data-mode"] {
        assert_eq!(told.severity(weak), Some("finding"), "{weak}");
    }
    assert!(told.seen("D-keystore-mode").ends_with("0644"), "{}", told.seen("D-keystore-mode"));
    fs::copy(other.path("keys/keystore"), place.path("keys/keystore")).unwrap();
    let told = examine(&place, &[]);
    assert_eq!(told.severity("D-keystore-other"), Some("finding"));
    let secret = link.trim().rsplit('/').next().unwrap();
    assert!(!told.value.to_string().contains(secret) && !told.value.to_string().contains(PASSPHRASE));
}

/// Whoever may not look is told what could not be told, never that it is fine.
#[test]
fn who_may_not_read_is_told_so() {
    if !geteuid().is_root() {
        assert!(std::env::var_os("SEKISHO_REQUIRE_ROOT").is_none(), "another user can't be had here");
        let _ = io::stderr().write_all(b"NOT RUN: only root can become somebody else\n");
        return;
    }
    let place = Place::new();
    let running = place.run(PASSPHRASE, &["--test-installation"]);
    // Somewhere that the other user can start it from.
    fs::copy(env!("CARGO_BIN_EXE_sekisho"), place.path("sekisho")).unwrap();
    let mut command = Command::new(place.path("sekisho"));
    let (data, keystore) = (place.path("data"), place.path("keys/keystore"));
    command.args(["doctor", "--data", text(&data), "--keystore", text(&keystore), "--json"]);
    let told = Told::of(command.uid(65_534).gid(65_534).current_dir("/").output().unwrap());
    for unknown in ["D-passphrase-cost", "D-officers", "D-review-gap", "D-no-witness", "D-process"] {
        assert_eq!(told.severity(unknown), Some("cannot_tell"), "{unknown}");
    }
    running.stop(Signal::TERM);
}

#[test]
fn a_place_without_an_installation_is_a_usage_error() {
    let place = Place::new();
    let output = command(&place, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("say where the installation lies"));
    fs::create_dir(place.path("data")).unwrap();
    fs::create_dir(place.path("keys")).unwrap();
    place.file("keys/keystore", "x");
    let output = command(&place, &[]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("no installation in it"));
}

/// M45: what is printed for people is in their language and says how to mend.
#[test]
fn it_speaks_both_languages() {
    let place = Place::new();
    place.run(PASSPHRASE, &["--test-installation"]).stop(Signal::TERM);
    let (data, keystore) = (place.path("data"), place.path("keys/keystore"));
    let said = |lang: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.args(["doctor", "--data", text(&data), "--keystore", text(&keystore), "--lang", lang]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let (en, ja) = (said("en"), said("ja"));
    assert!(en.contains("D-no-witness [finding] no witness is registered\n    why   "), "{en}");
    assert!(ja.contains("D-no-witness [要対応] 証人が登録されていません\n    理由"), "{ja}");
}
