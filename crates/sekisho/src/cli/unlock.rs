//! `sekisho unlock`: the keeper gets its keys again, and a lockdown ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_keeper::wire::{OperatorAnswer, OperatorRequest, Secrets, Unlocking};

use super::{keys, operate, passphrase, refuse};

const EXAMPLES: &str = "\
For a keeper that runs without its keys: after a lockdown, or because no passphrase was given at the start. What is \
given here goes to the keeper alone. That a lockdown ended, and by what, is written on the ledger.

After a lockdown everything stays stopped until officers reopen it at the desk's page /watch/stops: one site and one \
reviewer first, then all. On this machine `sekisho stop --lift` does the same.

After a lockdown the passphrase is in no process any more: a keeper that is started anew by itself stays locked until \
the next `sekisho unlock`, or until the service is started again with the passphrase.

Examples:
  sekisho unlock --data /var/lib/sekisho
  sekisho unlock --data /var/lib/sekisho --passphrase-fd 3 3< passphrase-file
  sekisho keys request > request.txt       (each custodian: sekisho keys share request.txt > answer.txt)
  sekisho unlock --share answer-1.txt --share answer-2.txt --share answer-3.txt
  sekisho unlock --share answer.txt --new-passphrase      (the passphrase is lost, or somebody knows it)

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
    /// A file with a custodian's sealed share, as `sekisho keys share` printed it; once for each. Where there are
    /// custodians, a lockdown ends by their shares alone
    #[arg(long = "share", value_name = "FILE", conflicts_with = "passphrase_fd")]
    shares: Vec<PathBuf>,
    /// Set another passphrase of the keystore: it is asked for twice at the terminal
    #[arg(long, requires = "shares")]
    new_passphrase: bool,
    /// Read the new passphrase from this open descriptor, to its end, instead of the terminal
    #[arg(long, value_name = "N", requires = "shares")]
    new_passphrase_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Unlocks.
pub(super) fn run(args: UnlockArgs) -> ExitCode {
    match unlocked(&args) {
        Ok(()) => {
            let stopped = stops(&args.data);
            let object = serde_json::json!({ "locked": false, "stopped": stopped });
            operate::say(args.json, &object, &format!("The keeper has its keys. {}", what_then(stopped)))
        }
        Err(why) => refuse(why),
    }
}

/// How much is stopped, if the keeper says.
fn stops(data: &Path) -> Option<usize> {
    match operate::told(data, OperatorRequest::Stops) {
        Ok(OperatorAnswer::Stops(stops)) => Some(stops.len()),
        _ => None,
    }
}

fn what_then(stopped: Option<usize>) -> &'static str {
    match stopped {
        Some(0) => "It is at work.",
        Some(_) => "Something is stopped still: officers reopen it step by step at the desk's page /watch/stops.",
        None => "It did not say what is stopped: see `sekisho stop` or the desk's page /watch/stops.",
    }
}

fn unlocked(args: &UnlockArgs) -> Result<(), String> {
    let status = operate::status(&args.data)?;
    if !status.locked {
        return if sets_a_passphrase(args) { Err(AT_WORK.to_owned()) } else { Ok(()) };
    }
    let given = match args.shares.as_slice() {
        [] => Unlocking::Passphrase(Secrets(passphrase::obtain(args.passphrase_fd)?.0.to_vec())),
        files => {
            let sealed = files.iter().map(|file| sealed(file)).collect::<Result<_, _>>()?;
            Unlocking::Shares { sealed, passphrase: chosen(args)? }
        }
    };
    match operate::told(&args.data, OperatorRequest::Unlock(given))? {
        OperatorAnswer::SharesRefused(why) => Err(why.to_string()),
        _ => Ok(()),
    }
}

/// Why no passphrase was set.
const AT_WORK: &str = "the keeper is at work, so no new passphrase was set. `sekisho lockdown` stops it first; then \
    the custodians' shares end the lockdown and set one";

fn sets_a_passphrase(args: &UnlockArgs) -> bool {
    args.new_passphrase || args.new_passphrase_fd.is_some()
}

fn chosen(args: &UnlockArgs) -> Result<Option<Secrets>, String> {
    if !sets_a_passphrase(args) {
        return Ok(None);
    }
    Ok(Some(Secrets(passphrase::choose(args.new_passphrase_fd)?.0.to_vec())))
}

fn sealed(file: &Path) -> Result<Secrets, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    keys::read_answer(&text).map(Secrets).map_err(|why| format!("{}: {why}", file.display()))
}
