//! `sekisho witness`: cosign the checkpoints of others' ledgers, on a machine of one's own.

mod key;

use std::{
    io::{self, Write as _},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand};
use sekisho_core::ledger::VerifierKey;
use sekisho_sys::confine::Options;
use serde_json::json;

use super::{pem, refuse};
use crate::{
    app::witness::{Ready, Start},
    front::Wire,
    logging,
    witness::Logs,
};

const EXAMPLES: &str = "\
A witness stands on another machine than the ledgers that it follows, under another person's hands. What it cosigned \
last is all of its state. Never restore that from a backup or a snapshot: a witness that has forgotten can contradict \
itself. If its disk is lost, so is its key's worth: make a new one in a new folder, and tell those who relied on it.

Examples:
  sekisho witness key --state /var/lib/sekisho-witness --name witness.example/w1
  sekisho witness --state /var/lib/sekisho-witness --log @ledger.vkey \\
    --listen 0.0.0.0:443 --cert witness.pem --key witness.key
  sekisho witness --state /var/lib/sekisho-witness --log @ledger.vkey --listen 127.0.0.1:4480 --behind-proxy

A ledger then names it: sekisho serve --witness 'VKEY https://witness.example' …

Exit status: 0 it was told to stop, 1 its disk failed, 2 it could not start, or a file or option is wrong.";

/// A witness, or its key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct WitnessArgs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a witness's verifier key; make the key first if there is none
    Key(key::KeyArgs),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The folder with its key and what it cosigned last
    #[arg(long, required = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Where it is spoken to; port 0 takes a free one, which is told
    #[arg(long, default_value = "127.0.0.1:4480", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// The verifier key of a log that it follows, or @ and a file that holds it; may be given more than once
    #[arg(long = "log", required = true, value_name = "VKEY|@FILE")]
    logs: Vec<String>,
    /// Certificates, PEM, its own first
    #[arg(long, requires = "key", value_name = "FILE")]
    cert: Option<PathBuf>,
    /// The key of the certificate, PEM
    #[arg(long, requires = "cert", value_name = "FILE")]
    key: Option<PathBuf>,
    /// A proxy stands before it and ends TLS
    #[arg(long)]
    behind_proxy: bool,
    /// Say on standard output what it is and how it is confined as one JSON object
    #[arg(long)]
    json: bool,
    /// Go on where the kernel confines too little. Gives up: that a bug in it stays in it
    #[arg(long)]
    danger_unconfined: bool,
}

/// Serves until it is told to stop, or prints a key.
pub(super) fn run(args: WitnessArgs) -> ExitCode {
    match args.command {
        Some(Command::Key(args)) => key::run(&args),
        None => serve(args.serve),
    }
}

fn serve(args: ServeArgs) -> ExitCode {
    logging::start("witness");
    let json = args.json;
    let ready = match start(args).and_then(|start| start.prepare().map_err(|why| why.to_string())) {
        Ok(ready) => ready,
        Err(why) => return refuse(why),
    };
    match ready.serve(|ready| tell(ready, json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tracing::error!(%why, "ends");
            ExitCode::FAILURE
        }
    }
}

fn start(args: ServeArgs) -> Result<Start, String> {
    let keys = args.logs.iter().map(|log| read_log(log)).collect::<Result<Vec<_>, _>>()?;
    let logs = Logs::new(keys).map_err(|why| why.to_string())?;
    let wire = match args.cert.as_ref().zip(args.key.as_ref()) {
        Some((cert, key)) => {
            let identity = pem::read("", cert, key)?;
            Wire::tls(&identity.chain, &identity.key).map_err(|why| why.to_string())?
        }
        None if args.behind_proxy || args.listen.ip().to_canonical().is_loopback() => Wire::Plain,
        None => return Err("it would speak plain HTTP to others: give --cert and --key, or --behind-proxy".into()),
    };
    let listener = TcpListener::bind(args.listen).map_err(|error| format!("--listen {}: {error}", args.listen))?;
    let confinement = Options { danger_unconfined: args.danger_unconfined, ..Options::default() };
    let state = args.state.ok_or("--state is missing")?;
    Ok(Start { state, logs, listener, wire, behind_proxy: args.behind_proxy, confinement })
}

fn read_log(log: &str) -> Result<VerifierKey, String> {
    super::vkey_text(log)?.trim().parse().map_err(|why| format!("--log: {why}"))
}

/// Says what serves. Whoever started it may wait for this line.
fn tell(ready: &Ready, as_json: bool) {
    let (witness, grade) = (ready.witness(), &ready.grade);
    let address = ready.address().map_or_else(|_| String::new(), |address| address.to_string());
    let (key, logs) = (witness.key().to_string(), witness.logs().origins().collect::<Vec<_>>());
    let line = if as_json {
        let confinement = json!({
            "confined": grade.at_floor(), "holds": grade.holding(), "missing": grade.missing(),
            "landlock_abi": grade.landlock_abi,
        });
        json!({ "witness": key, "listen": address, "logs": logs, "confinement": confinement }).to_string()
    } else {
        format!("{key}\nlistens on {address}; follows {}; holds {}", logs.join(", "), grade.holding().join(", "))
    };
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use sekisho_keeper::ledger::LedgerSigner;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: WitnessArgs,
    }

    fn asked(words: &[&str]) -> Result<Start, String> {
        let line = Line::try_parse_from([&["witness"], words].concat()).map_err(|error| error.to_string())?;
        start(line.args.serve)
    }

    #[test]
    fn plain_http_is_for_this_machine_and_for_proxies() {
        let log = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap().verifier().to_string();
        let base = ["--state", "/nowhere", "--log", &log];
        let with = |words: &[&str]| asked(&[&base, words].concat());
        assert!(with(&["--listen", "127.0.0.1:0"]).is_ok());
        assert!(with(&["--listen", "0.0.0.0:0", "--behind-proxy"]).is_ok());
        assert!(with(&["--listen", "0.0.0.0:0"]).err().unwrap().contains("--cert"));
        assert!(with(&["--listen", "0.0.0.0:0", "--cert", "c.pem"]).err().unwrap().contains("--key"));
        assert!(asked(&["--state", "/nowhere"]).err().unwrap().contains("--log"));
        assert!(asked(&["--state", "/nowhere", "--log", "x"]).err().unwrap().contains("--log"));
    }

    #[test]
    fn a_witnesss_key_is_not_a_logs() {
        let witness = crate::witness::Signer::from_seed("w", &[1; 32]).unwrap();
        assert!(asked(&["--state", "/nowhere", "--log", &witness.key().to_string()]).is_err());
    }
}
