//! The audit of a whole ledger from its public files: every entry, every tile, one root.
//!
//! Entries are commitments, so this shows that nothing was rewritten or cut
//! under a checkpoint, not what the entries say.

use alloc::{string::ToString as _, vec::Vec};

use super::{
    Checkpoint, Cosigned, Hash, VerifierKey, Witnesses,
    checkpoint::CheckpointError,
    quorum::QuorumError,
    tile::{self, Kind, TileName, WIDTH},
    tiled::TiledTree,
    tree::Head,
};

/// The public files of a ledger, by the names of C2SP `tlog-tiles`.
pub trait PublicFiles {
    /// Why one could not be read.
    type Error;

    /// Reads one; nothing if there is none.
    ///
    /// # Errors
    /// When it can't be read.
    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// What an audit showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// The checkpoint, under which every entry was found.
    pub checkpoint: Checkpoint,
    /// The older checkpoint that it continues, if one was given.
    pub older: Option<Checkpoint>,
    /// The known witnesses that cosigned the checkpoint, and when.
    pub cosigned: Vec<Cosigned>,
}

/// Why a ledger does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError<E> {
    /// A file can't be read.
    #[error("a file of the ledger can't be read")]
    Read(#[source] E),
    /// There is no checkpoint.
    #[error("there is no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is not to be believed.
    #[error("checkpoint: {0}")]
    Checkpoint(CheckpointError),
    /// The older checkpoint is not to be believed.
    #[error("older checkpoint: {0}")]
    Older(CheckpointError),
    /// The checkpoint lacks witnesses.
    #[error("checkpoint: {0}")]
    Witnesses(QuorumError),
    /// The older checkpoint counts more entries: the ledger was cut.
    #[error("the older checkpoint has {older} entries, the present one only {present}: the ledger was cut")]
    Cut {
        /// Entries under the older checkpoint.
        older: u64,
        /// Entries under the present one.
        present: u64,
    },
    /// The entries under the older checkpoint are not those of now.
    #[error("the first {older} entries are not those of the older checkpoint: the ledger was rewritten")]
    Rewritten {
        /// Entries under the older checkpoint.
        older: u64,
    },
    /// A tile or bundle is missing, cut, or not what the entries make it.
    #[error("{0} is missing or altered")]
    Tile(TileName),
    /// The entries do not lead to the checkpoint's root.
    #[error("the entries do not lead to the checkpoint's root")]
    Root,
}

/// Audits the ledger in `files`, whose key is `key`; with `older`, that it continues that signed checkpoint.
///
/// # Errors
/// When something doesn't hold, or can't be read.
pub fn audit<F: PublicFiles>(
    files: &mut F,
    key: &VerifierKey,
    older: Option<&str>,
) -> Result<Audited, AuditError<F::Error>> {
    audit_witnessed(files, key, older, &Witnesses::none())
}

/// As [`audit`], and that of `witnesses` so many as are needed cosigned the present checkpoint.
///
/// # Errors
/// When something doesn't hold, or can't be read.
pub fn audit_witnessed<F: PublicFiles>(
    files: &mut F,
    key: &VerifierKey,
    older: Option<&str>,
    witnesses: &Witnesses,
) -> Result<Audited, AuditError<F::Error>> {
    let signed = files.get("checkpoint").map_err(AuditError::Read)?.ok_or(AuditError::NoCheckpoint)?;
    let signed = alloc::string::String::from_utf8_lossy(&signed);
    let checkpoint = Checkpoint::open(&signed, key).map_err(AuditError::Checkpoint)?;
    let cosigned = witnesses.check(&signed).map_err(AuditError::Witnesses)?;
    let older = older.map(|older| Checkpoint::open(older, key)).transpose().map_err(AuditError::Older)?;
    let (present, old_head) = (checkpoint.size(), older.as_ref().map(|older| older.head));
    if let Some(older) = old_head.filter(|older| older.size > present) {
        return Err(AuditError::Cut { older: older.size, present });
    }
    let tree = grow(files, present, old_head)?;
    if tree.head() != checkpoint.head {
        return Err(AuditError::Root);
    }
    check_tiles(files, &tree)?;
    Ok(Audited { checkpoint, older, cosigned })
}

