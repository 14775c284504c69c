//! What the commands share that speak to a running keeper at the operator's door.

use std::{path::Path, process::ExitCode};

use sekisho_keeper::wire::{OperatorAnswer, OperatorRequest, Refusal, Status};
use serde_json::Value;

use crate::operator::{self, OperatorError};

/// Asks; a refusal is put in words that say what to do.
pub(super) fn told(data: &Path, request: OperatorRequest) -> Result<OperatorAnswer, String> {
    operator::ask(data, request).map_err(|error| match error {
        OperatorError::Refused(refusal) => in_words(refusal).to_owned(),
        other => other.to_string(),
    })
}

/// How the keeper is.
pub(super) fn status(data: &Path) -> Result<Status, String> {
    match told(data, OperatorRequest::Status)? {
        OperatorAnswer::Status(status) => Ok(status),
        _ => Err("the keeper answered something else; is it of this version?".into()),
    }
}

fn in_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Locked => {
            "the keeper is locked: it has no keys, and nothing opens. `sekisho unlock` gives it its keys"
        }
        Refusal::LockedDown => "the vault is locked down already. `sekisho unlock` ends that",
        Refusal::NotUnlocked => {
            "this does not unlock it: another passphrase, or after a lockdown the custodians' shares are needed. The \
             keeper's log says which"
        }
        Refusal::BadRequest => "what was given is not of its form",
        Refusal::NotFound => "there is no such thing",
        _ => "the keeper can't do that now; its log says why. Nothing was done",
    }
}

/// Says what was done.
#[allow(clippy::print_stdout)] // The command line's own way to speak.
pub(super) fn say(json: bool, object: &Value, sentence: &str) -> ExitCode {
    if json {
        println!("{object}");
    } else {
        println!("{sentence}");
    }
    ExitCode::SUCCESS
}
