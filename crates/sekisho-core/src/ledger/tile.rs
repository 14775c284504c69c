//! Names and contents of tiles and entry bundles: C2SP `tlog-tiles`.

use alloc::{string::ToString as _, vec::Vec};
use core::{fmt, str::FromStr};

use super::{Hash, hash, text};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: usize = 256;

/// The highest level that a tile may have.
pub const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of subtrees of 256^level leaves each.
    Hashes {
        /// The level, 0 for hashes of leaves.
        level: u8,
    },
    /// The entries themselves.
    Entries,
}

/// The name of one tile or bundle, as `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileName {
    kind: Kind,
    index: u64,
    width: u16,
}

/// Why a text does not name a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a tile")]
pub struct ParseTileError;

impl TileName {
    /// A tile of `width` hashes or entries; nothing if that or the level is out of range.
    pub fn new(kind: Kind, index: u64, width: u16) -> Option<Self> {
        let level_fits = !matches!(kind, Kind::Hashes { level } if level > MAX_LEVEL);
        (level_fits && (1..=WIDTH as u16).contains(&width)).then_some(Self { kind, index, width })
    }

    /// What it holds.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its place among the tiles of its kind.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    pub const fn width(&self) -> usize {
        self.width as usize
    }

    /// The same tile when it has grown full.
    pub const fn full(&self) -> Self {
        Self { width: WIDTH as u16, ..*self }
    }

    /// Whether it will never grow.
    pub const fn is_full(&self) -> bool {
        self.width() == WIDTH
    }
}

impl fmt::Display for TileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes { level } => write!(f, "tile/{level}")?,
            Kind::Entries => f.write_str("tile/entries")?,
        }
        let groups = (self.index.checked_ilog(1000).unwrap_or(0)) + 1;
        for group in (0..groups).rev() {
            let digits = self.index / 1000_u64.pow(group) % 1000;
            write!(f, "/{}{digits:03}", if group > 0 { "x" } else { "" })?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TileName {
    type Err = ParseTileError;

    fn from_str(text: &str) -> Result<Self, ParseTileError> {
        let name = parse(text).ok_or(ParseTileError)?;
        // Only one spelling is a name: the one that we would have written.
        if name.to_string() == text { Ok(name) } else { Err(ParseTileError) }
    }
}

fn parse(name: &str) -> Option<TileName> {
    let (kind, rest) = name.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => Kind::Entries,
        level => Kind::Hashes { level: text::decimal(level)?.try_into().ok()? },
    };
    let (path, width) = match rest.split_once(".p/") {
        Some((path, width)) => (path, text::decimal(width)?.try_into().ok()?),
        None => (rest, WIDTH as u16),
    };
    let index = path.split('/').try_fold(0_u64, |index, group| {
        let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
        index.checked_mul(1000)?.checked_add(digits)
    })?;
    TileName::new(kind, index, width)
}

/// The tiles and bundles that a tree of `new` leaves has and one of `old` leaves has not.
///
/// Partial tiles come as of the size `new` only.
pub fn added(old: u64, new: u64) -> Vec<TileName> {
    let mut names = Vec::new();
    for level in 0..8_u8 {
        let (old, new) = (old >> (8 * u32::from(level)), new >> (8 * u32::from(level)));
        if old == new {
            break;
        }
        names.extend(row(Kind::Hashes { level }, old, new));
        if level == 0 {
            names.extend(row(Kind::Entries, old, new));
        }
    }
    names
}

fn row(kind: Kind, old: u64, new: u64) -> impl Iterator<Item = TileName> {
    let width = WIDTH as u64;
    let full = (old / width..new / width).map(move |index| TileName { kind, index, width: WIDTH as u16 });
    let rest = (new % width) as u16;
    full.chain((rest > 0).then_some(TileName { kind, index: new / width, width: rest }))
}

/// The bytes of a tile.
pub fn encode(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile of `width` hashes; nothing if `bytes` have another length.
pub fn decode(bytes: &[u8], width: usize) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<{ hash::LEN }>();
    (hashes.len() == width && rest.is_empty()).then(|| hashes.iter().copied().map(Hash).collect())
}

/// An entry is longer than a bundle can say (65,535 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry is longer than 65,535 bytes")]
pub struct EntryTooLong;

/// The bytes of a bundle: each entry after its length in two bytes, big-endian.
///
/// # Errors
/// When an entry is longer than 65,535 bytes.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, EntryTooLong> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.as_ref().len()).map_err(|_| EntryTooLong)?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry.as_ref());
    }
    Ok(bytes)
}

