//! A ledger read for one question: with its index as far as that fits, and itself.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    thread,
};

use sekisho_keeper::ledger::journal::blocks::{self, Blocks};
use sekisho_scope::ledger::{
    Bodies, Body, Ledger, Lines, Part, Pieces, Question, find_line,
    index::{self, Cover, Index, Unfit},
};
use serde::Serialize;

use crate::cli::ledger::{ReadError, file, is_journal, published};

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

pub(super) fn threads() -> usize {
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
pub(super) struct Batches(pub(super) Blocks);

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
