//! `sekisho keys share`: a custodian, on a device of their own.

use std::{
    fs,
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use sekisho_keeper::keystore::{Share, shares::fingerprint};
use sekisho_seal::{IntakePublic, seal_share};
use sekisho_sys::entropy::SystemEntropy;

use super::{answer_line, read_request};
use crate::cli::{operate, passphrase, refuse};

const EXAMPLES: &str = "\
Run it on your own device, never on the installation's. Compare the fingerprint with whoever asks, by telephone or in \
person, before you give your share: a key of somebody else would make them a custodian too. What is printed opens for \
that keeper alone, and goes back to whoever asked.

Examples:
  sekisho keys share request.txt > answer.txt
  sekisho keys share request.txt --fingerprint \"1ABC DEF2 ...\" --share-fd 3 3< my-share.txt

Exit status: 0 the sealed share is printed, 2 it is not, and why.";

/// To which key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShareArgs {
    /// The file with the keeper's fresh key, as `sekisho keys request` printed it
    request: PathBuf,
    /// The fingerprint as you were told it; without this you are asked whether it is the same
    #[arg(long)]
    fingerprint: Option<String>,
    /// Read the share from this open descriptor instead of the terminal
    #[arg(long, value_name = "N")]
    share_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Seals.
pub(super) fn run(args: &ShareArgs) -> ExitCode {
    match sealed(args) {
        Ok(line) => operate::say(args.json, &serde_json::json!({ "sealed": line }), &line),
        Err(why) => refuse(why),
    }
}

fn sealed(args: &ShareArgs) -> Result<String, String> {
    let text = fs::read_to_string(&args.request).map_err(|error| format!("{}: {error}", args.request.display()))?;
    let (keeper, public) = read_request(&text)?;
    let to = IntakePublic::from_bytes(&public).map_err(|error| error.to_string())?;
    compare(&fingerprint(&public), args.fingerprint.as_deref())?;
    let given = passphrase::secret("Your share: ", args.share_fd)?;
    let share: Share = String::from_utf8_lossy(&given).parse().map_err(|why| format!("{why}"))?;
    Ok(answer_line(&seal_share(&to, keeper, &share.to_bytes(), &mut SystemEntropy)))
}

fn compare(shown: &str, told: Option<&str>) -> Result<(), String> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let same = match told {
        Some(told) => plain(told) == plain(shown),
        None => asked(shown).map_err(|error| error.to_string())?,
    };
    if same {
        Ok(())
    } else {
        Err("the fingerprint is another one: give your share to nobody, and tell the others".into())
    }
}

fn asked(shown: &str) -> io::Result<bool> {
    let mut terminal = io::stderr();
    write!(
        terminal,
        "The key's fingerprint is\n\n  {shown}\n\nIs it what you were told by telephone or in person? (yes/no) "
    )?;
    terminal.flush()?;
    let mut said = String::new();
    io::stdin().lock().read_line(&mut said)?;
    Ok(said.trim() == "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_fingerprint_is_refused_however_it_is_written() {
        assert!(compare("1ABC DEF2", Some("1abc-def2")).is_ok());
        assert!(compare("1ABC DEF2", Some("1ABC DEF3")).is_err());
        assert!(compare("1ABC DEF2", Some("")).is_err());
    }
}