/// Reads a bundle of `width` entries; nothing if it ends early, late, or within an entry.
pub fn decode_bundle(mut bytes: &[u8], width: usize) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(width.min(WIDTH));
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    (bytes.is_empty() && entries.len() == width).then_some(entries)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use proptest::prelude::*;

    use super::*;

    fn name(kind: Kind, index: u64, width: u16) -> String {
        TileName::new(kind, index, width).unwrap().to_string()
    }

    #[test]
    fn names_are_those_of_the_specification() {
        assert_eq!(name(Kind::Hashes { level: 0 }, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(name(Kind::Entries, 0, 5), "tile/entries/000.p/5");
        assert_eq!(name(Kind::Hashes { level: 1 }, 1000, 17), "tile/1/x001/000.p/17");
        assert_eq!(name(Kind::Hashes { level: 63 }, 999, 1), "tile/63/999.p/1");
    }

    #[test]
    fn what_is_not_spelled_as_specified_is_no_name() {
        let wrong = [
            "",
            "tile",
            "tile/0",
            "tile/0/1",
            "tile/0/0001",
            "tile/00/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/01",
            "tile/64/001",
            "tile/0/x001",
            "tile/0/001/001",
            "tile/0/x000/001",
            "tile/entry/001",
            "/tile/0/001",
            "tile/0/../001",
            "tile/0/+01",
            "tile/0/001.p/5/",
            "tile/256/001",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
        ];
        for text in wrong {
            assert_eq!(text.parse::<TileName>(), Err(ParseTileError), "{text:?}");
        }
    }

    /// The specification's own example of a tree of 70,000 leaves.
    #[test]
    fn a_tree_of_70000_has_the_tiles_of_the_specification() {
        let count = |kind, full| added(0, 70_000).iter().filter(|t| t.kind() == kind && t.is_full() == full).count();
        let partial = |kind| added(0, 70_000).iter().find(|t| t.kind() == kind && !t.is_full()).map(TileName::width);
        assert_eq!((count(Kind::Hashes { level: 0 }, true), partial(Kind::Hashes { level: 0 })), (273, Some(112)));
        assert_eq!((count(Kind::Hashes { level: 1 }, true), partial(Kind::Hashes { level: 1 })), (1, Some(17)));
        assert_eq!((count(Kind::Hashes { level: 2 }, true), partial(Kind::Hashes { level: 2 })), (0, Some(1)));
        assert_eq!((count(Kind::Entries, true), partial(Kind::Entries)), (273, Some(112)));
        let names: Vec<_> = added(0, 256).iter().map(TileName::to_string).collect();
        assert_eq!(names, ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"]);
    }

    proptest! {
        #[test]
        fn a_name_is_read_back(level in 0u8..=63, entries: bool, index: u64, width in 1u16..=256) {
            let kind = if entries { Kind::Entries } else { Kind::Hashes { level } };
            let name = TileName::new(kind, index, width).unwrap();
            prop_assert_eq!(name.to_string().parse(), Ok(name));
        }

        #[test]
        fn growing_in_steps_leaves_the_same_full_tiles(sizes in prop::collection::vec(0u64..70_000, 1..5)) {
            let mut sizes = sizes;
            sizes.sort_unstable();
            let full = |names: Vec<TileName>| names.into_iter().filter(TileName::is_full).collect::<Vec<_>>();
            let mut stepwise = full(added(0, sizes[0]));
            for pair in sizes.windows(2) {
                stepwise.extend(full(added(pair[0], pair[1])));
            }
            let mut at_once = full(added(0, sizes[sizes.len() - 1]));
            stepwise.sort_unstable();
            at_once.sort_unstable();
            prop_assert_eq!(stepwise, at_once);
        }

        #[test]
        fn a_bundle_is_read_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..20)) {
            let bytes = encode_bundle(&entries).unwrap();
            prop_assert_eq!(decode_bundle(&bytes, entries.len()).unwrap(), entries.clone());
            prop_assert_eq!(decode_bundle(&bytes, entries.len() + 1), None);
            prop_assert_eq!(decode_bundle(&bytes[..bytes.len() - 1], entries.len()), None);
        }
    }

    #[test]
    fn an_entry_too_long_for_a_bundle_is_refused() {
        assert_eq!(encode_bundle(&[alloc::vec![0; 65_536]]), Err(EntryTooLong));
        assert!(encode_bundle(&[alloc::vec![0; 65_535]]).is_ok());
    }

    #[test]
    fn a_tile_of_another_length_is_refused() {
        let bytes = encode(&[Hash([1; 32]), Hash([2; 32])]);
        assert_eq!(decode(&bytes, 2), Some(alloc::vec![Hash([1; 32]), Hash([2; 32])]));
        assert_eq!(decode(&bytes, 1), None);
        assert_eq!(decode(&bytes[..63], 2), None);
    }
}
