//! `sekisho pause`: nobody opens anything for a while.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_keeper::wire::OperatorRequest;

use super::{operate, refuse};

const EXAMPLES: &str = "\
A pause ends by itself, or when two officers say so at the desk with their passkeys (one, where there is but one). \
Documents are taken in meanwhile, and deadlines go on.

Examples:
  sekisho pause --data /var/lib/sekisho
  sekisho pause --minutes 60 --json

Exit status: 0 viewing is paused, 2 it is not, and why.";

/// For how long.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PauseArgs {
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// For how many minutes, 480 at most
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=480))]
    minutes: u16,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Pauses.
pub(super) fn run(args: PauseArgs) -> ExitCode {
    let minutes = args.minutes;
    match operate::told(&args.data, OperatorRequest::Pause { minutes }) {
        Ok(_) => operate::say(
            args.json,
            &serde_json::json!({ "paused_minutes": minutes }),
            &format!("Viewing is paused for {minutes} minutes at most."),
        ),
        Err(why) => refuse(why),
    }
}
