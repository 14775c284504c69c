//! `sekisho scope index`: an index of a ledger, and what became of one.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::Args;
use sekisho_keeper::ledger::journal::blocks::Blocks;
use sekisho_scope::ledger::{
    Lines,
    index::{self, Index, Made, MakeError, Making, Unfit},
};
use serde::Serialize;

use super::{
    ledger_read::{Batches, Recalled, threads},
    working::peak_mb,
};
use crate::cli::{
    language::Language,
    ledger::{ReadError, file, is_journal},
    refuse,
};

/// An index of a ledger: `sekisho scope ledger` answers with it in seconds
#[derive(Debug, Args)]
#[command(after_help = "\
DIR is a data folder (the installation may run meanwhile) or an export; FILE is ledger/journal or keeper/event.jsonl. The \
index lies beside the ledger's bodies as journal.scope-index or event.jsonl.scope-index, has the ledger's permissions and \
is written whole or not at all. One that fits is gone on with: what was appended since is all that is read, so that a \
timer can do it every night. It may be deleted at any time.

It holds what the ledger holds of documents, checks, people, sessions, networks, sites and times, in about 14 bytes an \
entry, and nothing about members: whose a check is stands in no ledger and is looked up for each answer, so that a tie \
that was erased is gone.

Examples:
  sekisho scope index /var/lib/sekisho
  sekisho scope index ./export --to /var/tmp/export.index --json

Exit status: 0 it covers the ledger, 1 it covers the ledger as far as that is sound, 2 it can't be made.")]
pub(super) struct IndexArgs {
    /// A data folder, an export, or the file with the ledger's bodies
    #[arg(value_name = "DIR|FILE", default_value = "./data")]
    ledger: PathBuf,
    /// Write it there, not beside the ledger; `sekisho scope ledger --index FILE` uses it
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What was made, and what it took.
#[derive(Serialize)]
struct Answer {
    file: PathBuf,
    /// Entries it tells of, and how many of them an earlier one told of.
    entries: u64,
    before: u64,
    /// Of the index, and of the ledger as far as it is covered.
    bytes: u64,
    ledger_bytes: u64,
    pieces: usize,
    whole: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    anew: Option<&'static str>,
    ms: u64,
    peak_mb: Option<u64>,
}

/// Runs `sekisho scope index …`.
pub(super) fn run(args: &IndexArgs) -> ExitCode {
    let begun = Instant::now();
    let answer = match make(&args.ledger, args.to.as_deref()) {
        Ok(indexed) => Answer::of(indexed, u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
        Err(why) => return refuse(why),
    };
    match answer.print(args.json, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::from(u8::from(!answer.whole)),
        // Whoever reads us went away: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

impl Answer {
    fn of(Indexed { file, made, anew }: Indexed, ms: u64) -> Self {
        Self {
            file,
            entries: made.cover.entries,
            before: made.before.entries,
            bytes: made.bytes,
            ledger_bytes: made.cover.bytes,
            pieces: made.cover.pieces,
            whole: made.whole,
            anew: anew.map(|why| why.code()),
            ms,
            peak_mb: peak_mb(),
        }
    }

    fn print(&self, json: bool, out: &mut dyn Write) -> io::Result<()> {
        if json {
            return writeln!(out, "{}", serde_json::to_string_pretty(self)?);
        }
        let Self { entries, before, bytes, .. } = self;
        writeln!(out, "{}: {entries} entries, {before} of them from before, {bytes} bytes", self.file.display())?;
        if let Some(code) = self.anew {
            writeln!(out, "an earlier one did not fit ({code}) and was made anew")?;
        }
        if self.whole { Ok(()) } else { writeln!(out, "what follows in the ledger is not sound: ask `sekisho verify`") }
    }
}

/// Why no index was made.
#[derive(Debug, thiserror::Error)]
enum IndexError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ReadError),
    /// The index, or reading for it.
    #[error(transparent)]
    Making(#[from] MakeError<io::Error>),
}

/// What making an index came to.
struct Indexed {
    /// Where it lies.
    file: PathBuf,
    made: Made,
    /// Why an earlier one was not gone on with, if one was there.
    anew: Option<Unfit>,
}

/// Makes the index of the ledger at `path`, or goes on with one that fits; it lies beside the ledger unless `to` says
/// where.
///
/// # Errors
/// [`IndexError`].
fn make(path: &Path, to: Option<&Path>) -> Result<Indexed, IndexError> {
    let file = file(path)?;
    let grows = is_journal(&file)?;
    let failed = |source| ReadError::Io { path: file.clone(), source };
    let ledger = File::open(&file).map_err(failed)?;
    let to = to.map_or_else(|| index::beside(&file), Path::to_owned);
    let (before, anew) = match Index::fitting(&to, &ledger, grows) {
        Ok(index) => (Some(index), None),
        Err(Unfit::Unreadable(why)) if why.kind() == io::ErrorKind::NotFound => (None, None),
        // Whatever somebody keeps there that is no index of ours is not to be written over.
        Err(Unfit::NoIndex) => {
            let source = io::Error::new(io::ErrorKind::AlreadyExists, Unfit::NoIndex);
            return Err(MakeError::Index { path: to, source }.into());
        }
        Err(why) => (None, Some(why)),
    };
    let making = Making { ledger: &ledger, grows, to: &to, threads: threads() };
    let made = if grows {
        making.make(before, |cover| Ok(Batches(Blocks::behind(&file, cover.bytes, cover.next)?)))
    } else {
        making.make(before, |cover| Ok(Lines::behind(File::open(&file)?, cover.bytes)?.for_index()))
    }?;
    Ok(Indexed { file: to, made, anew })
}

/// Says what became of an index.
pub(super) fn print_recalled(index: &Recalled, lang: Language, out: &mut dyn Write) -> io::Result<()> {
    let (file, entries) = (index.file.display(), index.entries);
    let why = index.why.as_deref().unwrap_or_default();
    match (index.used, lang) {
        (true, Language::En) => writeln!(out, "index: {entries} entries from {file}, the rest from the ledger"),
        (true, Language::Ja) => writeln!(out, "索引: {file} から {entries} 件、残りは台帳から"),
        (false, Language::En) => writeln!(out, "index not used, the ledger was read: {file}: {why}"),
        (false, Language::Ja) => writeln!(out, "索引は使わず台帳を読みました: {file}: {why}"),
    }
}
