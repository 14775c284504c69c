//! The witness's work: its listener bound, itself confined, its memory read, then served.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

use rustix::{fs::Mode, process::umask};
use sekisho_sys::{
    clock::SystemClock,
    confine::{Grade, Options, PathAccess, Plan, Profile, confine},
};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};

use crate::{
    front::{Front, Limits, Wire},
    supervisor::Lock,
    threads,
    witness::{self, DirFolder, Logs, Signer, Witness},
};

/// What a witness is started with.
pub struct Start {
    /// Its state folder.
    pub state: PathBuf,
    /// The logs that it follows.
    pub logs: Logs,
    /// Where it is spoken to.
    pub listener: TcpListener,
    /// TLS or not.
    pub wire: Wire,
    /// Whether a proxy stands before it.
    pub behind_proxy: bool,
    /// Departures from confinement.
    pub confinement: Options,
}

/// A witness that is confined and has read its memory.
pub struct Ready {
    witness: Witness,
    /// What confines it.
    pub grade: Grade,
    listener: TcpListener,
    wire: Wire,
    limits: Limits,
    _lock: Lock,
}

/// Why a witness ends, or did not begin, in words for its operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Ended(String);

fn ended(why: impl std::fmt::Display) -> Ended {
    Ended(why.to_string())
}

impl Start {
    /// Reads the key, gives everything else up, and reads the memory. Called from a plain `main`.
    ///
    /// # Errors
    /// [`Ended`], when anything of that fails or another process has the folder.
    pub fn prepare(self) -> Result<Ready, Ended> {
        umask(Mode::from_raw_mode(0o077));
        let lock = Lock::take(&self.state).map_err(ended)?;
        let signer = Signer::read(&self.state).map_err(ended)?;
        let plan = Plan {
            profile: Profile::Witness,
            paths: vec![(self.state.clone(), PathAccess::ReadWriteDir)],
            connect_ports: Vec::new(),
            own_user: false,
        };
        let grade = confine(&plan, self.confinement).map_err(ended)?;
        let folder = Box::new(DirFolder::new(&self.state));
        let witness = Witness::open(signer, self.logs, folder, Box::new(SystemClock)).map_err(ended)?;
        let limits = if self.behind_proxy { PROXIED } else { DIRECT };
        Ok(Ready { witness, grade, listener: self.listener, wire: self.wire, limits, _lock: lock })
    }
}

/// Logs ask once a minute and keep their connection; a request is small and its answer waits for a disk.
const DIRECT: Limits = Limits {
    connections: 128,
    per_address: 16,
    head: Duration::from_secs(75),
    stall: Duration::from_secs(5),
    request: Duration::from_secs(30),
    ..Limits::DIRECT
};
const PROXIED: Limits = Limits { per_address: DIRECT.connections, ..DIRECT };

impl Ready {
    /// The witness.
    pub const fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Where it is spoken to.
    ///
    /// # Errors
    /// When the system doesn't say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until SIGTERM or SIGINT, calling `ready` once it hears them.
    ///
    /// # Errors
    /// When the disk left unclear what was cosigned last: a new start reads it.
    pub fn serve(self, ready: impl FnOnce(&Self)) -> Result<(), Ended> {
        // Threads begin here, after the process was confined.
        let runtime = threads::runtime(Some(2)).map_err(ended)?;
        let _inside = runtime.enter();
        let mut term = signal(SignalKind::terminate()).map_err(ended)?;
        let mut int = signal(SignalKind::interrupt()).map_err(ended)?;
        ready(&self);
        let front = Front::new(self.listener, self.wire, self.limits).map_err(ended)?;
        let witness = self.witness;
        let stop = async {
            select! { _ = term.recv() => {}, _ = int.recv() => {}, () = witness.broken() => {} }
        };
        runtime.block_on(front.serve(witness::router(witness.clone()), stop));
        if witness.is_broken() { Err(unclear()) } else { Ok(()) }
    }
}

fn unclear() -> Ended {
    ended("the disk left it unclear what was cosigned last; look at the disk, then start again")
}
