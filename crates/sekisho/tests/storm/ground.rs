//! The installation that is killed and loaded: founded once, served by the real binary, started again over its folder.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use sekisho::{
    app::founding,
    client::{Client, Limits, Server, Session},
    courier::secrets::Secrets,
    policy_file,
    site::kit::{Kit, Profile},
    supervisor::{Passphrase, Role},
    testing::authenticator::SoftAuthenticator,
};
use sekisho_core::{budget, check, entropy::fresh, id::KeeperId, ledger::VerifierKey, policy::Text, watch};
use sekisho_keeper::{
    engine::{Founder, Plan},
    jose::Alg,
    keystore::Cost,
    webauthn::{RelyingParty, verify_registration},
};
use sekisho_sys::entropy::SystemEntropy;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{full_disk::Disk, hook::Hook, processes};

pub(crate) const POLICY: &str = "jp-dating-site";
const PASSPHRASE: &str = "for this storm alone";
/// How long an installation may take until it stands, or until its roles have ended, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// A founded installation, and its site.
pub(crate) struct Ground {
    pub(crate) gate: Server,
    pub(crate) desk: Server,
    pub(crate) keeper: KeeperId,
    pub(crate) kit: Kit,
    pub(crate) hook: Hook,
    pub(crate) passkeys: Vec<Arc<Mutex<SoftAuthenticator>>>,
    // Unmounted before the folder goes.
    _disk: Option<Disk>,
    place: TempDir,
    // Shared with everybody who speaks to it; only its master kills it and starts it anew.
    serving: Mutex<Option<Child>>,
}

/// What is killed and loaded: the program as built beside this test, or another build of it that `SEKISHO_PROGRAM` names.
fn program() -> OsString {
    std::env::var_os("SEKISHO_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_sekisho").into())
}

/// A port that nobody's outgoing connection is given while we are down, since it lies below those.
fn port() -> u16 {
    let mut draw = || 20_000 + u16::from_le_bytes(fresh(&mut SystemEntropy)) % 10_000;
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(&mut draw).find(free).unwrap()
}

fn server(name: &str) -> Server {
    let port = port();
    Server::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), format!("{name}.localhost:{port}"))
}

pub(crate) fn origin(server: &Server) -> String {
    format!("http://{}", server.authority)
}

impl Ground {
    /// Founds an installation with that many reviewers.
    pub(crate) fn found(reviewers: usize) -> Self {
        Self::found_in(tempfile::tempdir().unwrap(), None, reviewers)
    }

    /// The same, with the data on a small disk of its own.
    pub(crate) fn found_on(disk: Disk, place: TempDir, reviewers: usize) -> Self {
        Self::found_in(place, Some(disk), reviewers)
    }

    fn found_in(place: TempDir, disk: Option<Disk>, reviewers: usize) -> Self {
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let (gate, desk) = (server("gate"), server("desk"));
        let hook = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let kit = kit(hook.local_addr().unwrap().port());
        let (mut passkeys, mut people) = (Vec::new(), Vec::new());
        for number in 0..reviewers {
            let (key, founder) = reviewer(&desk, number);
            passkeys.push(Arc::new(Mutex::new(key)));
            people.push(founder);
        }
        let plan = Plan {
            test: true,
            desk_origin: origin(&desk),
            ledger_name: "storm.sekisho.invalid".into(),
            cost: Cost::TEST,
            budget: budget::Limits::endless(),
            watch: watch::Setup::all(watch::Switch::Off),
            policies: policy_file::built_in(),
            sites: vec![kit.registration.clone()],
            people,
        };
        let passphrase = Passphrase(Zeroizing::new(PASSPHRASE.into()));
        let (data, keystore) = (place.path().join("data"), place.path().join("keys/keystore"));
        let keeper = founding::found(&data, &keystore, &passphrase, &plan).unwrap();
        Secrets::below(&data).put(&kit.registration.name, &*kit.webhook_secret).unwrap();
        fs::write(place.path().join("passphrase"), PASSPHRASE).unwrap();
        let hook = Hook::listen(hook, kit.webhook_secret.to_vec());
        Self { gate, desk, keeper, kit, hook, passkeys, _disk: disk, place, serving: Mutex::new(None) }
    }

