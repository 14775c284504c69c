//! `sekisho keys request`: a locked keeper makes a key for one occasion.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_keeper::{
    keystore::shares::fingerprint,
    wire::{OperatorAnswer, OperatorRequest},
};

use super::request_line;
use crate::cli::{operate, refuse};

const EXAMPLES: &str = "\
The line that is printed goes to each custodian, who seals a share to it on a device of their own (`sekisho keys \
share`) and compares the fingerprint with you by telephone or in person. The key lives in the keeper's memory: after a \
new start, or another request, it opens nothing.

Examples:
  sekisho keys request --data /var/lib/sekisho > request.txt
  sekisho keys request --json

Exit status: 0 it is printed, 2 it is not, and why.";

/// Of which keeper.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RequestArgs {
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Asks.
#[allow(clippy::print_stderr)] // The line alone goes to standard output, to be carried on.
pub(super) fn run(args: &RequestArgs) -> ExitCode {
    match operate::told(&args.data, OperatorRequest::ShareKey) {
        Ok(OperatorAnswer::ShareKey { keeper, public }) => {
            let (line, fingerprint) = (request_line(keeper, &public), fingerprint(&public));
            eprintln!("Fingerprint, to be compared with each custodian: {fingerprint}");
            operate::say(args.json, &serde_json::json!({ "request": line, "fingerprint": fingerprint }), &line)
        }
        Ok(_) => refuse("the keeper answered something else; is it of this version?"),
        Err(why) => refuse(why),
    }
}
