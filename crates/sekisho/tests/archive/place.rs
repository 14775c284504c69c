//! An installation, a folder for its backups, and what is done to them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sekisho::demo::{Build, House, Picture, tell};
use sekisho_core::{
    id::CheckId,
    time::{Clock, Hour},
};
use sekisho_keeper::keystore::{FileMedium, Keystore};
use sekisho_sys::clock::SystemClock;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Place {
    pub(crate) house: House,
    dest: PathBuf,
    _backups: TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
        let house = House::build_as(Build { program, ..Build::default() }).unwrap();
        let backups = tempfile::tempdir().unwrap();
        Place { house, dest: backups.path().join("backups"), _backups: backups }
    }

    pub(crate) fn dest(&self) -> &Path {
        &self.dest
    }

    /// A check that was approved.
    pub(crate) fn decided(&self) -> CheckId {
        let check = self.house.submit("picture", &Picture::specimen()).unwrap();
        self.house.look(Some("old_enough")).unwrap();
        check
    }

    /// `sekisho VERB` with the passphrase on standard input.
    pub(crate) fn command(&self, verb: &str) -> Command {
        let passphrase = self.house.data().parent().unwrap().join("passphrase");
        // One line end is not part of it.
        fs::write(&passphrase, [&self.house.passphrase().0[..], b"\n"].concat()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.arg(verb).stdin(fs::File::open(passphrase).unwrap()).env_remove("CREDENTIALS_DIRECTORY");
        command
    }

    pub(crate) fn backup_command(&self, more: &[&str]) -> Command {
        let mut command = self.command("backup");
        command.arg("--data").arg(self.house.data()).arg("--to").arg(self.dest()).arg("--json").args(more);
        if more.contains(&"--with-identity") {
            command.args(["--passphrase-fd", "0"]).arg("--keystore").arg(self.house.keystore());
        }
        command
    }

    /// Makes a backup and returns its folder.
    pub(crate) fn backup(&self, more: &[&str]) -> PathBuf {
        let told = answer(self.backup_command(more).output().unwrap());
        PathBuf::from(told["backup"].as_str().unwrap())
    }

    /// Stops everything and loses the data, and the keystore as well if it is told so. The journal's disk survives:
    /// its path is returned.
    pub(crate) fn burn(&mut self, keystore: bool) -> PathBuf {
        self.house.die();
        let journal = self.house.data().parent().unwrap().join("journal");
        fs::copy(self.house.data().join("ledger/journal"), &journal).unwrap();
        fs::remove_dir_all(self.house.data()).unwrap();
        if keystore {
            fs::remove_file(self.house.keystore()).unwrap();
        }
        journal
    }

    pub(crate) fn restore_command(&self, backup: &Path, more: &[&str]) -> Command {
        let mut command = self.command("restore");
        command.arg("--from").arg(backup).arg("--data").arg(self.house.data());
        command.arg("--keystore").arg(self.house.keystore()).args(["--passphrase-fd", "0", "--json"]).args(more);
        command
    }

    pub(crate) fn restore(&self, backup: &Path, more: &[&str]) -> Value {
        answer(self.restore_command(backup, more).output().unwrap())
    }

    /// Whether a refused restore left the new data empty.
    pub(crate) fn left_nothing(&self) -> bool {
        fs::read_dir(self.house.data()).map_or(true, |mut listed| listed.next().is_none())
    }

    pub(crate) fn tell_the_story(&self) {
        self.house.site.begin_anew();
        let report = tell(&self.house, &Picture::specimen(), &mut |_| {}).unwrap();
        assert_eq!(report.check.state, "approved");
        assert!(report.webhook.unwrap().delivered && report.receipt.unwrap().verified);
    }

    /// Every secret of the running installation, by what it is.
    pub(crate) fn secrets(&self) -> Vec<(String, Vec<u8>)> {
        let keystore = Keystore::open(Box::new(FileMedium::open(&self.house.keystore()).unwrap())).unwrap();
        let (keys, identity) = keystore.unlock(&self.house.passphrase().0).unwrap();
        let now = SystemClock.read().wall.hour();
        let mut found: Vec<(String, Vec<u8>)> = (1..=72)
            .filter_map(|ahead| keys.wrapping_key(keystore.keeper(), keys.root_hour()?, now.plus(ahead)))
            .map(|key| ("a wrapping key".to_owned(), key.to_vec()))
            .collect();
        found.extend(
            [now, Hour(now.0 - 1)]
                .into_iter()
                .filter_map(|hour| keys.intake_of(hour))
                .map(|(_, seed)| ("an intake seed".into(), seed.to_vec())),
        );
        found.extend(identity.to_bytes().chunks(32).map(|seed| ("a signing seed".into(), seed.to_vec())));
        for entry in fs::read_dir(self.house.data().join("courier/secrets")).unwrap() {
            found.push(("a webhook secret".into(), fs::read(entry.unwrap().path()).unwrap()));
        }
        let db = self.house.data().join("keeper/keeper.db");
        let db = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let mut wrapped = db.prepare("SELECT wrapped FROM document_key").unwrap();
        let wrapped = wrapped.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        found.extend(wrapped.map(|key| ("a wrapped key".to_owned(), key.unwrap())));
        found
    }
}

pub(crate) fn answer(output: Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Why it was refused, and with which code.
pub(crate) fn refusal(output: Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

/// Looks until something is there, for as long as a machine may be slow.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..6_000 {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("waited in vain until {what}");
}
