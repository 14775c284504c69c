//! `sekisho witness key`: the key that others verify cosignatures with.

use std::{
    fs::{self, DirBuilder},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_sys::entropy::SystemEntropy;
use serde_json::json;

use super::super::refuse;
use crate::{
    supervisor::Lock,
    witness::{self, KeyError, Signer},
};

/// Whose key.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sekisho witness key --state /var/lib/sekisho-witness --name witness.example/w1\n\n\
    The name is part of every cosignature; a name that belongs to you, without a scheme, keeps witnesses apart."
)]
pub(super) struct KeyArgs {
    /// The folder with its key and what it cosigned last; made if it is not there
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// What a new witness is called; without spaces and plus signs
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the verifier key, and makes the key before if there is none.
pub(super) fn run(args: &KeyArgs) -> ExitCode {
    let told = obtain(&args.state, args.name.as_deref()).and_then(|(signer, made)| {
        let key = signer.key();
        let line = match args.json {
            true => json!({ "witness": key.to_string(), "name": key.name(), "made": made }).to_string(),
            false => key.to_string(),
        };
        writeln!(io::stdout(), "{line}").map_err(|error| error.to_string())
    });
    told.map_or_else(refuse, |()| ExitCode::SUCCESS)
}

/// The key, and whether it was made now.
fn obtain(state: &Path, name: Option<&str>) -> Result<(Signer, bool), String> {
    match Signer::read(state) {
        Ok(signer) => match name.filter(|name| *name != signer.key().name()) {
            Some(_) => Err(format!("this witness is called {}; a witness keeps its name", signer.key().name())),
            None => Ok((signer, false)),
        },
        Err(KeyError::None(_)) => {
            let name = name.ok_or("there is no key yet: give the new witness a --name")?;
            Ok((make(state, name)?, true))
        }
        Err(why) => Err(why.to_string()),
    }
}

fn make(state: &Path, name: &str) -> Result<Signer, String> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(state).and_then(|()| fs::metadata(state));
    made.map_err(|error| format!("{}: {error}", state.display()))?;
    let _lock = Lock::take(state).map_err(|why| why.to_string())?;
    witness::found(state, name, &mut SystemEntropy).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_on_first_use_and_printed_ever_after() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("a/b");
        assert!(obtain(&state, None).unwrap_err().contains("--name"));
        let (made, first) = obtain(&state, Some("witness.example/w1")).unwrap();
        let (again, second) = obtain(&state, None).unwrap();
        assert!(first && !second && made.key() == again.key());
        assert!(obtain(&state, Some("witness.example/w2")).unwrap_err().contains("witness.example/w1"));
        assert!(obtain(&state, Some("witness.example/w1")).is_ok());
    }
}
