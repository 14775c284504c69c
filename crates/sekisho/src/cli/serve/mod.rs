//! `sekisho serve`: an installation on this machine, supervised, until it is told to stop.

mod doors;
mod plan;
mod report;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use sekisho_core::{budget::Limits, watch::Setup};
use sekisho_keeper::{
    engine::Known,
    wire::{WitnessPlan, WitnessTerms},
};
use sekisho_sys::confine::Options;
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use self::{doors::Doors, report::Report};
use super::{passphrase, refuse};
use crate::{
    app::founding,
    budget_file,
    courier::address::is_global,
    logging, networks,
    supervisor::{Config, Handle, Lock, Supervisor, judge_folders},
    watch_file,
};

const EXAMPLES: &str = "\
The first start on an empty --data founds the installation: choose a passphrase (12 characters or more); the link for \
the first sign-in then lies in DATA/keeper/founding-token for 30 minutes, and only loopback addresses are served until \
an administrator exists. Sites come from --site files at the founding, later from the desk's page /sites; the secret \
that a site's webhooks are signed with comes from `sekisho site secret`.

Certificates and keys are read once, at the start: after renewing them, start again (SIGTERM, SIGINT and SIGHUP all end \
in order). Members and staff notice a pause of seconds.

Examples:
  sekisho serve --test-installation
  sekisho serve --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore \\
    --gate-origin https://check.example --gate-listen 0.0.0.0:443 --gate-cert gate.pem --gate-key gate.key \\
    --desk-origin https://desk.example --desk-listen 10.0.0.5:443 --desk-cert desk.pem --desk-key desk.key
  sekisho serve --behind-proxy --gate-origin https://check.example --desk-origin https://desk.example

Exit status: 0 it was told to stop, 2 it could not start, or a file or option is wrong.";

/// Where everything lies and listens.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ServeArgs {
    /// The folder with the state
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The keystore's file; never below --data
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    #[command(flatten)]
    doors: DoorArgs,
    #[command(flatten)]
    founding: plan::FoundingArgs,
    /// Read the passphrase from this open descriptor, to its end. Without it: from the systemd credential
    /// "passphrase" if there is one, else from the terminal
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Where figures are asked for in Prometheus's format, at /metrics, in plain HTTP: an address of this machine or of
    /// your own network. Without it nowhere
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// A port beside 443 that a test installation's webhooks may go to; may be given more than once
    #[arg(long = "webhook-port", value_name = "PORT")]
    webhook_ports: Vec<u16>,
    /// A witness that cosigns the ledger's checkpoints: its verifier key, a space, and its https address (C2SP
    /// tlog-witness); may be given more than once. It is registered and stays registered when later starts don't name
    /// it. After each start documents open once one of the witnesses has cosigned
    #[arg(long = "witness", value_name = "VKEY URL")]
    witnesses: Vec<WitnessTerms>,
    /// Forget a registered witness, by its name. It loosens, so it is written on the ledger and stays on the desk's
    /// page /watch
    #[arg(long = "forget-witness", value_name = "NAME")]
    forget_witnesses: Vec<String>,
    /// What the vault allows to be opened (TOML, see `sekisho policy check --budget`); it stays when later starts don't
    /// name it. Once the installation is in use a start may tighten it and not loosen it
    #[arg(long, value_name = "FILE")]
    budget: Option<PathBuf>,
    /// How the watch's detectors are set (TOML: `[tempo]` with `switch = "on"`, `"shadow"` or `"off"`, and
    /// `[tempo.settings]`); it stays when later starts don't name it. What is left out is the default: on. Try it on
    /// the past first, `sekisho watch replay DIR --watch FILE`. It is written on the ledger, and everybody is told
    #[arg(long, value_name = "FILE")]
    watch: Option<PathBuf>,
    /// The folder with the networks that read print on uploads, or `none`. Without it the folder that SEKISHO_MODELS
    /// names, or your cache. Where print isn't read, only what members draw stays of a picture
    #[arg(long, value_name = "FOLDER|none")]
    networks: Option<networks::Source>,
    /// Have the age read from what a reviewer is shown, and proposed beside it; the reviewer decides. It needs the
    /// networks, and each look takes longer
    #[arg(long)]
    propose_age: bool,
    /// Say on standard output what serves and how it is confined as one JSON object
    #[arg(long)]
    json: bool,
    /// Go on where the kernel confines too little. Gives up: that a bug in one process stays in that process
    #[arg(long)]
    danger_unconfined: bool,
}

/// Where and how gate and desk are spoken to.
#[derive(Debug, Args)]
struct DoorArgs {
    /// Where members and sites are served
    #[arg(long, default_value = "127.0.0.1:8443", value_name = "ADDRESS:PORT")]
    gate_listen: SocketAddr,
    /// Where staff is served
    #[arg(long, default_value = "127.0.0.1:8444", value_name = "ADDRESS:PORT")]
    desk_listen: SocketAddr,
    /// The gate's origin as browsers name it (a test installation's default: http://gate.localhost and the port)
    #[arg(long, value_name = "ORIGIN")]
    gate_origin: Option<String>,
    /// The desk's origin as browsers name it; passkeys are bound to it for ever. Needed at the founding only
    #[arg(long, value_name = "ORIGIN")]
    desk_origin: Option<String>,
    /// The gate's certificates, PEM, its own first
    #[arg(long, requires = "gate_key", value_name = "FILE")]
    gate_cert: Option<PathBuf>,
    /// The key of the gate's certificate, PEM
    #[arg(long, requires = "gate_cert", value_name = "FILE")]
    gate_key: Option<PathBuf>,
    /// The desk's certificates, PEM, its own first
    #[arg(long, requires = "desk_key", value_name = "FILE")]
    desk_cert: Option<PathBuf>,
    /// The key of the desk's certificate, PEM
    #[arg(long, requires = "desk_cert", value_name = "FILE")]
    desk_key: Option<PathBuf>,
    /// A proxy stands before gate and desk, ends TLS, and names the caller's address last in X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,
}

