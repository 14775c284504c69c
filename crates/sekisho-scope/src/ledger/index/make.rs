//! Making an index, or a longer one from one that fits.

use std::{
    fs::{self, File, Permissions},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use thiserror::Error;

use super::{
    Cover, Index, block,
    contents::{Contents, MAGIC, PROGRAM, Piece, Stamp, ends},
};
use crate::{
    in_order::in_order,
    ledger::{Bodies, part::Part},
};

/// Why none was made. What was there before is still there.
#[derive(Debug, Error)]
pub enum MakeError<E> {
    /// The ledger.
    #[error("{0}")]
    Ledger(E),
    /// The index.
    #[error("{}: {source}", path.display())]
    Index {
        /// Where it was to be written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// As far as it covers the ledger.
    pub cover: Cover,
    /// How much of that an earlier one covered.
    pub before: Cover,
    /// How long the file is.
    pub bytes: u64,
    /// Whether the ledger is covered as far as it was read: false if a piece of it is not sound.
    pub whole: bool,
}

/// What an index is made from.
#[derive(Debug)]
pub struct Making<'a> {
    /// The ledger's file.
    pub ledger: &'a File,
    /// Whether it is one that is still written, or an export.
    pub grows: bool,
    /// Where the index is to lie.
    pub to: &'a Path,
    /// How many threads read.
    pub threads: usize,
}

impl Making<'_> {
    /// Makes it from bodies that are read from where `before` ends. The file is there whole and durable, with the
    /// ledger's permissions, or not at all.
    ///
    /// # Errors
    /// [`MakeError`].
    pub fn make<B: Bodies>(
        &self,
        before: Option<Index>,
        bodies: impl FnOnce(Cover) -> Result<B, B::Error>,
    ) -> Result<Made, MakeError<B::Error>> {
        let failed = |source| MakeError::Index { path: self.to.to_owned(), source };
        // As it was before it was read: if somebody changes it meanwhile, the index won't fit.
        let stamp = Stamp::of(self.ledger).map_err(failed)?;
        let mut writing = Writing::begin(self, stamp, before).map_err(failed)?;
        let covered = writing.cover();
        let bodies = bodies(covered).map_err(MakeError::Ledger)?;
        let desk =
            || Desk { part: Part::for_index(), block: Vec::new(), ends: [0; 32], length: 0, sound: true, whole: true };
        let take = |writing: &mut Writing, desk: &mut Desk| writing.take(desk);
        writing = in_order(bodies, self.threads, desk, Desk::read::<B>, writing, take).map_err(MakeError::Ledger)?;
        let (cover, whole) = (writing.cover(), writing.whole);
        let bytes = writing.end(self).map_err(failed)?;
        Ok(Made { cover, before: covered, bytes, whole })
    }
}

/// Where a piece is worked on.
struct Desk {
    part: Part<'static>,
    block: Vec<u8>,
    ends: [u8; 32],
    length: usize,
    sound: bool,
    /// Whether it ends where an entry ends; what is still being appended is for a later index.
    whole: bool,
}

impl Desk {
    fn read<B: Bodies>(piece: &[u8], desk: &mut Self) {
        desk.part.clear();
        desk.whole = B::is_whole(piece);
        desk.sound = B::read(piece, &mut desk.part);
        if desk.sound && desk.whole {
            block::write(&desk.part, &mut desk.block);
            (desk.ends, desk.length) = (ends(piece), piece.len());
        }
    }
}

/// An index that is being written.
struct Writing {
    out: BufWriter<NamedTempFile>,
    contents: Contents,
    whole: bool,
    failed: Option<io::Error>,
}

impl Writing {
    /// With what an earlier one has.
    fn begin(making: &Making<'_>, stamp: Stamp, before: Option<Index>) -> io::Result<Self> {
        let file = NamedTempFile::new_in(folder_of(making.to))?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        out.write_all(MAGIC)?;
        let mut pieces = Vec::new();
        if let Some(Index { mut file, contents }) = before {
            file.seek(SeekFrom::Start(MAGIC.len() as u64))?;
            let length = contents.end() - MAGIC.len() as u64;
            if io::copy(&mut file.take(length), &mut out)? != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            pieces = contents.pieces;
        }
        let contents = Contents { program: PROGRAM.into(), grows: making.grows, ledger: stamp, pieces };
        Ok(Self { out, contents, whole: true, failed: None })
    }

    fn cover(&self) -> Cover {
        self.contents.cover()
    }

    /// Takes over the next block. False: nothing follows it.
    fn take(&mut self, desk: &Desk) -> bool {
        self.whole &= desk.sound;
        if !desk.sound || !desk.whole {
            return false;
        }
        let Some(hash) = block::hash(&desk.block) else { return false };
        let (at, bytes, read) = (self.contents.end(), desk.block.len() as u64, desk.part.read);
        let (ledger_at, ledger_bytes) = (self.contents.covered(), desk.length as u64);
        let next = desk.part.next.max(self.cover().next);
        self.contents.pieces.push(Piece { at, bytes, hash, ledger_at, ledger_bytes, ends: desk.ends, next, read });
        self.failed = self.out.write_all(&desk.block).err();
        self.failed.is_none()
    }

    fn end(mut self, making: &Making<'_>) -> io::Result<u64> {
        if let Some(why) = self.failed {
            return Err(why);
        }
        self.contents.write(&mut self.out)?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mode = making.ledger.metadata()?.permissions().mode() & 0o666;
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
        file.as_file().sync_all()?;
        let bytes = file.as_file().metadata()?.len();
        file.persist(making.to).map_err(|why| why.error)?;
        fs::File::open(folder_of(making.to))?.sync_all()?;
        Ok(bytes)
    }
}

/// The folder in which a file lies.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
