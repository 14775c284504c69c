//! `sekisho lockdown`: the keeper wipes its keys, at once, and refuses from then on.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_core::lockdown::Why;
use sekisho_keeper::wire::OperatorRequest;

use super::{operate, refuse};

const EXAMPLES: &str = "\
Who ordered it and why is written on the ledger first; then roots, slots and signing keys are wiped from memory, and a \
picture that was released and not shown yet is given to nobody. Everybody on the rota is \
called. A start does not bring the keys back: `sekisho unlock` does. Deadlines go on meanwhile.

Examples:
  sekisho lockdown --data /var/lib/sekisho --why \"a key was found outside\"
  sekisho lockdown --why \"drill\" --json

Exit status: 0 it is locked down, 2 it is not, and why.";

/// What to shut, and why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LockdownArgs {
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Why, in 1 to 200 characters. It stands on the ledger: write no person's name or number
    #[arg(long)]
    why: Why,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Locks down.
pub(super) fn run(args: LockdownArgs) -> ExitCode {
    match operate::told(&args.data, OperatorRequest::LockDown { why: args.why.to_string() }) {
        Ok(_) => operate::say(
            args.json,
            &serde_json::json!({ "locked_down": true }),
            "The vault is locked down: its keys are wiped. It opens again by `sekisho unlock`.",
        ),
        Err(why) => refuse(why),
    }
}
