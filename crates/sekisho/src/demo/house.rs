//! The throwaway installation: free ports, a temporary folder, a founding, all roles.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sekisho_core::{budget::Limits, check::Role, entropy::fresh, id::KeeperId, watch::Setup};
use sekisho_keeper::{
    jose::KeyError,
    keystore::Cost,
    webauthn::RegistrationError,
    wire::{SiteView, WitnessPlan},
};
use sekisho_sys::{confine::Options, entropy::SystemEntropy};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{
    plan::{self, founder, keep_for, kit, passkey},
    reviewer,
    site::Sample,
};
use crate::{
    app::founding::{self, FoundingError},
    client::Server,
    courier::secrets::Secrets,
    networks,
    supervisor::{Config, DrivenClock, Handle, Passphrase, StartError, Supervisor},
    testing::authenticator::SoftAuthenticator,
};

/// The policy under which the sample site asks.
pub(crate) const POLICY: &str = "jp-dating-site";

/// Why the throwaway installation does not stand.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// A folder or a port.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The founding.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The processes.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The software authenticator.
    #[error("the software authenticator failed")]
    Key(#[from] KeyError),
    /// Its registration.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
}

/// How a throwaway installation is made.
#[derive(Debug, Default)]
pub struct Build {
    /// The program that roles are started from; the one that runs, unless a test says otherwise.
    pub program: Option<PathBuf>,
    /// Nobody works here yet: the first administrator is to come in by the founding link. There is no demo reviewer.
    pub unstaffed: bool,
    /// Further sites that are registered at the founding.
    pub sites: Vec<SiteView>,
    /// Witnesses that are asked from the first start on; `http://` on this machine will do.
    pub witnesses: WitnessPlan,
    /// Where figures are asked for, if anywhere.
    pub figures: Option<TcpListener>,
    /// Further ports that the courier may dial.
    pub ports: Vec<u16>,
    /// Further reviewers with a passkey each, besides the one there always is.
    pub reviewers: usize,
    /// An officer with a passkey, who is called `demo-officer`.
    pub officer: bool,
    /// A second officer with a passkey, who is called `second-officer`.
    pub second_officer: bool,
    /// An administrator with a passkey, who is called `demo-administrator`.
    pub administrator: bool,
    /// Hours for which a picture is kept, if not the policy's own; then somebody is at work at all hours.
    pub picture_hours: Option<u16>,
    /// What opening the keystore costs, if not what it costs in production.
    pub cost: Option<Cost>,
    /// How much may be opened, if not the default: whoever works at a machine's pace needs more than a person.
    pub budget: Option<Limits>,
    /// How the detectors are set, if not as they are by default: whoever works at a machine's pace is found.
    pub watch: Option<Setup>,
    /// Where the networks that read print are taken from; else from nowhere, since reading takes seconds for each upload.
    pub networks: networks::Source,
    /// Whether the age is read from what a reviewer is shown, and proposed.
    pub proposes_age: bool,
}

/// A throwaway installation. Dropping it stops the processes and removes the folder.
///
/// Its processes can be stopped or killed and started again over the same folder, at the same addresses; whoever
/// copies, restores or damages the folder does it in between.
pub struct House {
    // Ends first: the roles lie in the folder that is removed last.
    pub(super) handle: Option<Handle>,
    start: Start,
    /// The sample site.
    pub site: Sample,
    /// The reviewer's passkey.
    pub passkey: Arc<Mutex<SoftAuthenticator>>,
    /// The further reviewers' passkeys.
    pub(super) others: Vec<Mutex<SoftAuthenticator>>,
    /// The officer's passkey, if there is one.
    pub officer: Option<Mutex<SoftAuthenticator>>,
    /// The second officer's passkey, if there is one.
    pub second_officer: Option<Mutex<SoftAuthenticator>>,
    /// The administrator's passkey, if there is one.
    pub administrator: Option<Mutex<SoftAuthenticator>>,
    /// The installation's time.
    pub clock: DrivenClock,
    /// The keeper.
    pub keeper: KeeperId,
    /// The gate.
    pub gate: Server,
    /// The desk.
    pub desk: Server,
    folder: TempDir,
}