impl ServeArgs {
    /// The limits in the file, if one is named.
    fn budget(&self) -> Result<Option<Limits>, String> {
        let read = |file: &PathBuf| budget_file::read(file).map_err(|why| format!("{}: {why}", file.display()));
        self.budget.as_ref().map(read).transpose()
    }

    /// How the detectors are set in the file, if one is named.
    fn watch(&self) -> Result<Option<Setup>, String> {
        let read = |file: &PathBuf| watch_file::read(file).map_err(|why| format!("{}: {why}", file.display()));
        self.watch.as_ref().map(read).transpose()
    }
}

/// Serves until it is told to stop.
pub(super) fn run(args: ServeArgs) -> ExitCode {
    logging::start("supervisor");
    match start(args) {
        Ok((handle, ears)) => {
            ears.hear();
            tracing::info!("stopping");
            handle.stop();
            ExitCode::SUCCESS
        }
        Err(why) => refuse(why),
    }
}

fn start(args: ServeArgs) -> Result<(Handle, Ears), String> {
    // Before a key is made: a keystore below the data would be in every backup of it.
    judge_folders(&args.data, &args.keystore).map_err(told)?;
    let lock = Lock::take(&args.data).map_err(told)?;
    let known = founding::known(&args.data).map_err(told)?;
    let test = mark(&args, known.as_ref())?;
    let doors = Doors::open(&args.doors, test, known.as_ref())?;
    let passphrase = match &known {
        Some(_) => passphrase::obtain(args.passphrase_fd)?,
        None => plan::found(&args, &doors)?,
    };
    let (budget, watch) = (args.budget()?, args.watch()?);
    let told_of = report::Told::new(&doors, test, args.doors.behind_proxy, args.json);
    let token = founding::token_file(&args.data);
    let config = Config {
        program: None,
        passphrase,
        data: args.data,
        keystore: args.keystore,
        gate: doors.gate.listener,
        desk: doors.desk.listener,
        figures: args.metrics_listen.map(figures).transpose()?,
        identities: crate::supervisor::Identities { gate: doors.gate.identity, desk: doors.desk.identity },
        gate_origin: doors.gate.origin,
        desk_origin: doors.desk.origin,
        test,
        behind_proxy: args.doors.behind_proxy,
        webhook_ports: args.webhook_ports,
        witnesses: WitnessPlan { named: args.witnesses, forgotten: args.forget_witnesses },
        budget,
        watch,
        demo_reviewer: None,
        networks: args.networks.unwrap_or(networks::Source::Found),
        proposes_age: args.propose_age,
        driven: Default::default(),
        confinement: Options { danger_unconfined: args.danger_unconfined, ..Options::default() },
    };
    // After the passphrase, so that Ctrl-C still ends the question; before the roles, so that they end in order.
    let ears = Ears::open().map_err(told)?;
    let handle = Supervisor::start_with(config, lock).map_err(told)?;
    let administered = known.is_some_and(|known| known.has_administrator);
    Report::new(told_of, (&handle.processes(), handle.reads_print()), (!administered).then_some(token)).print();
    Ok((handle, ears))
}

/// What is told there is nobody's business outside.
fn figures(address: SocketAddr) -> Result<TcpListener, String> {
    if address.ip().is_unspecified() || is_global(address.ip()) {
        return Err("--metrics-listen wants an address of this machine or of your own network, not every one".into());
    }
    TcpListener::bind(address).map_err(|why| format!("--metrics-listen {address}: {why}"))
}

/// Whether this is a test installation. The mark is made at the founding and is never changed.
fn mark(args: &ServeArgs, known: Option<&Known>) -> Result<bool, String> {
    let test = known.map_or(args.founding.test_installation, |known| known.test);
    if args.founding.test_installation && !test {
        return Err("this installation is not a test; the mark is made when one is founded, and never later".into());
    }
    if !test && !args.webhook_ports.is_empty() {
        return Err("--webhook-port is for test installations; elsewhere webhooks go to https, port 443".into());
    }
    if let Some(plain) = args.witnesses.iter().find(|witness| !test && witness.is_plain()) {
        return Err(format!("the witness at {} must be asked over https://", plain.url));
    }
    if known.is_some() && args.founding.is_given() {
        return Err("--site and --policy are for the founding; later an administrator registers sites at the desk's \
                    page /sites"
            .into());
    }
    Ok(test)
}

fn told(error: impl std::error::Error) -> String {
    error.to_string()
}

/// Hears that it is to stop.
struct Ears {
    runtime: Runtime,
    signals: [Signal; 3],
}

impl Ears {
    /// From now on a signal is kept until it is heard.
    fn open() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _inside = runtime.enter();
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal)
        };
        let [term, int, hangup] = signals;
        Ok(Self { runtime, signals: [term?, int?, hangup?] })
    }

    /// Waits for SIGTERM, SIGINT or SIGHUP.
    fn hear(mut self) {
        let [term, int, hangup] = &mut self.signals;
        self.runtime.block_on(async {
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {}, _ = hangup.recv() => {} }
        });
    }
}
