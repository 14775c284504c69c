//! `sekisho restore`: an empty folder becomes an installation again, and nobody who left is back.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use sekisho_core::calendar::text::rfc3339;
use sekisho_sys::clock::SystemClock;
use serde_json::{Value, json};

use super::{passphrase, refuse};
use crate::app::archive::{
    refusal::RestoreRefused,
    restore::{Done, Order, judge},
};

/// What to restore, and where to
#[derive(Debug, Args)]
#[command(after_help = "\
With --journal, the ledger's journal itself (from the disk that survived, not a copy of it), all that was acknowledged \
comes back and the same ledger goes on. Without it another ledger begins under a name of its own, since nobody knows \
what the old one said after the backup: a ledger never forks. What the old one signed verifies as before; witnesses \
have to be told the new one's key, which is printed.

Pictures that were undecided are lost in any case: their members are asked for a new one. What nobody can know is \
printed: from when on each site has to repeat who left and what it withdrew (these calls may be repeated).

With the keystore that survived, give it; else a new one is made from the identity in the backup (--with-identity).

Examples:
  sekisho restore --from /mnt/backup/20261122T030000Z --data /var/lib/sekisho \\
    --keystore /var/lib/sekisho-keys/keystore --journal /mnt/second/journal
  sekisho restore --from /mnt/backup/20261122T030000Z --data ./data --keystore ./keys/keystore --json

Exit status: 0 it is restored, 1 the backup is not what it should be, 2 a file or option is wrong.")]
pub(super) struct RestoreArgs {
    /// The backup's folder
    #[arg(long, value_name = "DEST/TIME")]
    from: PathBuf,
    /// The new folder with the state: empty, or not there yet
    #[arg(long)]
    data: PathBuf,
    /// The keystore that survived, or where a new one is to be; never below --data
    #[arg(long)]
    keystore: PathBuf,
    /// The ledger's journal as it was last written
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Tombstones beside those that lie beside the backup; may be given more than once
    #[arg(long, value_name = "FILE")]
    tombstones: Vec<PathBuf>,
    /// Read the passphrase from this open descriptor, to its end
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

enum Refusal {
    Restore(Box<RestoreRefused>),
    Passphrase(String),
}

/// Restores, and says what came back and what didn't.
pub(super) fn run(args: RestoreArgs) -> ExitCode {
    match restored(&args) {
        Ok(done) => {
            show(&done, args.json);
            ExitCode::SUCCESS
        }
        Err(Refusal::Passphrase(why)) => refuse(why),
        Err(Refusal::Restore(why)) => {
            let code = refuse(&why);
            if why.is_finding() { ExitCode::from(1) } else { code }
        }
    }
}

fn restored(args: &RestoreArgs) -> Result<Done, Refusal> {
    let refused = |why| Refusal::Restore(Box::new(why));
    let order = Order {
        from: &args.from,
        data: &args.data,
        keystore: &args.keystore,
        journal: args.journal.as_deref(),
        tombstones: &args.tombstones,
    };
    let judged = judge(&order).map_err(refused)?;
    let passphrase = passphrase::obtain(args.passphrase_fd).map_err(Refusal::Passphrase)?;
    judged.perform(&passphrase, Arc::new(SystemClock)).map_err(refused)
}

fn as_json(done: &Done) -> Value {
    let restored = &done.restored;
    json!({
        "keeper": restored.keeper,
        "backup_taken": done.taken,
        "entries": { "backup": restored.backup, "known_after": restored.known, "last": restored.last },
        "ledger_key": restored.ledger_key,
        "instead_of": restored.instead_of,
        "keystore_survived": done.survived,
        "documents_lost": restored.lost,
        "checks_to_ask_anew": restored.unknown,
        "people_to_invite_again": restored.enrolled,
        "sites_to_register_again": restored.sites_changed,
        "policies_lost": restored.policies_lost,
        "witnesses_to_name_again": restored.witnesses_lost,
        "webhook_secrets": done.webhook_secrets,
        "without_tombstones": done.without_tombstones,
        "repeat_since": { "since": done.since, "sites": restored.sites },
    })
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(done: &Done, json: bool) {
    if json {
        println!("{}", as_json(done));
    } else {
        lines(done).iter().for_each(|line| println!("{line}"));
    }
}

/// What came back, what didn't, and what is to be done.
fn lines(done: &Done) -> Vec<String> {
    let restored = &done.restored;
    let mut lines = vec![
        format!("restored {} from the backup of {}", restored.keeper, rfc3339(done.taken)),
        format!("  ledger entries: {} of the backup, {} after it", restored.backup, restored.known),
        format!("  documents lost, their members are asked again: {}", restored.lost),
    ];
    match &restored.instead_of {
        Some(old) => lines.extend([
            format!("  another ledger begins instead of {old}, which is kept below ledger/closed"),
            format!("  its key, for witnesses and receipts from now on: {}", restored.ledger_key),
        ]),
        None => lines.push("  the same ledger goes on".into()),
    }
    if !done.survived {
        lines.push("  a new keystore was made; never put an older copy of it in its place".into());
    }
    lines.extend(to_do(done).into_iter().map(|line| format!("  to do: {line}")));
    lines
}

fn to_do(done: &Done) -> Vec<String> {
    let (restored, since) = (&done.restored, rfc3339(done.since));
    let mut all: Vec<String> = restored
        .sites
        .iter()
        .map(|site| format!("{site} repeats every `left` and `withdraw` call since {since}; nobody else knows of them"))
        .collect();
    let mut add = |wanted: bool, line: String| all.extend(wanted.then_some(line));
    add(done.without_tombstones, "no tombstones were found: whoever left after this backup is back until then".into());
    add(
        done.webhook_secrets == 0,
        "give each site's webhook secret again (`sekisho site secret`); until then they wait".into(),
    );
    add(restored.unknown > 0, format!("{} checks began after the backup: their sites ask anew", restored.unknown));
    add(restored.enrolled > 0, format!("{} people were enrolled after the backup and are not here", restored.enrolled));
    for site in &restored.sites_changed {
        all.push(format!("{site} was registered or changed after the backup: compare its keys and addresses"));
    }
    for witness in &restored.witnesses_lost {
        all.push(format!(
            "name the witness {witness} at the next start (--witness): it was registered after the backup"
        ));
    }
    for policy in &restored.policies_lost {
        all.push(format!("the policy {policy} was registered after the backup and is not here"));
    }
    all
}
