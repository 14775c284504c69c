//! `sekisho canary watch-log`: who read ciphertexts, by the access log of the storage.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use sekisho_core::{
    id::{CanaryId, DocumentId},
    time::Timestamp,
};
use sekisho_keeper::canary::Stored;
use sekisho_sys::entropy::SystemEntropy;
use serde::Serialize;

use super::{
    Place,
    access_log::{self, Line},
    when,
};

/// A viewing explains readings so many seconds before and after it.
const AROUND: u64 = 120;
/// How many readings are named one by one.
const NAMED: usize = 20;

/// Which logs.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads S3 server access logs and the combined format of nginx and Apache. The keeper reads a ciphertext when a reviewer \
looks at it, and never else: a reading that no viewing in the ledger explains was somebody else's. If the document was \
bait, the touch is entered in the ledger within a quarter of a minute.

A log that is delivered late or not at all shows less than happened: what it shows is a lower bound. The folder below \
--data keeps no such log, and its times of last access prove nothing: mounts leave them out, and whoever copies can set \
them back. There a copy leaves no trace here.

Example:
  sekisho canary watch-log /var/log/storage/access.log --data /var/lib/sekisho \\
    --keystore /var/lib/sekisho-keys/keystore

Exit status: 0 every reading is explained, 1 one isn't, 2 a file can't be read.")]
pub(super) struct WatchLogArgs {
    /// The access logs
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// What the logs showed.
#[derive(Debug, Default, Serialize)]
struct Shown {
    /// Lines.
    lines: u64,
    /// Those that name a ciphertext and are in no form that is known here.
    unread: u64,
    /// Readings that a viewing explains.
    explained: u64,
    /// Readings of ciphertexts that this installation doesn't know, or knows no more.
    unknown: u64,
    /// Readings that no viewing explains.
    unexplained: u64,
    /// Some of them.
    named: Vec<Reading>,
    /// Bait that was read.
    touched: Vec<CanaryId>,
}

#[derive(Debug, Serialize)]
struct Reading {
    document: DocumentId,
    at: Option<String>,
    served: bool,
    canary: Option<CanaryId>,
}

/// Reads them: exit 1 if a reading isn't explained.
pub(super) fn run(args: &WatchLogArgs, now: Timestamp) -> Result<ExitCode, String> {
    let mut console = args.place.open()?;
    let stored = console.stored().map_err(|why| why.to_string())?;
    let mut shown = Shown::default();
    for path in &args.files {
        let at = |why: std::io::Error| format!("{}: {why}", path.display());
        for line in BufReader::new(File::open(path).map_err(at)?).split(b'\n') {
            shown.take(&String::from_utf8_lossy(&line.map_err(at)?), &stored);
        }
    }
    console.report(&shown.touched, now, &mut SystemEntropy).map_err(|why| why.to_string())?;
    let bad = shown.unexplained > 0 || !shown.touched.is_empty();
    show(&shown, args.place.json);
    Ok(ExitCode::from(u8::from(bad)))
}

impl Shown {
    fn take(&mut self, line: &str, stored: &BTreeMap<DocumentId, Stored>) {
        self.lines += 1;
        match access_log::read(line) {
            Line::Nothing | Line::Other => {}
            Line::Unread => self.unread += 1,
            Line::Read { document, at, served } => match stored.get(&document) {
                None => self.unknown += 1,
                Some(stored) if explains(stored, at) => self.explained += 1,
                Some(stored) => self.note(document, at, served, stored.canary),
            },
        }
    }

    fn note(&mut self, document: DocumentId, at: Option<Timestamp>, served: bool, canary: Option<CanaryId>) {
        self.unexplained += 1;
        self.touched.extend(canary.filter(|canary| !self.touched.contains(canary)));
        if self.named.len() < NAMED {
            self.named.push(Reading { document, at: at.map(when), served, canary });
        }
    }
}

fn explains(stored: &Stored, at: Option<Timestamp>) -> bool {
    at.is_some_and(|at| stored.viewed.iter().any(|viewed| at.since(*viewed).max(viewed.since(at)) <= AROUND))
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(shown: &Shown, as_json: bool) {
    if as_json {
        println!("{}", serde_json::to_string(shown).unwrap_or_default());
        return;
    }
    println!(
        "{} lines; readings of ciphertexts: {} explained by a viewing, {} not; {} of ciphertexts that nobody knows here",
        shown.lines, shown.explained, shown.unexplained, shown.unknown
    );
    if shown.unread > 0 {
        println!("{} lines name a ciphertext and could not be read: look at them by hand", shown.unread);
    }
    for Reading { document, at, served, canary } in &shown.named {
        let at = at.as_deref().unwrap_or("at a time that can't be read");
        let got = if *served { "read" } else { "asked for, not got" };
        let bait = canary.map(|canary| format!(", which is bait: {canary}")).unwrap_or_default();
        println!("  {document} {got} {at}{bait}");
    }
    if shown.unexplained > 0 {
        println!("Whoever read these holds the storage's credentials, or a copy of it. Change the credentials now.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: DocumentId = DocumentId::from_bytes([7; 16]);
    const CANARY: CanaryId = CanaryId::from_bytes([1; 16]);

    fn shown(viewed: &[u64], canary: Option<CanaryId>, second: u64) -> Shown {
        let viewed = viewed.iter().map(|at| Timestamp(1_795_332_600 + at)).collect();
        let stored = BTreeMap::from([(DOCUMENT, Stored { viewed, canary })]);
        let mut shown = Shown::default();
        shown.take(
            &format!("a - - [22/Nov/2026:07:{:02}:00 +0000] \"GET /v/{DOCUMENT} HTTP/1.1\" 200 1", 30 + second / 60),
            &stored,
        );
        shown
    }

    /// M19, M20: the reviewer's look explains one reading, and no other.
    #[test]
    fn a_reading_is_explained_by_the_viewing_beside_it_and_by_no_other() {
        assert_eq!((shown(&[0], Some(CANARY), 0).explained, shown(&[0], Some(CANARY), 60).explained), (1, 1));
        let later = shown(&[0], Some(CANARY), 600);
        assert_eq!((later.explained, later.unexplained, later.touched), (0, 1, vec![CANARY]));
        let members = shown(&[], None, 0);
        assert_eq!((members.unexplained, members.touched.len()), (1, 0), "a member's document shows a thief as well");
    }

    #[test]
    fn a_ciphertext_that_nobody_knows_is_counted_apart() {
        let mut shown = Shown::default();
        shown.take(&format!("a - - [x] \"GET /{DOCUMENT} HTTP/1.1\" 200 1"), &BTreeMap::new());
        assert_eq!((shown.lines, shown.unknown, shown.unexplained), (1, 1, 0));
    }
}
