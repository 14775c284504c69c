//! A place for one installation, and the real binary on it.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "correct horse battery";

/// A place that the roles' users can reach, for one installation.
pub(crate) struct Place(TempDir);

/// A `serve` that runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) told: Value,
    _stdout: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Place {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Place(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(crate) fn token(&self) -> PathBuf {
        self.path("data/keeper/founding-token")
    }

    /// `sekisho serve` with a passphrase on standard input, on free ports of this machine.
    pub(crate) fn command(&self, passphrase: &str, more: &[&str]) -> Command {
        let stdin = self.file("passphrase", passphrase);
        let mut command = self.bare(&["--gate-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0"]);
        command.args(["--passphrase-fd", "0"]).args(more).stdin(fs::File::open(stdin).unwrap());
        command
    }

    pub(crate) fn bare(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        command.arg("serve").arg("--data").arg(self.path("data")).arg("--keystore").arg(self.path("keys/keystore"));
        command.args(["--networks", "none"]).args(more).env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, passphrase: &str, more: &[&str]) -> Running {
        self.up(self.command(passphrase, more))
    }

    /// Starts it and waits until it says that it serves.
    pub(crate) fn up(&self, mut command: Command) -> Running {
        let log = self.path("log");
        let mut child =
            command.arg("--json").stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("it did not come up: {}", fs::read_to_string(&log).unwrap()));
        Running { child, told, _stdout: stdout, log }
    }

    /// What it says when it does not start; it must end with code 2.
    pub(crate) fn refused(&self, passphrase: &str, more: &[&str]) -> String {
        refusal(self.command(passphrase, more).output().unwrap())
    }
}

pub(crate) fn refusal(output: Output) -> String {
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

impl Running {
    pub(crate) fn pids(&self) -> Vec<Pid> {
        let pids = self.told["processes"].as_array().unwrap().iter().map(|one| one["pid"].as_i64().unwrap());
        pids.map(|pid| Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()).collect()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap(), signal).unwrap();
    }

    /// Ends it in order, with code 0 and no process left.
    pub(crate) fn stop(self, signal: Signal) {
        let pids = self.pids();
        assert_eq!(pids.len(), 6);
        self.end(signal);
        assert!(pids.iter().all(|pid| test_kill_process(*pid).is_err()), "a process is left");
    }

    pub(crate) fn end(mut self, signal: Signal) {
        self.signal(signal);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < limit, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