/// The tree of the first `size` entries, held against `older` as it passes its size.
fn grow<F: PublicFiles>(files: &mut F, size: u64, older: Option<Head>) -> Result<TiledTree, AuditError<F::Error>> {
    let mut tree = TiledTree::default();
    check_passing(&tree, older)?;
    for name in tile::added(0, size).into_iter().filter(|name| name.kind() == Kind::Entries) {
        let bytes = read(files, &name)?;
        let entries = bytes.as_ref().and_then(|(bytes, width)| tile::decode_bundle(bytes, *width));
        for entry in entries.ok_or(AuditError::Tile(name))?.into_iter().take(name.width()) {
            tree.push(Hash::leaf(entry));
            check_passing(&tree, older)?;
        }
    }
    Ok(tree)
}

fn check_passing<E>(tree: &TiledTree, older: Option<Head>) -> Result<(), AuditError<E>> {
    match older {
        Some(older) if older.size == tree.size() && older != tree.head() => {
            Err(AuditError::Rewritten { older: older.size })
        }
        _ => Ok(()),
    }
}

fn check_tiles<F: PublicFiles>(files: &mut F, tree: &TiledTree) -> Result<(), AuditError<F::Error>> {
    for name in tile::added(0, tree.size()) {
        let Kind::Hashes { level } = name.kind() else { continue };
        let bytes = read(files, &name)?;
        let hashes = bytes.and_then(|(bytes, width)| tile::decode(&bytes, width)).unwrap_or_default();
        if hashes.get(..name.width()) != tree.tile(level, name.index(), name.width()) {
            return Err(AuditError::Tile(name));
        }
    }
    Ok(())
}

/// A file's bytes and width.
type Read = Option<(Vec<u8>, usize)>;

