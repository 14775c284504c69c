//! `sekisho alert rota`: who is called and how.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, chown},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_core::alert::Rota;
use sekisho_keeper::wire::OperatorRequest;
use serde_json::json;

use super::{AlertArgs, alerts, ask, say};
use crate::courier::alerts::config::Config;

pub(super) const HELP: &str = "\
The file (it holds a password and signing secrets: keep it readable to you alone):

  language = \"both\"            # or \"ja\", \"en\"
  minutes = 10                 # until the next is called; then all are, again and again
  turn_days = 7                # optional: every 7 days the next one is the first

  [mail]                       # optional: where mail is handed over
  server = \"mail.example.jp\"
  port = 465                   # 465, 587 or 25
  tls = \"implicit\"             # or \"starttls\"; \"none\" only to this machine
  from = \"Sekisho <sekisho@example.jp>\"
  user = \"sekisho\"
  password = \"…\"
  # allowed = [\"10.0.0.25\"]    # if the server lies inside your network: its address
  # ca = \"\"\"-----BEGIN CERTIFICATE-----…\"\"\"   # if it has a certificate of your own

  [heartbeat]                  # optional: who notices that this machine is silent
  url = \"https://beats.example/…\"
  seconds = 60

  [[people]]                   # the first is called first
  name = \"aoki\"
  mail = \"aoki@example.jp\"

  [[people]]
  name = \"baba\"
  webhook = \"https://hooks.example/baba\"
  secret = \"whsec_…\"

Names and minutes go to the keeper and onto the ledger; addresses stay with the courier. No restart is needed.

Examples:
  sekisho alert rota --data /var/lib/sekisho ./alerts.toml
  sekisho alert rota --data /var/lib/sekisho --json";

/// Who is called.
#[derive(Debug, Args)]
pub(super) struct RotaArgs {
    /// The file that says so; without it, what holds is shown
    file: Option<PathBuf>,
}

pub(super) fn run(args: &AlertArgs, rota: &RotaArgs) -> Result<ExitCode, String> {
    match &rota.file {
        Some(file) => set(args, file),
        None => show(args),
    }
}

fn show(args: &AlertArgs) -> Result<ExitCode, String> {
    match alerts(args)?.rota {
        Some(rota) => tell(args, &rota),
        None => say(args, &json!(null), "nobody is called: there is no rota"),
    }
}

fn tell(args: &AlertArgs, rota: &Rota) -> Result<ExitCode, String> {
    let people: Vec<_> = rota.people.iter().map(ToString::to_string).collect();
    let turn = rota.turn_days.map_or_else(String::new, |days| format!("; every {days} days the next one is the first"));
    let words = format!("{}: each has {} minutes, then all are called{turn}", people.join(", then "), rota.minutes);
    say(args, &json!(rota), &words)
}

// The courier's file first: a name that the keeper knows and the courier doesn't reaches nobody.
fn set(args: &AlertArgs, file: &Path) -> Result<ExitCode, String> {
    let told = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let text = Config::text(file).map_err(|why| told(&why))?;
    let config = Config::parse(&text).map_err(|why| told(&why))?;
    alerts(args)?;
    put(&args.data, text.as_bytes()).map_err(|why| format!("{}: {why}", Config::path(&args.data).display()))?;
    ask(args, OperatorRequest::SetRota(config.rota()))?;
    tell(args, &config.rota())
}

/// Puts the file where the courier reads it, whole or not at all, as the courier's own.
fn put(data: &Path, text: &[u8]) -> io::Result<()> {
    let path = Config::path(data);
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let owner = fs::metadata(folder)?;
    let fresh = folder.join(".alerts.toml");
    let _ = fs::remove_file(&fresh);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(text)?;
    file.sync_all()?;
    chown(&fresh, Some(owner.uid()), Some(owner.gid()))?;
    fs::rename(fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_couriers_own_and_replaces_the_earlier_one() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("courier")).unwrap();
        for text in ["one", "two"] {
            put(data.path(), text.as_bytes()).unwrap();
            let path = Config::path(data.path());
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::metadata(path).unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(data.path().join("courier")).unwrap().count(), 1);
    }

    #[test]
    fn the_help_shows_a_file_that_is_one() {
        let begin = HELP.find("  language").unwrap();
        let end = HELP.find("Names and minutes").unwrap();
        let shown = HELP[begin..end].replace("whsec_…", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert!(Config::parse(&shown).is_ok(), "{:?}", Config::parse(&shown).err());
    }
}
