//! A growing tree kept as rows of tiles, of which full ones may be left to storage.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use super::{
    Hash,
    tile::WIDTH,
    tree::{HashSource, Head},
};

/// Levels of the tree that one row of tiles spans.
const TILE_HEIGHT: u32 = 8;

/// The hashes of one level of tiles, from the first that is still held.
#[derive(Debug, Clone, Default)]
struct Row {
    /// How many hashes were let go; a multiple of 256.
    dropped: u64,
    held: Vec<Hash>,
}

impl Row {
    fn get(&self, from: u64, count: usize) -> Option<&[Hash]> {
        let start = usize::try_from(from.checked_sub(self.dropped)?).ok()?;
        self.held.get(start..start.checked_add(count)?)
    }

    /// Lets go of hashes below `place`, which is a multiple of 256 and not past the end.
    fn drop_below(&mut self, place: u64) {
        let count = usize::try_from(place.saturating_sub(self.dropped)).unwrap_or(usize::MAX).min(self.held.len());
        self.held.drain(..count);
        self.dropped += count as u64;
    }
}

/// A tree that grows by one leaf at a time.
#[derive(Debug, Clone, Default)]
pub struct TiledTree {
    size: u64,
    rows: Vec<Row>,
}

impl TiledTree {
    /// How many leaves it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.size += 1;
        self.push_at(0, leaf);
    }

    fn push_at(&mut self, level: usize, hash: Hash) {
        if self.rows.len() == level {
            self.rows.push(Row::default());
        }
        let held = &mut self.rows[level].held;
        held.push(hash);
        if held.len().is_multiple_of(WIDTH) {
            let whole = over(&held[held.len() - WIDTH..]);
            self.push_at(level + 1, whole);
        }
    }

    /// The first `width` hashes of a tile; nothing if they are no longer, or not yet, held.
    pub fn tile(&self, level: u8, index: u64, width: usize) -> Option<&[Hash]> {
        self.rows.get(usize::from(level))?.get(index.checked_mul(WIDTH as u64)?, width)
    }

    /// Lets go of the tiles that are full in the tree of the first `size` leaves.
    ///
    /// To be called once they are stored; a `size` past the tree's counts as the tree's.
    pub fn drop_full_tiles(&mut self, size: u64) {
        let mut hashes = size.min(self.size);
        for row in &mut self.rows {
            row.drop_below(hashes / WIDTH as u64 * WIDTH as u64);
            hashes /= WIDTH as u64;
        }
    }

    /// The size and root of the whole tree, from the parts of it that are always held.
    pub fn head(&self) -> Head {
        // What is below a row's last full tile stands to the right of what that row holds.
        let edge = |row: &'_ Row| row.held.len() / WIDTH * WIDTH;
        let root = self.rows.iter().fold(None, |below, row| join(&row.held[edge(row)..], below));
        Head { size: self.size, root: root.unwrap_or_else(Hash::of_nothing) }
    }
}

/// The hash over complete siblings, followed by an incomplete subtree `tail`.
fn join(mut siblings: &[Hash], tail: Option<Hash>) -> Option<Hash> {
    let mut parts = Vec::new();
    while !siblings.is_empty() {
        let (whole, rest) = siblings.split_at(1 << siblings.len().ilog2());
        parts.push(over(whole));
        siblings = rest;
    }
    parts.extend(tail);
    let last = parts.pop()?;
    Some(parts.into_iter().rfold(last, |right, left| Hash::node(&left, &right)))
}

/// The hash over a power of two of siblings.
fn over(siblings: &[Hash]) -> Hash {
    match siblings {
        [only] => *only,
        _ => {
            let (left, right) = siblings.split_at(siblings.len() / 2);
            Hash::node(&over(left), &over(right))
        }
    }
}

/// Where full tiles are read back from.
pub trait TileReader {
    /// Why one could not be read.
    type Error;

    /// Reads a full tile.
    ///
    /// # Errors
    /// When it is missing or has another length.
    fn full_tile(&mut self, level: u8, index: u64) -> Result<Box<[Hash; WIDTH]>, Self::Error>;
}

