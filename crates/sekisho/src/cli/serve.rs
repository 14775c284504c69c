//! `sekisho serve`: an installation on this machine, supervised, until it is told to stop.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use sekisho_keeper::{engine::Plan, keystore::Cost};
use sekisho_sys::confine::Options;
use tokio::signal::unix::{SignalKind, signal};

use super::{passphrase, refuse};
use crate::{
    app::founding,
    logging, policy_file,
    supervisor::{Config, Handle, Passphrase, Supervisor, judge_folders},
};

/// Where everything lies and listens.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sekisho serve --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore \\\n    \
    --gate-origin https://check.example --desk-origin https://desk.example --behind-proxy"
)]
pub(super) struct ServeArgs {
    /// The folder with the state
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The keystore's file; never below --data
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    /// Where members and sites are served
    #[arg(long, default_value = "127.0.0.1:8443")]
    gate_listen: SocketAddr,
    /// Where staff is served
    #[arg(long, default_value = "127.0.0.1:8444")]
    desk_listen: SocketAddr,
    /// The gate's origin as browsers name it
    #[arg(long, default_value = "http://gate.localhost:8443")]
    gate_origin: String,
    /// The desk's origin as browsers name it
    #[arg(long, default_value = "http://desk.localhost:8444")]
    desk_origin: String,
    /// A proxy stands before gate and desk and names the caller's address
    #[arg(long)]
    behind_proxy: bool,
    /// Read the passphrase from this open descriptor, to its end
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Go on where the kernel confines too little. Gives up: that a bug in one process stays in that process
    #[arg(long)]
    danger_unconfined: bool,
}

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(args: ServeArgs) -> ExitCode {
    logging::start("supervisor");
    match start(args) {
        Ok((handle, told)) => {
            tracing::info!("{told}");
            until_told(handle)
        }
        Err(why) => refuse(why),
    }
}

fn start(args: ServeArgs) -> Result<(Handle, String), String> {
    // Until an administrator exists only this machine reaches it.
    let founded = founding::has_administrator(&args.data);
    let gate = listen(args.gate_listen, founded)?;
    let desk = listen(args.desk_listen, founded)?;
    let told =
        format!("gate {} on {}, desk {} on {}", args.gate_origin, args.gate_listen, args.desk_origin, args.desk_listen);
    // Before a key is made: a keystore below the data would be in every backup of it.
    judge_folders(&args.data, &args.keystore).map_err(|error| error.to_string())?;
    let passphrase = passphrase::obtain(args.passphrase_fd)?;
    if !founding::exists(&args.data) {
        found(&args, &passphrase)?;
    }
    let config = Config {
        program: None,
        passphrase,
        data: args.data,
        keystore: args.keystore,
        gate,
        desk,
        gate_origin: args.gate_origin,
        desk_origin: args.desk_origin,
        test: false,
        behind_proxy: args.behind_proxy,
        webhook_ports: Vec::new(),
        demo_reviewer: None,
        confinement: Options { danger_unconfined: args.danger_unconfined, ..Options::default() },
    };
    let handle = Supervisor::start(config).map_err(|error| error.to_string())?;
    Ok((handle, told))
}

fn found(args: &ServeArgs, passphrase: &Passphrase) -> Result<(), String> {
    let plan = Plan {
        test: false,
        desk_origin: args.desk_origin.clone(),
        ledger_name: host(&args.gate_origin).to_owned(),
        cost: Cost::STANDARD,
        policies: policy_file::built_in(),
        sites: Vec::new(),
        people: Vec::new(),
    };
    let keeper = founding::found(&args.data, &args.keystore, passphrase, &plan).map_err(|error| error.to_string())?;
    tracing::info!(%keeper, "founded; the link for the first sign-in lies in keeper/founding-token for 30 minutes");
    Ok(())
}

fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, rest)| rest)
}

fn listen(address: SocketAddr, founded: bool) -> Result<TcpListener, String> {
    if !founded && !is_loopback(address.ip()) {
        return Err(format!("{address}: until an administrator exists, only loopback addresses are served"));
    }
    TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn until_told(handle: Handle) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let waited = runtime.and_then(|runtime| {
        runtime.block_on(async {
            let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
            Ok(())
        })
    });
    tracing::info!("stopping");
    handle.stop();
    if waited.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_there_is_an_administrator_only_this_machine_is_served() {
        let open: SocketAddr = "0.0.0.0:0".parse().unwrap();
        assert!(listen(open, false).is_err());
        assert!(listen(open, true).is_ok());
        assert!(listen("[::1]:0".parse().unwrap(), false).is_ok());
        assert!(is_loopback("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!is_loopback("::ffff:192.0.2.1".parse().unwrap()));
    }
}
