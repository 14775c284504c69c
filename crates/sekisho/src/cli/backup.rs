//! `sekisho backup`: a copy of an installation that opens no picture.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_core::time::Clock;
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde_json::json;

use super::{passphrase, refuse};
use crate::app::archive::backup::{Made, Order, make};

/// What to back up, and where to
#[derive(Debug, Args)]
#[command(after_help = "\
A backup is a folder DEST/<time> with manifest.json, written last. It holds the checks, the people, the sites, the \
policies and the ledger's entries. It holds no picture, no key of a picture, no session and no link that would let \
somebody in. Beside the backups lies DEST/tombstones.jsonl, which only grows: keep it with them, so that nobody who \
left comes back with an older backup.

With --with-identity the seeds that sign as this keeper, and the webhook secrets, go along sealed under the keystore's \
passphrase: then a machine that burnt down comes back under the same name. A thief of both can make false claims, and \
opens no picture.

Examples:
  sekisho backup --data /var/lib/sekisho --to /mnt/backup
  sekisho backup --data /var/lib/sekisho --to /mnt/backup --with-identity \\
    --keystore /var/lib/sekisho-keys/keystore --passphrase-fd 3 3</run/passphrase

Exit status: 0 there is a backup, 2 there is none: a file or option is wrong, or the disk is full.")]
pub(super) struct BackupArgs {
    /// The folder with the state; the installation may run meanwhile
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The folder of backups; never below --data
    #[arg(long, value_name = "DEST")]
    to: PathBuf,
    /// Take the identity along, sealed under the keystore's passphrase
    #[arg(long)]
    with_identity: bool,
    /// The keystore's file; only its identity is read, and only with --with-identity
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    /// Read the passphrase from this open descriptor, to its end
    #[arg(long, value_name = "N", requires = "with_identity")]
    passphrase_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Makes it and says what it holds.
pub(super) fn run(args: BackupArgs) -> ExitCode {
    match made(&args) {
        Ok(made) => {
            show(&made, args.json);
            ExitCode::SUCCESS
        }
        Err(why) => refuse(why),
    }
}

fn made(args: &BackupArgs) -> Result<Made, String> {
    let passphrase = args.with_identity.then(|| passphrase::obtain(args.passphrase_fd)).transpose()?;
    let identity = passphrase.as_ref().map(|passphrase| (args.keystore.as_path(), passphrase));
    let order = Order { data: &args.data, to: &args.to, identity, now: SystemClock.read().wall };
    make(&order, &mut SystemEntropy).map_err(|why| why.to_string())
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(made: &Made, as_json: bool) {
    let content = &made.manifest.content;
    if as_json {
        let told = json!({ "backup": made.folder, "manifest": made.manifest, "tombstones_added": made.tombstones });
        println!("{told}");
        return;
    }
    let bytes: u64 = content.files.iter().map(|file| file.bytes).sum();
    println!("{}", made.folder.display());
    println!("  {} of {}", if content.test { "test installation" } else { "installation" }, content.keeper);
    println!(
        "  ledger {}: {} entries, {} published",
        content.ledger.origin, content.ledger.size, content.ledger.published
    );
    println!("  {} files, {bytes} bytes; {} lines added to the tombstones", content.files.len(), made.tombstones);
    match &made.manifest.identity {
        Some(_) => println!("  with the identity, sealed: keep the passphrase elsewhere"),
        None => println!("  without the identity: to restore it, the keystore must survive (or use --with-identity)"),
    }
}