/// The hashes of a [`TiledTree`] together with the tiles that it let go.
pub struct TileSource<'a, R> {
    tree: &'a TiledTree,
    reader: &'a mut R,
    read: BTreeMap<(u8, u64), Box<[Hash; WIDTH]>>,
}

impl<'a, R> TileSource<'a, R> {
    /// Joins a tree with the storage of its full tiles.
    pub const fn new(tree: &'a TiledTree, reader: &'a mut R) -> Self {
        Self { tree, reader, read: BTreeMap::new() }
    }
}

impl<R: TileReader> HashSource for TileSource<'_, R> {
    type Error = R::Error;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, R::Error> {
        // A tree has fewer than 2^64 leaves, so level / 8 is at most 7.
        let (row, count) = ((level / TILE_HEIGHT) as u8, 1 << (level % TILE_HEIGHT));
        let first = index << (level % TILE_HEIGHT);
        if let Some(held) = self.tree.rows.get(usize::from(row)).and_then(|row| row.get(first, count)) {
            return Ok(over(held));
        }
        let (tile, start) = (first / WIDTH as u64, (first % WIDTH as u64) as usize);
        if !self.read.contains_key(&(row, tile)) {
            let hashes = self.reader.full_tile(row, tile)?;
            self.read.insert((row, tile), hashes);
        }
        Ok(over(&self.read[&(row, tile)][start..start + count]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::tree::{self, naive},
        *,
    };

    /// A reader that computes full tiles from the leaves.
    struct Stored<'a>(&'a [Hash]);

    impl TileReader for Stored<'_> {
        type Error = core::convert::Infallible;

        fn full_tile(&mut self, level: u8, index: u64) -> Result<Box<[Hash; WIDTH]>, Self::Error> {
            let span = WIDTH.pow(u32::from(level));
            let hash = |place: usize| {
                let from = (index as usize * WIDTH + place) * span;
                naive::root(&self.0[from..from + span])
            };
            Ok(Box::new(core::array::from_fn(hash)))
        }
    }

    fn grown(leaves: &[Hash]) -> TiledTree {
        let mut tree = TiledTree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        tree
    }

    #[test]
    fn the_root_of_every_size_is_that_of_the_definition() {
        let leaves = naive::leaves(600);
        let mut tree = TiledTree::default();
        assert_eq!(tree.head().root, Hash::of_nothing());
        for (count, leaf) in leaves.iter().enumerate() {
            tree.push(*leaf);
            if count % 7 == 0 {
                tree.drop_full_tiles(count as u64 / 2);
            }
            assert_eq!(tree.head(), Head { size: count as u64 + 1, root: naive::root(&leaves[..=count]) });
        }
    }

    #[test]
    fn three_rows_of_tiles_give_the_root_of_the_definition() {
        for size in [65_535, 65_536, 65_537, 66_000] {
            let leaves = naive::leaves(size);
            assert_eq!(grown(&leaves).head().root, naive::root(&leaves), "{size}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn proofs_from_stored_tiles_are_those_of_the_definition(
            size in 1u64..3000, kept in 0u64..3000, pick: prop::sample::Index, past: prop::sample::Index,
        ) {
            let leaves = naive::leaves(size);
            let mut tree = grown(&leaves[..kept.min(size) as usize]);
            tree.drop_full_tiles(kept);
            leaves.iter().skip(kept as usize).for_each(|leaf| tree.push(*leaf));
            let mut stored = Stored(&leaves);
            let mut source = TileSource::new(&tree, &mut stored);
            // A proof may be asked for any published size, not only the present one.
            let asked = 1 + past.index(size as usize);
            let at = pick.index(asked);
            let path = tree::inclusion(&mut source, at as u64, asked as u64).unwrap();
            prop_assert_eq!(path, naive::path(at, &leaves[..asked]));
            let proof = tree::consistency(&mut source, asked as u64, size).unwrap();
            prop_assert_eq!(proof, naive::subproof(asked, &leaves, true));
        }
    }
}
