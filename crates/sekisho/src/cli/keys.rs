//! `sekisho keys`: who besides the passphrase opens the keystore.

mod request;
mod share;
mod split;

use std::process::ExitCode;

use base64ct::{Base64, Encoding};
use clap::{Args, Subcommand};
use sekisho_core::id::KeeperId;

/// What to do with them.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Deal shares to custodians, or print a recovery share
    Split(split::SplitArgs),
    /// Ask a locked keeper for a fresh key that custodians seal their shares to
    Request(request::RequestArgs),
    /// On a custodian's own device: seal a share to a keeper's fresh key
    Share(share::ShareArgs),
}

/// Does it.
pub(super) fn run(args: KeysArgs) -> ExitCode {
    match args.command {
        Command::Split(args) => split::run(args),
        Command::Request(args) => request::run(&args),
        Command::Share(args) => share::run(&args),
    }
}

/// A keeper's fresh key as it is carried to a custodian: one line.
fn request_line(keeper: KeeperId, public: &[u8]) -> String {
    format!("sekisho-share-key-1 {keeper} {}", Base64::encode_string(public))
}

fn read_request(text: &str) -> Result<(KeeperId, Vec<u8>), String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let ["sekisho-share-key-1", keeper, public] = parts[..] else {
        return Err("this is no keeper's key: `sekisho keys request` makes one".into());
    };
    let keeper = keeper.parse().map_err(|why| format!("{why}"))?;
    Ok((keeper, Base64::decode_vec(public).map_err(|_| "the keeper's key is damaged")?))
}

/// A sealed share as it is carried back: one line.
fn answer_line(sealed: &[u8]) -> String {
    format!("sekisho-sealed-share-1 {}", Base64::encode_string(sealed))
}

/// Reads one line of a custodian's.
pub(super) fn read_answer(text: &str) -> Result<Vec<u8>, String> {
    let sealed = text.trim().strip_prefix("sekisho-sealed-share-1 ").ok_or("this is no sealed share")?;
    Base64::decode_vec(sealed.trim()).map_err(|_| "the sealed share is damaged".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_is_read_back_and_nothing_else_is() {
        let keeper = KeeperId::from_bytes([4; 16]);
        assert_eq!(read_request(&request_line(keeper, b"public")), Ok((keeper, b"public".to_vec())));
        assert_eq!(read_answer(&answer_line(b"sealed")), Ok(b"sealed".to_vec()));
        assert!(read_request(&answer_line(b"sealed")).is_err() && read_answer("sekisho").is_err());
    }
}