/// Reads a tile; in place of a partial one the full one, which may have taken its place since.
fn read<F: PublicFiles>(files: &mut F, name: &TileName) -> Result<Read, AuditError<F::Error>> {
    if let Some(bytes) = files.get(&name.to_string()).map_err(AuditError::Read)? {
        return Ok(Some((bytes, name.width())));
    }
    let full = files.get(&name.full().to_string()).map_err(AuditError::Read)?;
    Ok(full.map(|bytes| (bytes, WIDTH)))
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeMap, string::String};
    use core::convert::Infallible;

    use super::{
        super::{
            leaf,
            note::testing::{key, witness},
        },
        *,
    };

    /// Files by name.
    #[derive(Clone)]
    struct Files(BTreeMap<String, Vec<u8>>);

    impl PublicFiles for Files {
        type Error = Infallible;

        fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, Infallible> {
            Ok(self.0.get(name).cloned())
        }
    }

    fn entries(count: u64) -> Vec<[u8; 32]> {
        (0..count).map(|index| leaf::entry(&[0; 32], &index.to_be_bytes())).collect()
    }

    fn grown(entries: &[[u8; 32]]) -> TiledTree {
        let mut tree = TiledTree::default();
        entries.iter().for_each(|entry| tree.push(Hash::leaf(entry)));
        tree
    }

    fn signed(entries: &[[u8; 32]]) -> String {
        key("example.com/log")
            .sign(Checkpoint { origin: "example.com/log".into(), head: grown(entries).head() }.to_string())
    }

    fn ledger(entries: &[[u8; 32]]) -> Files {
        let tree = grown(entries);
        let contents = |name: &TileName| match name.kind() {
            Kind::Hashes { level } => tile::encode(tree.tile(level, name.index(), name.width()).unwrap()),
            Kind::Entries => {
                let from = name.index() as usize * WIDTH;
                tile::encode_bundle(&entries[from..from + name.width()]).unwrap()
            }
        };
        let tiles = tile::added(0, tree.size());
        let mut files: BTreeMap<_, _> = tiles.iter().map(|name| (name.to_string(), contents(name))).collect();
        files.insert("checkpoint".into(), signed(entries).into_bytes());
        Files(files)
    }

    fn audited(files: &Files, older: Option<&str>) -> Result<Audited, AuditError<Infallible>> {
        audit(&mut files.clone(), &key("example.com/log").1, older)
    }

    #[test]
    fn a_sound_ledger_holds() {
        for size in [0, 1, 255, 256, 257, 700] {
            assert_eq!(audited(&ledger(&entries(size)), None).unwrap().checkpoint.size(), size);
        }
    }

    /// M16
    #[test]
    fn a_flipped_bit_in_any_file_is_refused() {
        let sound = ledger(&entries(300));
        for name in sound.0.keys() {
            for at in [0, 1, 40, sound.0[name].len() - 1] {
                let mut damaged = sound.clone();
                let bytes = damaged.0.get_mut(name).unwrap();
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1;
                assert!(audited(&damaged, None).is_err(), "{name} at {at}");
            }
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let sound = ledger(&entries(300));
        for name in sound.0.keys().filter(|name| *name != "checkpoint") {
            let mut without = sound.clone();
            without.0.remove(name);
            assert_eq!(audited(&without, None), Err(AuditError::Tile(name.parse().unwrap())));
        }
        assert_eq!(audited(&Files(BTreeMap::new()), None), Err(AuditError::NoCheckpoint));
    }

    #[test]
    fn a_full_tile_serves_for_the_partial_one_that_it_replaced() {
        let mut files = ledger(&entries(300));
        let later = ledger(&entries(512));
        files.0.retain(|name, _| name == "checkpoint");
        files.0.extend(later.0.into_iter().filter(|(name, _)| name.starts_with("tile/0") || name.contains("entries")));
        files.0.insert("tile/1/000.p/1".into(), ledger(&entries(256)).0.remove("tile/1/000.p/1").unwrap());
        assert_eq!(audited(&files, None).unwrap().checkpoint.size(), 300);
    }

    /// M16
    #[test]
    fn an_older_checkpoint_tells_of_cutting_and_rewriting() {
        let files = ledger(&entries(300));
        assert_eq!(audited(&files, Some(&signed(&entries(257)))).unwrap().older.unwrap().size(), 257);
        assert_eq!(audited(&files, Some(&signed(&[]))).unwrap().older.unwrap().size(), 0);
        let cut = audited(&files, Some(&signed(&entries(301))));
        assert_eq!(cut, Err(AuditError::Cut { older: 301, present: 300 }));
        let mut other = entries(257);
        other[3] = [9; 32];
        assert_eq!(audited(&files, Some(&signed(&other))), Err(AuditError::Rewritten { older: 257 }));
        assert!(matches!(audited(&files, Some("unsigned")), Err(AuditError::Older(_))));
    }

    /// M16.
    #[test]
    fn a_ledger_without_its_witness_is_refused() {
        let (mut files, w1) = (ledger(&entries(300)), witness("w1", 1));
        let needed = Witnesses::new([w1.1.clone()].to_vec(), 1).unwrap();
        let log = key("example.com/log").1;
        let lacking = AuditError::Witnesses(QuorumError::TooFew { found: 0, needed: 1 });
        assert_eq!(audit_witnessed(&mut files, &log, None, &needed), Err(lacking));
        files.0.insert("checkpoint".into(), w1.cosign(&signed(&entries(300)), 5).into_bytes());
        assert_eq!(audit_witnessed(&mut files, &log, None, &needed).unwrap().cosigned[0].time.0, 5);
    }

    #[test]
    fn entries_that_make_another_root_are_refused() {
        let mut files = ledger(&[[1; 32]; 3]);
        files.0.insert("checkpoint".into(), signed(&entries(3)).into_bytes());
        assert_eq!(audited(&files, None), Err(AuditError::Root));
    }
}