/// What its processes are started with, the first time and each time after. The listeners stay bound all the while, so
/// a caller who comes while nobody serves waits instead of being refused.
struct Start {
    program: Option<PathBuf>,
    demo_reviewer: Option<String>,
    webhook_ports: Vec<u16>,
    witnesses: WitnessPlan,
    networks: networks::Source,
    proposes_age: bool,
    passphrase: Passphrase,
    gate: TcpListener,
    desk: TcpListener,
    figures: Option<TcpListener>,
}

struct Doors {
    gate: TcpListener,
    desk: TcpListener,
    site: TcpListener,
}

impl Doors {
    fn open() -> io::Result<Self> {
        let bind = || TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        Ok(Self { gate: bind()?, desk: bind()?, site: bind()? })
    }
}

// Two names, since cookies ignore ports. Browsers know `*.localhost`; our own
// tools dial the address and send the name.
fn server(name: &str, listener: &TcpListener) -> io::Result<Server> {
    let address = listener.local_addr()?;
    Ok(Server { address, authority: format!("{name}.localhost:{}", address.port()), tls: false })
}

/// A server's origin, as browsers name it.
pub(super) fn origin(server: &Server) -> String {
    format!("http://{}", server.authority)
}

impl House {
    /// Founds and starts it as the demo has it.
    ///
    /// # Errors
    /// [`HouseError`].
    pub fn build() -> Result<Self, HouseError> {
        Self::build_as(Build::default())
    }

