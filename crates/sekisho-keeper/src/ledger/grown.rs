//! The tree so far, and the contents of its tiles and bundles.

use std::io;

use sekisho_core::ledger::{
    Hash, leaf,
    tile::{self, Kind, TileName, WIDTH},
    tiled::{TileReader, TiledTree},
    tree::Head,
};

use super::{LedgerFiles, journal::StoredEntry};

/// A tree and the entries of its last bundles; what is published in full lies in files only.
#[derive(Debug, Default)]
pub(super) struct Grown {
    tree: TiledTree,
    /// How many entries were let go; a multiple of 256.
    dropped: u64,
    entries: Vec<[u8; leaf::LEN]>,
}

impl Grown {
    pub(super) fn push(&mut self, entry: &StoredEntry) {
        let commitment = leaf::entry(&entry.salt, &entry.body);
        self.tree.push(Hash::leaf(&commitment));
        self.entries.push(commitment);
    }

    pub(super) const fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn head(&self) -> Head {
        self.tree.head()
    }

    pub(super) const fn tree(&self) -> &TiledTree {
        &self.tree
    }

    /// The bytes of a tile or bundle; nothing if it is not held.
    pub(super) fn contents(&self, name: &TileName) -> Option<Vec<u8>> {
        match name.kind() {
            Kind::Hashes { level } => self.tree.tile(level, name.index(), name.width()).map(tile::encode),
            Kind::Entries => {
                let from = usize::try_from((name.index() * WIDTH as u64).checked_sub(self.dropped)?).ok()?;
                tile::encode_bundle(self.entries.get(from..from + name.width())?).ok()
            }
        }
    }

    /// Lets go of what is full in a tree of `published` leaves.
    pub(super) fn drop_full(&mut self, published: u64) {
        self.tree.drop_full_tiles(published);
        let full = published.min(self.size()) / WIDTH as u64 * WIDTH as u64;
        self.entries.drain(..(full.saturating_sub(self.dropped)) as usize);
        self.dropped = self.dropped.max(full);
    }
}

/// Why a full tile could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The medium failed.
    #[error("a tile of the ledger can't be read")]
    Io(#[from] io::Error),
    /// It is missing or has another length.
    #[error("a tile of the ledger is missing or cut: {0}")]
    Missing(String),
}

/// Full tiles as they lie in the public files.
pub(super) struct StoredTiles<'a>(pub(super) &'a mut dyn LedgerFiles);

impl TileReader for StoredTiles<'_> {
    type Error = TileError;

    fn full_tile(&mut self, level: u8, index: u64) -> Result<Box<[Hash; WIDTH]>, TileError> {
        let name = TileName::new(Kind::Hashes { level }, index, WIDTH as u16)
            .expect("a tree of fewer than 2^64 leaves has tiles of levels 0 to 7")
            .to_string();
        let bytes = self.0.get(&name)?;
        let hashes = bytes.and_then(|bytes| tile::decode(&bytes, WIDTH)).and_then(|hashes| hashes.try_into().ok());
        hashes.ok_or(TileError::Missing(name))
    }
}
