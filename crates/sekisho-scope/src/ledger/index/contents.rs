//! What an index says of itself: which pieces of which ledger it was made from, and where they lie in it.
//!
//! The file: eight bytes by which it is known, the blocks, the contents as JSON, the contents' SHA-256, their length in
//! eight bytes, and the first eight bytes once more. Whatever was cut off or damaged fits one of them no longer.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::{FileExt, MetadataExt},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Cover, Unfit};

/// By what an index is known. Its last character counts up when blocks are written otherwise.
pub(super) const MAGIC: &[u8; 8] = b"SKSIDX1\n";
/// A hash, a length, and the end.
const TAIL: u64 = 32 + 8 + 8;
/// How many bytes at each end of a piece are held against the ledger.
const EDGE: u64 = 4096;

/// Which program understood the entries: another one may understand more of them.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// How a ledger's file was when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Its length.
    pub(super) bytes: u64,
    /// When it was changed last: seconds since 1970, and nanoseconds.
    modified: (i64, i64),
}

impl Stamp {
    pub(super) fn of(ledger: &File) -> io::Result<Self> {
        let is = ledger.metadata()?;
        Ok(Self { bytes: is.len(), modified: (is.mtime(), is.mtime_nsec()) })
    }
}

/// A piece of the ledger, and the block that was made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// Where the block begins in the index, and how long it is.
    pub(super) at: u64,
    pub(super) bytes: u64,
    /// The hash that the block begins with.
    pub(super) hash: [u8; 32],
    /// Where the piece begins in the ledger, and how long it is.
    pub(super) ledger_at: u64,
    pub(super) ledger_bytes: u64,
    /// SHA-256 of the piece's ends.
    pub(super) ends: [u8; 32],
    /// The place behind the last entry in it or before it.
    pub(super) next: u64,
    /// How many of its entries were understood.
    pub(super) read: u64,
}

/// What an index says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) program: String,
    /// Whether the ledger is one that is still written, or an export, which isn't.
    pub(super) grows: bool,
    pub(super) ledger: Stamp,
    pub(super) pieces: Vec<Piece>,
}

impl Contents {
    /// Reads them from the end of an index.
    pub(super) fn read(index: &File) -> Result<Self, Unfit> {
        let length = index.metadata().map_err(Unfit::Unreadable)?.len();
        let mut head = [0; 8];
        let is_index = length >= 8 && index.read_exact_at(&mut head, 0).is_ok();
        if !is_index || head[..6] != MAGIC[..6] {
            return Err(Unfit::NoIndex);
        }
        if head != *MAGIC {
            return Err(Unfit::OtherProgram);
        }
        let contents: Self = Self::sound(index, length).ok_or(Unfit::Damaged)?;
        if contents.program == PROGRAM { Ok(contents) } else { Err(Unfit::OtherProgram) }
    }

    fn sound(index: &File, length: u64) -> Option<Self> {
        let mut tail = [0; TAIL as usize];
        let end = length.checked_sub(TAIL).filter(|end| *end >= 8)?;
        index.read_exact_at(&mut tail, end).ok()?;
        let (hash, rest) = tail.split_at(32);
        let (size, magic) = rest.split_at(8);
        let size = u64::from_le_bytes(size.try_into().ok()?);
        let begin = end.checked_sub(size).filter(|begin| magic == MAGIC && *begin >= 8)?;
        let mut text = vec![0; usize::try_from(size).ok()?];
        index.read_exact_at(&mut text, begin).ok()?;
        if Sha256::digest(&text)[..] != *hash {
            return None;
        }
        let contents: Self = serde_json::from_slice(&text).ok()?;
        (contents.is_in_order() && contents.end() == begin).then_some(contents)
    }

    /// Whether blocks follow each other without a gap, and pieces too.
    fn is_in_order(&self) -> bool {
        let (mut at, mut ledger_at) = (Some(8), Some(0));
        self.pieces.iter().all(|piece| {
            let fits = at == Some(piece.at) && ledger_at == Some(piece.ledger_at);
            (at, ledger_at) = (piece.at.checked_add(piece.bytes), piece.ledger_at.checked_add(piece.ledger_bytes));
            fits
        }) && at.is_some()
            && ledger_at.is_some()
    }

    /// Where the next block begins.
    pub(super) fn end(&self) -> u64 {
        self.pieces.last().map_or(8, |piece| piece.at + piece.bytes)
    }

    /// As far as the ledger is covered, in bytes.
    pub(super) fn covered(&self) -> u64 {
        self.pieces.last().map_or(0, |piece| piece.ledger_at + piece.ledger_bytes)
    }

    /// As far as the ledger is covered.
    pub(super) fn cover(&self) -> Cover {
        let next = self.pieces.last().map_or(0, |piece| piece.next);
        let entries = self.pieces.iter().map(|piece| piece.read).sum();
        Cover { bytes: self.covered(), next, entries, pieces: self.pieces.len() }
    }

    /// Writes them behind the blocks.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_vec(self)?;
        out.write_all(&text)?;
        out.write_all(&Sha256::digest(&text))?;
        out.write_all(&(text.len() as u64).to_le_bytes())?;
        out.write_all(MAGIC)
    }

    /// Whether the ledger is still the one that this was made from, as far as that can be told without reading it: an
    /// export has to be untouched; one that is still written has to be as long at least. Of both, the ends of each piece
    /// have to be what they were, so that nothing was put in or taken away before the last one.
    pub(super) fn fits(&self, ledger: &File, grows: bool) -> Result<(), Unfit> {
        let now = Stamp::of(ledger).map_err(Unfit::Ledger)?;
        if self.grows != grows {
            return Err(Unfit::OtherLedger);
        }
        if now.bytes < self.covered() {
            return Err(Unfit::Shorter);
        }
        if !grows && now != self.ledger {
            return Err(Unfit::Changed);
        }
        for piece in &self.pieces {
            if ends_of(ledger, piece.ledger_at, piece.ledger_bytes).map_err(Unfit::Ledger)? != piece.ends {
                return Err(Unfit::OtherLedger);
            }
        }
        Ok(())
    }
}

/// SHA-256 of a piece's ends, read from the ledger.
fn ends_of(ledger: &File, at: u64, length: u64) -> io::Result<[u8; 32]> {
    let edge = length.min(EDGE);
    let mut both = vec![0; 2 * edge as usize];
    let (first, last) = both.split_at_mut(edge as usize);
    ledger.read_exact_at(first, at)?;
    ledger.read_exact_at(last, at + length - edge)?;
    Ok(Sha256::digest(&both).into())
}

/// The same of a piece that was read.
pub(super) fn ends(piece: &[u8]) -> [u8; 32] {
    let edge = piece.len().min(EDGE as usize);
    Sha256::new().chain_update(&piece[..edge]).chain_update(&piece[piece.len() - edge..]).finalize().into()
}
