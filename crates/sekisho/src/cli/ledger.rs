//! A ledger's bodies, wherever they lie: a data folder, an export, or a file of either.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use sekisho_core::{
    event::Event,
    ledger::{Checkpoint, Note},
};
use sekisho_keeper::ledger::journal::{self, JournalError};
use serde::Deserialize;

use crate::app::places;

/// The bytes with which a journal begins.
const JOURNAL: &[u8; 4] = b"SKJ1";

/// Why a ledger can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// There is none.
    #[error("{}: holds neither ledger/journal nor keeper/event.jsonl; name a data folder, an export, or one of these \
             files", .0.display())]
    NoLedger(PathBuf),
    /// The medium.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal.
    #[error("{}: {source}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: JournalError,
    },
    /// An entry.
    #[error("{}: entry {place} is no event that this program knows; use the program that wrote it, or a newer one",
            path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// Its place.
        place: u64,
    },
}

/// Shows `see` every event of the ledger at `path`, in its order.
///
/// # Errors
/// [`ReadError`].
pub(super) fn each(path: &Path, mut see: impl FnMut(u64, &Event)) -> Result<(), ReadError> {
    let mut unknown = None;
    bodies(path, |place, body| match Event::from_bytes(body) {
        Ok(event) if unknown.is_none() => see(place, &event),
        Ok(_) => {}
        Err(_) => drop(unknown.get_or_insert(place)),
    })?;
    match unknown {
        Some(place) => Err(ReadError::Unknown { path: file(path)?, place }),
        None => Ok(()),
    }
}

/// Shows `see` the place and the body of every entry of the ledger at `path` whose body is there, in their order, and
/// returns how many entries the ledger has: as its checkpoint says, if one lies beside it.
///
/// # Errors
/// [`ReadError`].
pub(super) fn bodies(path: &Path, mut see: impl FnMut(u64, &[u8])) -> Result<u64, ReadError> {
    let file = file(path)?;
    let mut next = 0;
    let read = |place: u64, body: &[u8]| {
        next = place + 1;
        see(place, body);
    };
    if is_journal(&file)? { of_journal(&file, read) } else { of_lines(&file, read) }?;
    Ok(next.max(published(path)))
}

/// How many entries the newest checkpoint beside a ledger's bodies counts. Who signed it is for `sekisho verify`.
pub(super) fn published(path: &Path) -> u64 {
    let folders = [places::ledger(path), path.join("ledger")];
    let text = folders.iter().find_map(|folder| fs::read_to_string(folder.join("checkpoint")).ok());
    let note = text.and_then(|text| Note::parse(&text).ok());
    note.and_then(|note| Checkpoint::unverified(&note).ok()).map_or(0, |checkpoint| checkpoint.size())
}

/// The file with the bodies of the ledger at `path`.
///
/// # Errors
/// When there is none.
pub(super) fn file(path: &Path) -> Result<PathBuf, ReadError> {
    let found = [path.to_owned(), places::journal(path), path.join("keeper").join("event.jsonl")];
    found.into_iter().find(|file| file.is_file()).ok_or_else(|| ReadError::NoLedger(path.to_owned()))
}

/// Whether a file of bodies is a journal; else it is an export's.
///
/// # Errors
/// When it can't be read.
pub(super) fn is_journal(file: &Path) -> Result<bool, ReadError> {
    let failed = |source| ReadError::Io { path: file.to_owned(), source };
    let mut begin = Vec::new();
    File::open(file).and_then(|open| open.take(4).read_to_end(&mut begin)).map_err(failed)?;
    Ok(begin == JOURNAL)
}

fn of_journal(file: &Path, mut read: impl FnMut(u64, &[u8])) -> Result<(), ReadError> {
    let failed = |source| ReadError::Journal { path: file.to_owned(), source };
    journal::each(file, |entry| read(entry.index, &entry.body)).map_err(failed)
}

/// A line of an export's event.jsonl.
#[derive(Deserialize)]
struct Line {
    place: u64,
    body: String,
}

fn of_lines(file: &Path, mut read: impl FnMut(u64, &[u8])) -> Result<(), ReadError> {
    let failed = |source| ReadError::Io { path: file.to_owned(), source };
    for (number, line) in BufReader::new(File::open(file).map_err(failed)?).lines().enumerate() {
        match serde_json::from_str::<Line>(&line.map_err(failed)?) {
            Ok(line) => read(line.place, line.body.as_bytes()),
            Err(_) => return Err(ReadError::Unknown { path: file.to_owned(), place: number as u64 }),
        }
    }
    Ok(())
}