    /// Founds and starts it.
    ///
    /// # Errors
    /// [`HouseError`].
    pub fn build_as(build: Build) -> Result<Self, HouseError> {
        let mut entropy = SystemEntropy;
        let folder = tempfile::Builder::new().prefix("sekisho-demo-").tempdir()?;
        // Started as root, each role has a user of its own and must get to its folder.
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o711))?;
        let doors = Doors::open()?;
        let (gate, desk) = (server("gate", &doors.gate)?, server("desk", &doors.desk)?);
        let kit = kit(&server("site", &doors.site)?, &mut entropy);
        let mut passkey = passkey(&desk, &mut entropy)?;
        let mut officer = build.officer.then(|| plan::passkey(&desk, &mut entropy)).transpose()?;
        let mut second = build.second_officer.then(|| plan::passkey(&desk, &mut entropy)).transpose()?;
        let mut administrator = build.administrator.then(|| plan::passkey(&desk, &mut entropy)).transpose()?;
        let passphrase = Passphrase(Zeroizing::new(fresh::<32>(&mut entropy).to_vec()));
        let mut plan = plan::plan(&desk, &kit, &mut passkey, &mut entropy)?;
        if build.unstaffed {
            plan.people.clear();
        }
        let others = plan::reviewers(build.reviewers, &desk, &mut plan.people, &mut entropy)?;
        if let Some(officer) = &mut officer {
            plan.people.push(founder("demo-officer", Role::Officer, &desk, officer, &mut entropy)?);
        }
        if let Some(officer) = &mut second {
            plan.people.push(founder("second-officer", Role::Officer, &desk, officer, &mut entropy)?);
        }
        if let Some(passkey) = &mut administrator {
            plan.people.push(founder("demo-administrator", Role::Administrator, &desk, passkey, &mut entropy)?);
        }
        plan.sites.extend(build.sites);
        plan.cost = build.cost.unwrap_or(plan.cost);
        plan.budget = build.budget.unwrap_or(plan.budget);
        plan.watch = build.watch.unwrap_or(plan.watch);
        if let Some(hours) = build.picture_hours {
            plan.policies.iter_mut().for_each(|policy| keep_for(policy, hours));
        }
        let (data, keystore) = (folder.path().join("data"), folder.path().join("keys").join("keystore"));
        let keeper = founding::found(&data, &keystore, &passphrase, &plan)?;
        Secrets::below(&data).put(&kit.registration.name, &*kit.webhook_secret)?;
        let passkey = Arc::new(Mutex::new(passkey));
        let button = reviewer::Button { desk: desk.clone(), passkey: Arc::clone(&passkey) };
        let clock = DrivenClock::default();
        let site = Sample::start(doors.site, kit, keeper, gate.clone(), (button, clock.clone()))?;
        let start = Start {
            program: build.program,
            demo_reviewer: (!build.unstaffed).then(|| site.button_address()),
            webhook_ports: build.ports.into_iter().chain([site.server.address.port()]).collect(),
            witnesses: build.witnesses,
            networks: build.networks,
            proposes_age: build.proposes_age,
            passphrase,
            gate: doors.gate,
            desk: doors.desk,
            figures: build.figures,
        };
        let mut house = Self {
            handle: None,
            start,
            site,
            passkey,
            others: others.into_iter().map(Mutex::new).collect(),
            officer: officer.map(Mutex::new),
            second_officer: second.map(Mutex::new),
            administrator: administrator.map(Mutex::new),
            clock,
            keeper,
            gate,
            desk,
            folder,
        };
        house.revive()?;
        Ok(house)
    }

    /// Every process and what confines it; nothing while it is stopped.
    pub fn processes(&self) -> Vec<crate::supervisor::ProcessReport> {
        self.handle.as_ref().map_or_else(Vec::new, Handle::processes)
    }

    /// The running installation, for whoever moves its clock.
    ///
    /// # Panics
    /// While it is stopped.
    pub fn handle(&self) -> &Handle {
        self.handle.as_ref().expect("asked while the house runs")
    }

    /// Stops the processes in order. The folder stays as it is.
    pub fn rest(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.stop();
        }
    }

    /// Kills every process at once, as a power cut would. The folder stays as it is.
    pub fn die(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.kill();
        }
    }

    /// Starts the processes over the folder as it now is; does nothing while they run. A driven clock goes on
    /// as it is driven.
    ///
    /// # Errors
    /// [`HouseError::Start`], e.g. when the keeper refuses what was done to the folder. It can be called again.
    pub fn revive(&mut self) -> Result<(), HouseError> {
        if self.handle.is_none() {
            self.handle = Some(Supervisor::start(self.config()?)?);
        }
        Ok(())
    }

    /// What is said of witnesses from the next start on, as `--witness` and `--forget-witness` say it. The ports of
    /// those that are not named here can't be dialled.
    pub fn tell_of_witnesses(&mut self, witnesses: WitnessPlan) {
        self.start.witnesses = witnesses;
    }

    pub(super) fn config(&self) -> io::Result<Config> {
        let start = &self.start;
        Ok(Config {
            program: start.program.clone(),
            data: self.data(),
            keystore: self.keystore(),
            passphrase: start.passphrase.clone(),
            gate: start.gate.try_clone()?,
            desk: start.desk.try_clone()?,
            gate_origin: origin(&self.gate),
            desk_origin: origin(&self.desk),
            test: true,
            figures: start.figures.as_ref().map(TcpListener::try_clone).transpose()?,
            identities: Default::default(),
            behind_proxy: false,
            webhook_ports: start.webhook_ports.clone(),
            witnesses: start.witnesses.clone(),
            budget: None,
            watch: None,
            demo_reviewer: start.demo_reviewer.clone(),
            networks: start.networks.clone(),
            proposes_age: start.proposes_age,
            driven: self.clock.driven(),
            confinement: Options::default(),
        })
    }

    /// The folder with everything: state, and the keys beside it.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder with the state, as whoever steals the disk has it.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The link for the first sign-in, as its owner reads it from its file.
    ///
    /// # Errors
    /// When there is no such file: somebody is an administrator, or its 30 minutes are over.
    pub fn founding_link(&self) -> io::Result<String> {
        let link = fs::read_to_string(founding::token_file(&self.data()))?;
        Ok(link.trim().to_owned())
    }

    /// The keystore's file, which whoever steals the disk's copy does not have.
    pub fn keystore(&self) -> PathBuf {
        self.folder.path().join("keys").join("keystore")
    }

    /// What opens the keystore: for the control that shows an attack to be one.
    pub const fn passphrase(&self) -> &Passphrase {
        &self.start.passphrase
    }

    /// How many ciphertexts lie in the blob store.
    ///
    /// # Errors
    /// When it can't be listed.
    pub fn blobs(&self) -> io::Result<usize> {
        count_files(&self.data().join("blobs"))
    }

    /// Stops it and removes everything.
    ///
    /// # Errors
    /// When the folder can't be removed whole.
    pub fn clear_away(mut self) -> io::Result<()> {
        self.rest();
        self.folder.close()
    }
}

fn count_files(folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { count_files(&entry.path())? } else { 1 };
    }
    Ok(count)
}
