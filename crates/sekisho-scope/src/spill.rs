//! What doesn't fit in memory lies in one file without a name, which is gone when the program is.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// Where a piece lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    at: u64,
    length: usize,
}

impl Piece {
    /// Whether nothing is left of it.
    pub(crate) fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// Room for so many bytes in memory, and a file for the rest.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    end: AtomicU64,
    held: AtomicUsize,
    budget: usize,
}

impl Spill {
    /// A file in `folder`, or where the system has room for such; `budget` in bytes.
    pub(crate) fn new(folder: Option<&Path>, budget: usize) -> io::Result<Self> {
        let file = folder.map_or_else(tempfile::tempfile, tempfile::tempfile_in)?;
        Ok(Self { file, end: AtomicU64::new(0), held: AtomicUsize::new(0), budget })
    }

    /// Bytes for which there is room in memory.
    pub(crate) fn budget(&self) -> usize {
        self.budget
    }

    /// Counts bytes that are held now instead of before.
    pub(crate) fn count(&self, before: usize, now: usize) {
        if now >= before {
            self.held.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.held.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Whether more is held than there is room for.
    pub(crate) fn is_over(&self) -> bool {
        self.held.load(Ordering::Relaxed) > self.budget
    }

    /// Bytes that lie in the file.
    #[cfg(test)]
    pub(crate) fn written(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    /// Writes a piece.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<Piece> {
        let at = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.file.write_all_at(bytes, at)?;
        Ok(Piece { at, length: bytes.len() })
    }

    /// Reads a piece whole.
    pub(crate) fn read(&self, piece: Piece) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; piece.length];
        self.file.read_exact_at(&mut bytes, piece.at)?;
        Ok(bytes)
    }

    /// Reads the next so many bytes of a piece, and leaves the rest of it in `piece`.
    pub(crate) fn read_some(&self, piece: &mut Piece, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let length = piece.length.min(most);
        let start = into.len();
        into.resize(start + length, 0);
        self.file.read_exact_at(&mut into[start..], piece.at)?;
        *piece = Piece { at: piece.at + length as u64, length: piece.length - length };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_as_they_went() {
        let spill = Spill::new(None, 10).unwrap();
        let pieces: Vec<_> = (0u8..9).map(|at| spill.write(&vec![at; usize::from(at) * 1000]).unwrap()).collect();
        for (at, piece) in pieces.iter().enumerate().rev() {
            let whole = spill.read(*piece).unwrap();
            assert!(whole.len() == at * 1000 && whole.iter().all(|byte| usize::from(*byte) == at));
            let (mut rest, mut some) = (*piece, Vec::new());
            while rest.length > 0 {
                spill.read_some(&mut rest, 777, &mut some).unwrap();
            }
            assert_eq!(some, whole);
        }
        assert_eq!(spill.written(), 36_000);
        spill.count(0, 11);
        assert!(spill.is_over());
        spill.count(11, 10);
        assert!(!spill.is_over());
    }
}