    /// Below `--data`.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.place.path().join("data").join(name)
    }

    /// What all processes said on standard error, since the founding.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("log")).unwrap_or_default()
    }

    /// Starts it with the passphrase, and returns when every role is ready.
    pub(crate) fn serve(&self) {
        let limit = Instant::now() + PATIENCE;
        while !self.try_serve() {
            assert!(Instant::now() < limit, "it does not come up: {}", self.log());
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Tries once.
    pub(crate) fn try_serve(&self) -> bool {
        let mut child = self.command().spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        let told = BufReader::new(stdout).read_line(&mut line);
        if told.is_ok() && line.starts_with('{') {
            *self.serving.lock().unwrap() = Some(child);
            return true;
        }
        let _ = child.wait();
        false
    }

    fn command(&self) -> Command {
        let log = OpenOptions::new().create(true).append(true).open(self.place.path().join("log")).unwrap();
        let listen = |server: &Server| server.address.to_string();
        let mut command = Command::new(program());
        command
            .args(["serve", "--networks", "none", "--json", "--behind-proxy", "--passphrase-fd", "0", "--data"])
            .arg(self.data(""));
        command.arg("--keystore").arg(self.place.path().join("keys/keystore"));
        command.args(["--gate-listen", &listen(&self.gate), "--desk-listen", &listen(&self.desk)]);
        command.args(["--webhook-port", &self.hook.port.to_string()]);
        command.env("SEKISHO_LOG", "warn").env_remove("CREDENTIALS_DIRECTORY");
        command.stdin(File::open(self.place.path().join("passphrase")).unwrap()).stdout(Stdio::piped()).stderr(log);
        command
    }

    /// The supervisor's process id.
    pub(crate) fn supervisor(&self) -> u32 {
        self.serving.lock().unwrap().as_ref().expect("it serves").id()
    }

    /// Takes leave of a supervisor that was killed or told to stop.
    pub(crate) fn bury(&self) {
        let mut child = self.serving.lock().unwrap().take().expect("it served");
        child.wait().unwrap();
    }

    /// Ends it in order.
    pub(crate) fn rest(&self) {
        processes::send(self.supervisor(), rustix::process::Signal::TERM);
        self.bury();
    }

    /// Waits until gate and desk say that they and the keeper do their work.
    pub(crate) fn until_well(&self) {
        until("gate and desk are well", || is_well(&self.gate) && is_well(&self.desk));
    }

    /// The ledger's key, as the gate publishes it.
    pub(crate) fn ledger_key(&self) -> VerifierKey {
        let answer = session(&self.gate).get("/.well-known/sekisho").unwrap();
        let about: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        about["ledger_key"].as_str().unwrap().parse().unwrap()
    }

    /// Each role's process now.
    pub(crate) fn roles(&self) -> Vec<(Role, u32)> {
        processes::roles_of(self.supervisor())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let Ok(serving) = self.serving.get_mut() else { return };
        if let Some(mut child) = serving.take() {
            let roles = processes::roles_of(child.id());
            let _ = child.kill();
            let _ = child.wait();
            // The folder goes next; they would be in the way.
            roles.iter().for_each(|(_, pid)| processes::send(*pid, rustix::process::Signal::KILL));
        }
    }
}

/// Waits until `look` says yes.
pub(crate) fn until(what: &str, mut look: impl FnMut() -> bool) {
    let limit = Instant::now() + PATIENCE;
    while !look() {
        assert!(Instant::now() < limit, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn is_well(server: &Server) -> bool {
    session(server).get("/healthz").is_ok_and(|answer| answer.status() == 200)
}

/// A session that gives up soon enough for a storm.
pub(crate) fn session(server: &Server) -> Session {
    let limits = Limits { total: Duration::from_secs(40), ..Limits::default() };
    Session::new(server.clone(), Client::plain(limits)).expect("a machine with descriptors left")
}

fn kit(hook: u16) -> Kit {
    let profile = Profile {
        name: "storm-site".parse().unwrap(),
        title: Text { ja: "嵐のサイト".into(), en: "Storm site".into() },
        policies: vec![POLICY.parse().unwrap()],
        return_prefix: "http://site.localhost/".into(),
        webhook: Some(format!("http://site.localhost:{hook}/hook")),
    };
    Kit::new(profile, Alg::ES256, &mut SystemEntropy)
}

fn reviewer(desk: &Server, number: usize) -> (SoftAuthenticator, Founder) {
    let key = SoftAuthenticator::new("desk.localhost", &origin(desk), &mut SystemEntropy).unwrap();
    let challenge = fresh(&mut SystemEntropy);
    let made = key.create(&challenge);
    let party = RelyingParty { id: "desk.localhost".into(), origin: origin(desk) };
    let passkey = verify_registration(&party, &challenge, &made.client_data, &made.attestation).unwrap();
    (key, Founder { name: format!("reviewer-{number}"), role: check::Role::Reviewer, passkey })
}
