//! The supervisor: opens listeners and pairs of sockets, starts the roles, hands each its own ends, keeps them up.
//!
//! It has no key and reads nothing that a stranger sent. When it is gone, every role notices the end of its control
//! channel and ends too.

mod context;
mod driven;
mod folders;
mod identity;
mod keeping;
mod lock;
pub mod lone;
mod messages;
mod operator;
mod process;
pub mod role;
mod rooms;
mod standing;

use std::{
    io,
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

use sekisho_core::{budget::Limits, watch::Setup};
use sekisho_inspect::ocr::ModelsError;
use sekisho_keeper::wire::WitnessPlan;
use sekisho_sys::{
    confine::{Grade, Options, shield},
    secret::SecretPage,
    spawn::Program,
};
use serde::{Deserialize, Serialize};

pub use self::{
    context::{End, Ends, Processes, RoleClock, RoleContext, Stop},
    driven::{Driven, DrivenClock},
    folders::{FolderError, judge as judge_folders},
    identity::{Identities, Identity},
    lock::{Lock, LockError},
    messages::{Passphrase, RoleConfig},
    operator::socket as operator_socket,
    rooms::Role,
    standing::{Door, Spoken, Standing},
};
use crate::networks;

use self::{
    identity::Kept,
    keeping::{Event, Keeping, Means},
    standing::Notice,
};

/// What an installation is started with.
#[derive(Debug)]
pub struct Config {
    /// The program that roles are started from; the one that runs, unless a test says otherwise.
    pub program: Option<PathBuf>,
    /// The folder with the state.
    pub data: PathBuf,
    /// The keystore's file, never below `data`.
    pub keystore: PathBuf,
    /// Opens the keystore.
    pub passphrase: Passphrase,
    /// The gate's listener, bound.
    pub gate: TcpListener,
    /// The desk's listener, bound.
    pub desk: TcpListener,
    /// Where figures are asked for, bound, if anywhere.
    pub figures: Option<TcpListener>,
    /// What gate and desk prove themselves with, if they end TLS themselves.
    pub identities: Identities,
    /// The gate's origin as browsers name it.
    pub gate_origin: String,
    /// The desk's origin as browsers name it.
    pub desk_origin: String,
    /// Whether this is a test installation.
    pub test: bool,
    /// Whether a proxy stands before gate and desk.
    pub behind_proxy: bool,
    /// Ports beside 443 that a test installation's webhooks may go to.
    pub webhook_ports: Vec<u16>,
    /// Witnesses to be registered, or to be forgotten. Those that are registered already stay.
    pub witnesses: WitnessPlan,
    /// What the vault allows to be opened, if this start says so.
    pub budget: Option<Limits>,
    /// How the detectors are set, if this start says so.
    pub watch: Option<Setup>,
    /// Where a demo's "demo reviewer" button posts to; nowhere but in a demo.
    pub demo_reviewer: Option<String>,
    /// Where the networks that read print are taken from, if from anywhere.
    pub networks: networks::Source,
    /// Whether the age is read from what a reviewer is shown, and proposed beside it. It needs the networks.
    pub proposes_age: bool,
    /// How a test installation's clock differs from the machine's when it starts.
    pub driven: Driven,
    /// Departures from full confinement.
    pub confinement: Options,
}

/// Why an installation does not start. Whatever was started has ended again.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Folders or keystore.
    #[error(transparent)]
    Folders(#[from] FolderError),
    /// Another one serves this data.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The networks that read print.
    #[error(transparent)]
    Networks(#[from] ModelsError),
    /// The age is to be proposed, and there are no networks to read it with.
    #[error("the age can't be proposed: {}", networks::absence())]
    NothingReads,
    /// The system refused something.
    #[error("can't prepare: {0}")]
    Prepare(#[from] io::Error),
    /// A role's process can't be started.
    #[error("{role} can't be started: {source}")]
    Spawn {
        /// Which.
        role: Role,
        /// Why.
        source: io::Error,
    },
    /// A role ended before it was ready.
    #[error("{role} did not start: {why}")]
    Role {
        /// Which.
        role: Role,
        /// Why.
        why: String,
    },
    /// A role did not become ready in time.
    #[error("{0} did not become ready in time")]
    NotReady(Role),
}

/// One process, as reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessReport {
    /// Which role.
    pub role: Role,
    /// Its process id.
    pub pid: u32,
    /// What confines it.
    pub grade: Grade,
    /// How often it was started again.
    pub restarts: u32,
    /// Whether it does its work.
    pub ready: bool,
}

/// Starts installations.
pub struct Supervisor;

impl Supervisor {
    /// Starts all roles and returns when each is ready.
    ///
    /// # Errors
    /// [`StartError`]; then nothing runs.
    pub fn start(config: Config) -> Result<Handle, StartError> {
        folders::judge(&config.data, &config.keystore)?;
        let lock = Lock::take(&config.data)?;
        Self::start_with(config, lock)
    }

    /// The same for whoever has locked the data already, since before its founding.
    ///
    /// # Errors
    /// [`StartError`]; then nothing runs.
    pub fn start_with(config: Config, lock: Lock) -> Result<Handle, StartError> {
        shield()?;
        let test = config.test;
        let own_users = rustix::process::geteuid().is_root();
        folders::prepare(&config.data, &config.keystore, own_users)?;
        let (to, from) = channel();
        let reports = Arc::new(Mutex::new(Vec::new()));
        let data = config.data.clone();
        let mut keeping = Keeping::new(means(config, own_users, to.clone(), from, reports.clone())?);
        let reads_print = keeping.means.config.reads_print;
        if let Err(error) = keeping.start_all() {
            keeping.stop_all();
            return Err(error);
        }
        // Before the roles' thread: if it fails, they are stopped here.
        let door = match operator::Door::open(&data, to.clone()) {
            Ok(door) => door,
            Err(error) => {
                keeping.stop_all();
                return Err(error.into());
            }
        };
        let thread = thread::Builder::new().name("supervisor".into()).spawn(move || keeping.run())?;
        Ok(Handle { to, reports, test, reads_print, thread: Some(thread), _door: door, _lock: lock })
    }
}

fn means(
    config: Config,
    own_user: bool,
    to: Sender<Event>,
    from: std::sync::mpsc::Receiver<Event>,
    reports: Arc<Mutex<Vec<ProcessReport>>>,
) -> Result<Means, StartError> {
    let program = config.program.as_deref().map_or_else(Program::current, Program::at)?;
    let absolute = |path: &PathBuf| std::fs::canonicalize(path);
    let networks = config.networks.folder()?;
    if config.proposes_age && networks.is_none() {
        return Err(StartError::NothingReads);
    }
    let proposes_age = config.proposes_age;
    let role_config = RoleConfig {
        data: absolute(&config.data)?,
        keystore: absolute(&config.keystore)?,
        passphrase: None,
        identity: None,
        gate_origin: config.gate_origin,
        desk_origin: config.desk_origin,
        test: config.test,
        behind_proxy: config.behind_proxy,
        webhook_ports: config.webhook_ports,
        witnesses: config.witnesses,
        budget: config.budget,
        watch: config.watch,
        demo_reviewer: config.demo_reviewer,
        intruder: None,
        reads_print: networks.is_some(),
        driven: config.driven,
        own_user,
        confinement: config.confinement,
    };
    let passphrase = keep(&config.passphrase)?;
    let notice = notice(&config.identities, &config.gate, &config.desk, &role_config)?;
    let identities = Kept::new(config.identities)?;
    let (gate, desk, figures) = (config.gate, config.desk, config.figures);
    let config = role_config;
    Ok(Means {
        program,
        config,
        passphrase,
        identities,
        networks,
        proposes_age,
        gate,
        desk,
        figures,
        to,
        from,
        reports,
        notice,
    })
}

fn notice(identities: &Identities, gate: &TcpListener, desk: &TcpListener, config: &RoleConfig) -> io::Result<Notice> {
    let gate = Door::of(gate, &config.gate_origin, identities.gate.is_some(), config.behind_proxy)?;
    let desk = Door::of(desk, &config.desk_origin, identities.desk.is_some(), config.behind_proxy)?;
    Ok(Notice::new((gate, desk), config))
}

/// Kept for a restart of the keeper, in memory that nobody else reads.
fn keep(passphrase: &Passphrase) -> io::Result<Option<SecretPage>> {
    if passphrase.0.is_empty() {
        return Ok(None);
    }
    let mut page = SecretPage::new(passphrase.0.len())?;
    page.with(|bytes| bytes.copy_from_slice(&passphrase.0));
    Ok(Some(page))
}

/// Only an installation that is marked as test lets itself be attacked from within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this installation is not marked as test: no drill runs inside it")]
pub struct NotATest;

/// A running installation. Dropping it stops it.
#[derive(Debug)]
pub struct Handle {
    to: Sender<Event>,
    reports: Arc<Mutex<Vec<ProcessReport>>>,
    test: bool,
    reads_print: bool,
    thread: Option<JoinHandle<()>>,
    _door: operator::Door,
    // Let go after the roles have ended: a field is dropped after its owner's `drop`.
    _lock: Lock,
}

impl Handle {
    /// Every process that runs and is confined, in the order in which they start.
    pub fn processes(&self) -> Vec<ProcessReport> {
        self.reports.lock().map_or_else(|_| Vec::new(), |reports| reports.clone())
    }

    /// Whether print on uploads is read: the networks were there when it was started.
    pub const fn reads_print(&self) -> bool {
        self.reads_print
    }

    /// Moves a test installation's clock: from now on it is `seconds` ahead of the machine's, as if that time passed.
    pub fn set_clock_ahead(&self, seconds: u64) {
        self.drive_clock(Driven { passed: seconds, set: 0 });
    }

    /// Drives a test installation's clock in each way that a machine's clock can go wrong.
    pub fn drive_clock(&self, driven: Driven) {
        let _ = self.to.send(Event::Driven(driven));
    }

    /// For a drill: ends the gate or the desk and lets an intruder in its place, who has its ends, folder and
    /// confinement, and knows `what`. Of the other roles none is given away.
    ///
    /// # Errors
    /// [`NotATest`]: nobody else's gate or desk is given away.
    pub fn intrude(&self, role: Role, what: Vec<u8>) -> Result<(), NotATest> {
        if !self.test {
            return Err(NotATest);
        }
        let _ = self.to.send(Event::Intrude(role, what));
        Ok(())
    }

    /// Stops the roles, the keeper last, and returns when none is left.
    pub fn stop(mut self) {
        self.end();
    }

    /// Kills every role at once, as a power cut would, and returns when none is left.
    pub fn kill(mut self) {
        let _ = self.to.send(Event::Kill);
        self.end();
    }

    fn end(&mut self) {
        let _ = self.to.send(Event::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end();
    }
}
