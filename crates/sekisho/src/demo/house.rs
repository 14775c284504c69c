//! The throwaway installation: free ports, a temporary folder, a founding, all roles.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sekisho_core::{
    check::Role,
    entropy::{Entropy, fresh},
    id::KeeperId,
    policy::Text,
};
use sekisho_keeper::{
    engine::{Founder, Plan},
    jose::{Alg, KeyError},
    keystore::Cost,
    webauthn::{RegistrationError, RelyingParty, verify_registration},
    wire::SiteView,
};
use sekisho_sys::{confine::Options, entropy::SystemEntropy};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{reviewer, site::Sample};
use crate::{
    app::founding::{self, FoundingError},
    client::Server,
    courier::secrets::Secrets,
    policy_file,
    site::kit::{Kit, Profile},
    supervisor::{Config, Handle, Passphrase, StartError, Supervisor},
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
}

/// A throwaway installation. Dropping it stops the processes and removes the folder.
pub struct House {
    handle: Handle,
    /// The sample site.
    pub site: Sample,
    /// The reviewer's passkey.
    pub passkey: Arc<Mutex<SoftAuthenticator>>,
    /// The keeper.
    pub keeper: KeeperId,
    /// The gate.
    pub gate: Server,
    /// The desk.
    pub desk: Server,
    passphrase: Passphrase,
    folder: TempDir,
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
        let passphrase = Passphrase(Zeroizing::new(fresh::<32>(&mut entropy).to_vec()));
        let mut plan = plan(&desk, &kit, &mut passkey, &mut entropy)?;
        if build.unstaffed {
            plan.people.clear();
        }
        plan.sites.extend(build.sites);
        let (data, keystore) = (folder.path().join("data"), folder.path().join("keys").join("keystore"));
        let keeper = founding::found(&data, &keystore, &passphrase, &plan)?;
        Secrets::below(&data).put(&kit.registration.name, &*kit.webhook_secret)?;
        let passkey = Arc::new(Mutex::new(passkey));
        let button = reviewer::Button { desk: desk.clone(), passkey: Arc::clone(&passkey) };
        let site = Sample::start(doors.site, kit, keeper, gate.clone(), button)?;
        let mut config = config((data, keystore), passphrase.clone(), (doors.gate, doors.desk), (&gate, &desk), &site);
        config.program = build.program;
        config.demo_reviewer.take_if(|_| build.unstaffed);
        let handle = Supervisor::start(config)?;
        Ok(Self { handle, site, passkey, keeper, gate, desk, passphrase, folder })
    }

    /// Every process and what confines it.
    pub fn processes(&self) -> Vec<crate::supervisor::ProcessReport> {
        self.handle.processes()
    }

    /// The running installation, for whoever moves its clock.
    pub const fn handle(&self) -> &Handle {
        &self.handle
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
        &self.passphrase
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
    pub fn clear_away(self) -> io::Result<()> {
        self.handle.stop();
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

fn kit(site: &Server, entropy: &mut dyn Entropy) -> Kit {
    let profile = Profile {
        name: "sample-site".parse().expect("a name"),
        title: Text { ja: "見本のサイト".into(), en: "Sample site".into() },
        policies: vec![POLICY.parse().expect("a name")],
        return_prefix: format!("{}/", origin(site)),
        webhook: Some(format!("{}/hook", origin(site))),
    };
    Kit::new(profile, Alg::ES256, entropy)
}

fn passkey(desk: &Server, entropy: &mut dyn Entropy) -> Result<SoftAuthenticator, KeyError> {
    SoftAuthenticator::new("desk.localhost", &origin(desk), entropy)
}

// Whoever founds binds the passkey to the person; here it is verified like any other.
fn plan(
    desk: &Server,
    kit: &Kit,
    passkey: &mut SoftAuthenticator,
    entropy: &mut dyn Entropy,
) -> Result<Plan, HouseError> {
    let challenge = fresh(entropy);
    let made = passkey.create(&challenge);
    let party = RelyingParty { id: "desk.localhost".into(), origin: origin(desk) };
    let passkey = verify_registration(&party, &challenge, &made.client_data, &made.attestation)?;
    Ok(Plan {
        test: true,
        desk_origin: origin(desk),
        ledger_name: "demo.sekisho.invalid".into(),
        cost: Cost::STANDARD,
        policies: policy_file::built_in(),
        sites: vec![kit.registration.clone()],
        people: vec![Founder { name: "demo-reviewer".into(), role: Role::Reviewer, passkey }],
    })
}

fn config(
    (data, keystore): (PathBuf, PathBuf),
    passphrase: Passphrase,
    (gate_listener, desk_listener): (TcpListener, TcpListener),
    (gate, desk): (&Server, &Server),
    site: &Sample,
) -> Config {
    Config {
        program: None,
        data,
        keystore,
        passphrase,
        gate: gate_listener,
        desk: desk_listener,
        gate_origin: origin(gate),
        desk_origin: origin(desk),
        test: true,
        identities: Default::default(),
        behind_proxy: false,
        webhook_ports: vec![site.server.address.port()],
        demo_reviewer: Some(site.button_address()),
        confinement: Options::default(),
    }
}
