//! `sekisho canary …`: bait that no honest person has a cause to touch.

mod access_log;
mod document;
mod list;
mod make;
mod renew;
mod told;
mod watch_log;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use sekisho_core::time::{Clock, Timestamp};
use sekisho_keeper::canary::Console;
use sekisho_sys::clock::SystemClock;

use super::{passphrase, refuse};
use crate::app;

const HELP: &str = "\
What is bait stands in one sealed row of keeper.db that every installation has; it opens with the keystore's \
passphrase. Gate, desk, databases and storage don't tell bait from the rest. A touch is refused like anything that \
nobody knows, and stands in the ledger at once, with what it implies.

Examples:
  sekisho canary make site-key shop-batch --out ./shop-batch --policy jp-dating-site \\
    --return-prefix https://shop.example/age/ --laid 'home of deploy on the backup host'
  sekisho canary make link --gate https://check.example --laid 'a mail in the support mailbox'
  sekisho canary make document --kit ./own-site --gate https://check.example --picture ./drawn-17.jpg \
    --box 345,380,550,72 --answer approve --laid 'the blob store'
  sekisho canary watch-log /var/log/storage/access.log
  sekisho canary list
  sekisho canary rotate can_… --gate https://check.example
  sekisho canary retire can_…";

/// What to do with bait
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct CanaryArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make bait, to be laid where a thief looks
    Make(make::MakeArgs),
    /// Say what is laid, where, since when, and whether it was touched
    List(list::ListArgs),
    /// Put fresh bait in an old one's place
    Rotate(renew::RotateArgs),
    /// Give bait up: it stays refused, and a touch is told no more
    Retire(renew::RetireArgs),
    /// Say who read ciphertexts, by the access log of the storage
    WatchLog(watch_log::WatchLogArgs),
}

/// Where the installation is, and what opens the book.
#[derive(Debug, Args)]
struct Place {
    /// The folder with the state; the installation may run meanwhile
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The keystore's file; only its identity is read
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    /// Read the passphrase from this open descriptor, to its end
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Place {
    fn open(&self) -> Result<Console, String> {
        let passphrase = passphrase::obtain(self.passphrase_fd)?;
        app::canary::open(&self.data, &self.keystore, &passphrase).map_err(|why| why.to_string())
    }
}

/// Does it.
pub(super) fn run(args: CanaryArgs) -> ExitCode {
    let now = SystemClock.read().wall;
    let done = match args.command {
        Command::Make(args) => make::run(args, now),
        Command::List(args) => list::run(&args),
        Command::Rotate(args) => renew::rotate(args, now),
        Command::Retire(args) => renew::retire(args, now),
        Command::WatchLog(args) => watch_log::run(&args, now),
    };
    done.unwrap_or_else(refuse)
}

/// When something is, for people.
fn when(at: Timestamp) -> String {
    sekisho_core::calendar::text::rfc3339(at)
}
