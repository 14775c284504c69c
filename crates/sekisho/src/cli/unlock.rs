//! `sekisho unlock`: the keeper gets its keys again, and a lockdown ends.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_keeper::wire::{OperatorRequest, Secrets, Unlocking};

use super::{operate, passphrase, refuse};

const EXAMPLES: &str = "\
For a keeper that runs without its keys: after a lockdown, or because no passphrase was given at the start. What is \
given here goes to the keeper alone. That a lockdown ended, and by what, is written on the ledger.

After a lockdown the passphrase is in no process any more: a keeper that is started anew by itself stays locked until \
the next `sekisho unlock`, or until the service is started again with the passphrase.

Examples:
  sekisho unlock --data /var/lib/sekisho
  sekisho unlock --data /var/lib/sekisho --passphrase-fd 3 3< passphrase-file

Exit status: 0 it is unlocked, 2 it is not, and why.";

/// What to open, and with what.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct UnlockArgs {
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Read the passphrase from this open descriptor, to its end, instead of the terminal
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Unlocks.
pub(super) fn run(args: UnlockArgs) -> ExitCode {
    match unlocked(&args) {
        Ok(()) => {
            operate::say(args.json, &serde_json::json!({ "locked": false }), "The keeper has its keys and is at work.")
        }
        Err(why) => refuse(why),
    }
}

fn unlocked(args: &UnlockArgs) -> Result<(), String> {
    let status = operate::status(&args.data)?;
    if !status.locked {
        return Ok(());
    }
    let passphrase = passphrase::obtain(args.passphrase_fd)?;
    let given = Unlocking::Passphrase(Secrets(passphrase.0.to_vec()));
    operate::told(&args.data, OperatorRequest::Unlock(given)).map(drop)
}
