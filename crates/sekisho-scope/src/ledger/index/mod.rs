//! A ledger's index: what any question needs of each entry, in columns, so that nobody has to wait until the ledger
//! itself was read.
//!
//! It is derived from the ledger, made anew at any time, and never needed. Blocks are shown to the same reader that the
//! ledger's own pieces are shown to, so that what follows from them is the same by its structure. It is used only where
//! it fits the ledger that lies there; what was appended since is read from the ledger.
//!
//! Its hashes find accidents. Whoever may write it may make it say anything, and so may whoever may write the ledger:
//! `sekisho verify` finds the latter, and asking without the index finds the former.

mod block;
mod bytes;
mod contents;
mod make;
mod rows;

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    vec::IntoIter,
};

use thiserror::Error;

use self::contents::{Contents, Piece};
pub use self::make::{Made, MakeError, Making};
pub(super) use self::rows::Rows;
use super::{Bodies, Ledger, Part, Question};
use crate::in_order::Pieces;

/// Why an index isn't used.
#[derive(Debug, Error)]
pub enum Unfit {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(io::Error),
    /// The ledger can't be read.
    #[error("the ledger can't be held against it: {0}")]
    Ledger(io::Error),
    /// It is something else.
    #[error("that file is no index of a ledger")]
    NoIndex,
    /// Another program made it.
    #[error("another version of this program made it, which may understand other entries; make it anew")]
    OtherProgram,
    /// What it has is not what its hashes say.
    #[error("it is damaged; make it anew")]
    Damaged,
    /// It was made of another ledger, or the ledger is not what it was.
    #[error("the ledger is not the one that it was made from; `sekisho verify` tells whether the ledger is sound")]
    OtherLedger,
    /// The ledger is shorter than what the index was made from.
    #[error("the ledger is shorter than it was; `sekisho verify` tells whether it is sound")]
    Shorter,
    /// The export was touched since.
    #[error("the export was changed or copied since; make it anew")]
    Changed,
}

impl Unfit {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Ledger(_) => "ledger_unreadable",
            Self::NoIndex => "no_index",
            Self::OtherProgram => "other_program",
            Self::Damaged => "damaged",
            Self::OtherLedger => "other_ledger",
            Self::Shorter => "ledger_shorter",
            Self::Changed => "ledger_changed",
        }
    }
}

/// As far as an index covers a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cover {
    /// The ledger's bytes, from its beginning.
    pub bytes: u64,
    /// The place behind the last entry that it covers.
    pub next: u64,
    /// How many entries it tells of.
    pub entries: u64,
    /// In how many pieces.
    pub pieces: usize,
}

/// Where the index of a ledger lies unless somebody says otherwise: beside it.
pub fn beside(ledger: &Path) -> PathBuf {
    let mut name: OsString = ledger.into();
    name.push(".scope-index");
    name.into()
}

/// An index that fits a ledger.
#[derive(Debug)]
pub struct Index {
    file: File,
    contents: Contents,
}

impl Index {
    /// The index at `path`, for this ledger; `grows` says whether it is one that is still written, or an export.
    ///
    /// # Errors
    /// [`Unfit`], if it must not be used.
    pub fn fitting(path: &Path, ledger: &File, grows: bool) -> Result<Self, Unfit> {
        let file = File::open(path).map_err(Unfit::Unreadable)?;
        let contents = Contents::read(&file)?;
        contents.fits(ledger, grows)?;
        Ok(Self { file, contents })
    }

    /// As far as it covers the ledger.
    pub fn cover(&self) -> Cover {
        self.contents.cover()
    }

    /// Where in the ledger to look for the entry at `place`: a byte at which a piece begins, and the place behind the
    /// last entry before it.
    pub fn near(&self, place: u64) -> (u64, u64) {
        let before = self.contents.pieces.iter().rev().find(|piece| piece.next <= place);
        before.map_or((0, 0), |piece| (piece.ledger_at + piece.ledger_bytes, piece.next))
    }
}

/// The blocks of an index, in their order.
struct Blocks {
    file: File,
    pieces: IntoIter<Piece>,
}

impl Pieces for Blocks {
    type Error = Unfit;

    fn next(&mut self, block: &mut Vec<u8>) -> Result<bool, Unfit> {
        block.clear();
        let Some(piece) = self.pieces.next() else { return Ok(false) };
        (&self.file).take(piece.bytes).read_to_end(block).map_err(Unfit::Unreadable)?;
        // Whether the rest of it is what the hash says is found where it is read.
        if block.len() as u64 == piece.bytes && block::hash(block) == Some(piece.hash) {
            Ok(true)
        } else {
            Err(Unfit::Damaged)
        }
    }
}

impl Bodies for Blocks {
    fn read(block: &[u8], part: &mut Part<'_>) -> bool {
        block::recall(block, part).is_some()
    }
}

impl Ledger {
    /// A ledger that was read as far as an index covers it. What follows has to be read from the ledger itself.
    ///
    /// # Errors
    /// [`Unfit`], if it turns out that the index must not be used; nothing of what it said is left then.
    pub fn recalled(question: Question, index: Index, threads: usize) -> Result<Self, Unfit> {
        let Index { mut file, contents } = index;
        file.seek(SeekFrom::Start(8)).map_err(Unfit::Unreadable)?;
        let mut ledger = Self::new(question);
        let blocks = Blocks { file, pieces: contents.pieces.into_iter() };
        if ledger.gather(blocks, threads)? { Ok(ledger) } else { Err(Unfit::Damaged) }
    }
}

#[cfg(test)]
mod tests;
