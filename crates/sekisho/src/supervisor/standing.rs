//! What the supervisor leaves in the data folder while it runs: how the installation was started, and how each process
//! stands. For `sekisho doctor`, which has no other way to ask. Nothing in it is secret or personal; it is the owner's
//! alone all the same.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

use super::{ProcessReport, RoleConfig};

/// Its name below the data.
const NAME: &str = "running.json";

/// How an installation runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The supervisor's process id. Whoever reads this compares it with the one that has the lock.
    pub supervisor: u32,
    /// Whether it is a test installation.
    pub test: bool,
    /// Whether it was told to go on where the kernel confines too little.
    pub danger_unconfined: bool,
    /// Whether print on uploads is read.
    #[serde(default)]
    pub reads_print: bool,
    /// The level of its log, e.g. `info`.
    pub log: String,
    /// The gate's door.
    pub gate: Door,
    /// The desk's.
    pub desk: Door,
    /// Every process that runs and is confined.
    pub processes: Vec<ProcessReport>,
}

/// Where one is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// What it listens on.
    pub listen: SocketAddr,
    /// As browsers name it.
    pub origin: String,
    /// What is spoken there.
    pub wire: Spoken,
}

/// What is spoken at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoken {
    /// TLS, which ends there.
    Tls,
    /// Plain HTTP, to a proxy.
    Proxy,
    /// Plain HTTP.
    Plain,
}

impl Standing {
    /// What was left in `data`.
    ///
    /// # Errors
    /// When it may not be read, or is none.
    pub fn read(data: &Path) -> io::Result<Option<Self>> {
        match fs::read(data.join(NAME)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Door {
    pub(super) fn of(listener: &TcpListener, origin: &str, tls: bool, behind_proxy: bool) -> io::Result<Self> {
        let wire = match (tls, behind_proxy) {
            (true, _) => Spoken::Tls,
            (false, true) => Spoken::Proxy,
            (false, false) => Spoken::Plain,
        };
        Ok(Self { listen: listener.local_addr()?, origin: origin.to_owned(), wire })
    }
}

/// The supervisor's own copy, and where it is laid.
#[derive(Debug)]
pub(super) struct Notice {
    path: PathBuf,
    standing: Standing,
}

impl Notice {
    pub(super) fn new((gate, desk): (Door, Door), config: &RoleConfig) -> Self {
        let standing = Standing {
            supervisor: std::process::id(),
            test: config.test,
            danger_unconfined: config.confinement.danger_unconfined,
            reads_print: config.reads_print,
            log: LevelFilter::current().to_string(),
            gate,
            desk,
            processes: Vec::new(),
        };
        Self { path: config.data.join(NAME), standing }
    }

    /// Lays out how the processes stand now. An installation runs on without it.
    pub(super) fn lay(&mut self, processes: &[ProcessReport]) {
        self.standing.processes = processes.to_vec();
        if let Err(error) = self.write() {
            tracing::warn!(%error, "running.json was not written; sekisho doctor will see less");
        }
    }

    // Whole or not at all: a reader never sees half of it.
    fn write(&self) -> io::Result<()> {
        let fresh = self.path.with_extension("json.new");
        let _ = fs::remove_file(&fresh);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(&serde_json::to_vec(&self.standing)?)?;
        fs::rename(fresh, &self.path)
    }

    /// Takes it away: nothing runs any more.
    pub(super) fn take_away(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervisor::Role;
    use sekisho_sys::confine::Grade;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn what_is_laid_out_is_read_is_the_owners_alone_and_goes_away() {
        let data = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let door = |tls, proxy| Door::of(&listener, "https://a.example", tls, proxy).unwrap();
        assert_eq!([door(true, true).wire, door(false, false).wire], [Spoken::Tls, Spoken::Plain]);
        let config = RoleConfig { data: data.path().into(), reads_print: true, ..RoleConfig::for_test() };
        let mut notice = Notice::new((door(false, true), door(true, false)), &config);
        assert_eq!(Standing::read(data.path()).unwrap(), None);
        let process = ProcessReport { role: Role::Gate, pid: 7, grade: Grade::default(), restarts: 2, ready: true };
        notice.lay(std::slice::from_ref(&process));
        notice.lay(&[process.clone(), process]);
        let read = Standing::read(data.path()).unwrap().unwrap();
        assert!(read.reads_print && read.test);
        assert_eq!((read.processes.len(), read.gate.wire, read.supervisor), (2, Spoken::Proxy, std::process::id()));
        assert_eq!(fs::metadata(data.path().join(NAME)).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        notice.take_away();
        assert_eq!(Standing::read(data.path()).unwrap(), None);
    }
}
