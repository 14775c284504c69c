//! A throwaway witness: the real program in a process and a folder of its own.

use std::{
    io::{self, BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use sekisho_core::ledger::{VerifierKey, WitnessKey};
use sekisho_sys::entropy::SystemEntropy;
use tempfile::TempDir;

use crate::{
    client::Server,
    witness::{self, WitnessError},
};

/// A witness on this machine. Dropping it kills the process and removes the folder.
///
/// It keeps its port over a restart, so that whoever knows its address goes on.
pub struct Neighbour {
    process: Option<Child>,
    program: PathBuf,
    logs: Vec<VerifierKey>,
    key: WitnessKey,
    address: SocketAddr,
    folder: TempDir,
}

/// Why there is no witness.
#[derive(Debug, thiserror::Error)]
pub enum NeighbourError {
    /// A folder, or a process.
    #[error("a witness: {0}")]
    Io(#[from] io::Error),
    /// Its key or its memory.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// It ended before it served.
    #[error("the witness ended before it served")]
    Ended,
}

impl Neighbour {
    /// Makes a witness's key in a folder of its own, and starts it for `logs` from `program`, or from the one that runs.
    ///
    /// # Errors
    /// [`NeighbourError`].
    pub fn start(name: &str, logs: Vec<VerifierKey>, program: Option<&Path>) -> Result<Self, NeighbourError> {
        let folder = tempfile::Builder::new().prefix("sekisho-witness-").tempdir()?;
        let key = witness::found(folder.path(), name, &mut SystemEntropy)?.key().clone();
        let program = program.map_or_else(std::env::current_exe, |program| Ok(program.to_owned()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut neighbour = Self { process: None, program, logs, key, address, folder };
        neighbour.revive()?;
        Ok(neighbour)
    }

    /// What its cosignatures are verified with.
    pub const fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Where it is spoken to.
    pub fn server(&self) -> Server {
        Server::plain(self.address, self.address.to_string())
    }

    /// Its address as a log is told.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its state folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process; nothing while it is stopped.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Kills it, as a power cut would.
    pub fn die(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it over its folder, at its address; does nothing while it runs.
    ///
    /// # Errors
    /// [`NeighbourError`].
    pub fn revive(&mut self) -> Result<(), NeighbourError> {
        if self.process.is_some() {
            return Ok(());
        }
        let mut child = self.command().spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        self.process = Some(child);
        let told: serde_json::Value = serde_json::from_str(&line).map_err(|_| NeighbourError::Ended)?;
        let address = told["listen"].as_str().and_then(|address| address.parse().ok());
        self.address = address.ok_or(NeighbourError::Ended)?;
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("witness").arg("--state").arg(self.folder.path()).arg("--json");
        command.arg("--listen").arg(self.address.to_string());
        command.args(self.logs.iter().flat_map(|log| ["--log".to_owned(), log.to_string()]));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.die();
    }
}
