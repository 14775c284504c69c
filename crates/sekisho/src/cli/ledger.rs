//! A ledger's bodies, wherever they lie: a data folder, an export, or a file of either.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    thread,
};

use sekisho_core::{
    event::Event,
    ledger::{Checkpoint, Note},
};
use sekisho_keeper::ledger::journal::{
    self, JournalError,
    blocks::{self, Blocks},
};
use sekisho_scope::ledger::{
    Bodies, Body, Ledger, Lines, Part, Pieces, Question, find_line,
    index::{self, Cover, Index, Made, MakeError, Making, Unfit},
};
use serde::{Deserialize, Serialize};

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
fn published(path: &Path) -> u64 {
    let folders = [places::ledger(path), path.join("ledger")];
    let text = folders.iter().find_map(|folder| fs::read_to_string(folder.join("checkpoint")).ok());
    let note = text.and_then(|text| Note::parse(&text).ok());
    note.and_then(|note| Checkpoint::unverified(&note).ok()).map_or(0, |checkpoint| checkpoint.size())
}

/// Which index may be used.
#[derive(Debug, Clone, Copy)]
pub(super) enum Recall<'a> {
    /// None.
    Never,
    /// The one beside the ledger, if there is one.
    Beside,
    /// This one.
    At(&'a Path),
}

/// What became of an index.
#[derive(Debug, Serialize)]
pub(super) struct Recalled {
    /// Where it lies.
    pub(super) file: PathBuf,
    /// Whether it was used.
    pub(super) used: bool,
    /// How many entries it told of; those behind them were read from the ledger.
    pub(super) entries: u64,
    /// Why it wasn't used, as a word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// A ledger that was read.
pub(super) struct Gathered {
    pub(super) ledger: Ledger,
    /// How many entries it has.
    pub(super) size: u64,
    /// What became of its index; nothing if there is none.
    pub(super) index: Option<Recalled>,
}

impl Recall<'_> {
    /// The index, if it may be used and is there, and where.
    fn index(self, ledger: &Path, grows: bool) -> Option<(PathBuf, Result<Index, Unfit>)> {
        let at = match self {
            Self::Never => return None,
            Self::Beside => index::beside(ledger),
            Self::At(path) => path.to_owned(),
        };
        if matches!(self, Self::Beside) && !at.exists() {
            return None;
        }
        let found = File::open(ledger).map_err(Unfit::Ledger).and_then(|open| Index::fitting(&at, &open, grows));
        Some((at, found))
    }
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Reads the ledger at `path` for a question, several pieces at once: with its index as far as that fits, and else
/// itself. A line of an export that is none is counted among what is missing.
///
/// # Errors
/// [`ReadError`].
pub(super) fn gather(path: &Path, question: &Question, recall: Recall<'_>) -> Result<Gathered, ReadError> {
    let file = file(path)?;
    let is_journal = is_journal(&file)?;
    let (mut ledger, mut cover, mut said) = (Ledger::new(question.clone()), Cover::default(), None);
    if let Some((at, found)) = recall.index(&file, is_journal) {
        let recalled = found.and_then(|index| {
            let cover = index.cover();
            Ledger::recalled(question.clone(), index, threads()).map(|ledger| (ledger, cover))
        });
        said = Some(match recalled {
            Ok(recalled) => {
                (ledger, cover) = recalled;
                Recalled { file: at, used: true, entries: cover.entries, code: None, why: None }
            }
            Err(why) => {
                let (code, why) = (Some(why.code()), Some(why.to_string()));
                Recalled { file: at, used: false, entries: 0, code, why }
            }
        });
    }
    read_behind(&file, is_journal, cover, &mut ledger)?;
    let size = ledger.next().max(published(path));
    Ok(Gathered { ledger, size, index: said })
}

/// Reads what no index covers.
fn read_behind(file: &Path, is_journal: bool, cover: Cover, ledger: &mut Ledger) -> Result<(), ReadError> {
    let failed = |source| ReadError::Io { path: file.to_owned(), source };
    if !is_journal {
        let lines = File::open(file).and_then(|open| Lines::behind(open, cover.bytes)).map_err(failed)?;
        return ledger.gather(lines, threads()).map(drop).map_err(failed);
    }
    let mut blocks = Batches(Blocks::behind(file, cover.bytes, cover.next).map_err(failed)?);
    ledger.gather(&mut blocks, threads()).map_err(failed)?;
    let next = ledger.next().max(cover.next);
    let rest = blocks.0.rest(next, |entry| ledger.read(entry.index, &entry.body));
    rest.map_err(|source| ReadError::Journal { path: file.to_owned(), source })
}

/// Why no index was made.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ReadError),
    /// The index, or reading for it.
    #[error(transparent)]
    Making(#[from] MakeError<io::Error>),
}

/// What making an index came to.
pub(super) struct Indexed {
    /// Where it lies.
    pub(super) file: PathBuf,
    pub(super) made: Made,
    /// Why an earlier one was not gone on with, if one was there.
    pub(super) anew: Option<Unfit>,
}

/// Makes the index of the ledger at `path`, or goes on with one that fits; it lies beside the ledger unless `to` says
/// where.
///
/// # Errors
/// [`IndexError`].
pub(super) fn make_index(path: &Path, to: Option<&Path>) -> Result<Indexed, IndexError> {
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

/// The body of the entry at `place` in the ledger at `path`, without reading all of it.
///
/// # Errors
/// [`ReadError`].
pub(super) fn find(path: &Path, place: u64, recall: Recall<'_>) -> Result<Option<Vec<u8>>, ReadError> {
    let file = file(path)?;
    let failed = |source| ReadError::Io { path: file.clone(), source };
    if is_journal(&file)? {
        let index = recall.index(&file, true).and_then(|(_, found)| found.ok());
        let (offset, next) = index.map_or((0, 0), |index| index.near(place));
        return Blocks::behind(&file, offset, next).and_then(|blocks| blocks.find(place)).map_err(failed);
    }
    File::open(&file).and_then(|open| find_line(&open, place)).map_err(failed)
}

/// A journal's batches.
struct Batches(Blocks);

impl Pieces for Batches {
    type Error = io::Error;

    fn next(&mut self, piece: &mut Vec<u8>) -> io::Result<bool> {
        self.0.next(piece)
    }
}

impl Bodies for Batches {
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool {
        blocks::bodies(piece, |place, body| part.read(place, Body::Plain(body)))
    }
}

fn file(path: &Path) -> Result<PathBuf, ReadError> {
    let found = [path.to_owned(), places::journal(path), path.join("keeper").join("event.jsonl")];
    found.into_iter().find(|file| file.is_file()).ok_or_else(|| ReadError::NoLedger(path.to_owned()))
}

fn is_journal(file: &Path) -> Result<bool, ReadError> {
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
