//! `sekisho alert …`: who is called when something happens, and what waits to be acknowledged.

mod list;
mod rota;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand};
use sekisho_core::id::AlertId;
use sekisho_keeper::wire::{Alerts, OperatorAnswer, OperatorRequest};
use serde_json::json;

use super::{language::Language, refuse};
use crate::operator::{self, OperatorError};

const EXAMPLES: &str = "\
Examples:
  sekisho alert rota --data /var/lib/sekisho ./alerts.toml
  sekisho alert test --data /var/lib/sekisho
  sekisho alert list --data /var/lib/sekisho --lang ja
  sekisho alert acknowledge --data /var/lib/sekisho alr_…

Exit status: 0 done (list: nothing waits), 1 list: something waits to be acknowledged, 2 it can't be done.";

const TEST: &str = "Example:\n  sekisho alert test --data /var/lib/sekisho\n\n\
    Sends a real alert, marked as a test, to whoever's turn it is, and to the next if nobody acknowledges it.";
const LIST: &str = "Example:\n  sekisho alert list --data /var/lib/sekisho --json";
const ACKNOWLEDGE: &str = "Example:\n  sekisho alert acknowledge --data /var/lib/sekisho alr_…\n\n\
    Nobody else is called. It is written on the ledger; while the keeper is locked, as soon as it is unlocked. An officer \
    does the same at the desk's page /alerts, which a lockdown closes.";

/// Alerts.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AlertArgs {
    #[command(subcommand)]
    command: Command,
    /// The folder with the state of the installation that runs
    #[arg(long, global = true, default_value = "./data")]
    data: PathBuf,
    /// The language of what is told
    #[arg(long, global = true, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// Answer as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say who is called and how; without a file, show it
    #[command(after_help = rota::HELP)]
    Rota(rota::RotaArgs),
    /// Send a test alert for real
    #[command(after_help = TEST)]
    Test,
    /// List the alerts: what waits, who was called, who acknowledged
    #[command(after_help = LIST)]
    List,
    /// Say that you have seen an alert and see to it
    #[command(after_help = ACKNOWLEDGE)]
    Acknowledge {
        /// Which, as a mail or `sekisho alert list` says it
        alert: AlertId,
    },
}

/// Does what was asked.
pub(super) fn run(args: AlertArgs) -> ExitCode {
    let done = match &args.command {
        Command::Rota(rota) => rota::run(&args, rota),
        Command::Test => test(&args),
        Command::List => list::run(&args),
        Command::Acknowledge { alert } => acknowledge(&args, *alert),
    };
    done.unwrap_or_else(refuse)
}

fn test(args: &AlertArgs) -> Result<ExitCode, String> {
    if alerts(args)?.rota.is_none() {
        return Err("nobody would be called: set a rota first (`sekisho alert rota --help`)".into());
    }
    let OperatorAnswer::Alert(alert) = ask(args, OperatorRequest::TestAlert)? else { return Err(misplaced()) };
    say(
        args,
        &json!({ "alert": alert }),
        &format!("{alert}: raised, and on its way; `sekisho alert list` says who was reached"),
    )
}

fn acknowledge(args: &AlertArgs, alert: AlertId) -> Result<ExitCode, String> {
    ask(args, OperatorRequest::Acknowledge(alert))?;
    say(args, &json!({ "acknowledged": alert }), &format!("{alert}: acknowledged; nobody else is called"))
}

fn alerts(args: &AlertArgs) -> Result<Alerts, String> {
    match ask(args, OperatorRequest::Alerts)? {
        OperatorAnswer::Alerts(alerts) => Ok(alerts),
        _ => Err(misplaced()),
    }
}

fn ask(args: &AlertArgs, request: OperatorRequest) -> Result<OperatorAnswer, String> {
    operator::ask(&args.data, request).map_err(|why| why.to_string())
}

fn misplaced() -> String {
    OperatorError::Misplaced.to_string()
}

fn say(args: &AlertArgs, json: &serde_json::Value, words: &str) -> Result<ExitCode, String> {
    print(if args.json { json.to_string() } else { words.to_owned() })?;
    Ok(ExitCode::SUCCESS)
}

fn print(text: String) -> Result<(), String> {
    writeln!(io::stdout().lock(), "{text}").map_err(|why| why.to_string())
}
