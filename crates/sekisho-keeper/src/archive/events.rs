//! The ledger's entries in a copied keeper.db: do they lead to what was published, and which tell of an end?

use std::{collections::HashSet, path::Path};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    event::{Event, What},
    ledger::{Checkpoint, Hash, Note, leaf, tiled::TiledTree, tree::Head},
    watch::Verdict,
};

use crate::{
    db::meta::{self, Installation},
    ledger::StoredEntry,
};

/// Entries after which full tiles are let go, so that a long ledger takes no memory.
const LET_GO: u64 = 1 << 16;

/// Why the entries are not to be used.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// SQLite's own reason.
    #[error("the copied entries can't be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The checkpoint is none.
    #[error("the published checkpoint can't be read")]
    Checkpoint,
    /// An entry is missing or was altered.
    #[error("the ledger's entries do not lead to its published checkpoint of {0} entries")]
    Contradiction(u64),
    /// An entry is no event that this program knows.
    #[error("entry {0} of the ledger is no event that this program knows")]
    Unknown(u64),
}

/// Whose database the keeper.db at `path` is; nothing if nothing was founded in it.
///
/// # Errors
/// [`EventsError::Sqlite`].
pub fn installation(path: &Path) -> Result<Option<Installation>, EventsError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(meta::get(&db, meta::names::INSTALLATION)?)
}

/// What the entries lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The size and root over all of them.
    pub head: Head,
    /// How many of them the checkpoint covers.
    pub published: u64,
}

/// Reads every entry of the keeper.db at `path` and holds them against the `checkpoint` that was published before.
///
/// The checkpoint's signature is not verified here: that takes the ledger's key, and is done at a restore.
///
/// # Errors
/// [`EventsError`].
pub fn prove(path: &Path, checkpoint: Option<&str>) -> Result<Proven, EventsError> {
    let nothing = Head { size: 0, root: Hash::of_nothing() };
    let published = checkpoint.map(said).transpose()?.unwrap_or(nothing);
    let (mut tree, mut agrees) = (TiledTree::default(), published.size == 0);
    each(path, |entry| {
        tree.push(Hash::leaf(&leaf::entry(&entry.salt, &entry.body)));
        if tree.size() == published.size {
            agrees = tree.head() == published;
        }
        if tree.size().is_multiple_of(LET_GO) {
            tree.drop_full_tiles(tree.size());
        }
        (entry.index + 1 == tree.size()).then_some(()).ok_or(EventsError::Contradiction(published.size))
    })?;
    let proven = Proven { head: tree.head(), published: published.size };
    if agrees { Ok(proven) } else { Err(EventsError::Contradiction(published.size)) }
}

fn said(checkpoint: &str) -> Result<Head, EventsError> {
    let note = Note::parse(checkpoint).map_err(|_| EventsError::Checkpoint)?;
    Ok(Checkpoint::unverified(&note).map_err(|_| EventsError::Checkpoint)?.head)
}

/// The entries after which something is over or tightened, and what they hang on: what a restore of an earlier backup
/// has to know so that nothing returns.
///
/// # Errors
/// [`EventsError`].
pub fn tombstones(path: &Path) -> Result<Vec<StoredEntry>, EventsError> {
    let mut found = Vec::new();
    each(path, |entry| {
        let event = Event::from_bytes(&entry.body).map_err(|_| EventsError::Unknown(entry.index))?;
        found.extend(is_tombstone(&event.what).then_some(entry));
        Ok(())
    })?;
    Ok(found)
}

/// The salts of all entries: each is drawn once, so an entry is known by its own.
///
/// # Errors
/// [`EventsError`].
pub fn salts(path: &Path) -> Result<HashSet<leaf::Salt>, EventsError> {
    let mut found = HashSet::new();
    each(path, |entry| {
        found.insert(entry.salt);
        Ok(())
    })?;
    Ok(found)
}

fn is_tombstone(what: &What) -> bool {
    if let What::Found { finding } = what {
        // What shut the vault doesn't come undone with an older backup.
        return finding.verdict() >= Verdict::Pause;
    }
    matches!(
        what,
        What::Received { .. }
            | What::Decided { .. }
            | What::Shredded { .. }
            | What::CheckEnded { .. }
            | What::MemberLeft { .. }
            | What::MemberErased { .. }
            | What::StaffEnrolled { .. }
            | What::StaffRemoved { .. }
            | What::SiteRegistered { .. }
            | What::SiteBudgetSet { .. }
            | What::LimitsSet { .. }
            | What::WatchSet { .. }
            | What::PolicyRegistered { .. }
            | What::WitnessRegistered { .. }
            | What::WitnessForgotten { .. }
            | What::WitnessContradicted { .. }
            | What::WitnessAgreed { .. }
            | What::Paused { .. }
            | What::Resumed { .. }
            | What::Stopping { .. }
            | What::LockedDown { .. }
            | What::Unlocked { .. }
    )
}

fn each(path: &Path, mut read: impl FnMut(StoredEntry) -> Result<(), EventsError>) -> Result<(), EventsError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut all = db.prepare("SELECT place, salt, body FROM event ORDER BY place")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let index = row.get::<_, i64>(0)? as u64;
        read(StoredEntry { index, salt: row.get(1)?, body: row.get(2)? })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db;
    use sekisho_core::{id::CheckId, time::Timestamp};

    fn written(count: u64) -> (tempfile::TempDir, std::path::PathBuf, Vec<Hash>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keeper.db");
        let db = db::open(&path).unwrap();
        let mut leaves = Vec::new();
        for place in 0..count {
            let what = match place % 2 {
                0 => What::Started,
                _ => What::MemberErased { check: CheckId::from_bytes([place as u8; 16]) },
            };
            let (salt, body) = ([place as u8; 32], Event::new(Timestamp(place), what).to_bytes());
            leaves.push(Hash::leaf(&leaf::entry(&salt, &body)));
            db.execute("INSERT INTO event VALUES (?1, ?2, ?3, NULL)", (place as i64, &salt[..], &body)).unwrap();
        }
        (folder, path, leaves)
    }

    fn checkpoint(leaves: &[Hash]) -> String {
        let mut tree = TiledTree::default();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        let mut note = Checkpoint { origin: "example.jp/log".into(), head: tree.head() }.to_note().unwrap();
        let signer = crate::ledger::LedgerSigner::from_seed("example.jp/log", &[1; 32]).unwrap();
        note.add_ed25519(signer.verifier(), &[0; 64]);
        note.to_string()
    }

    #[test]
    fn entries_lead_to_the_checkpoint_that_was_published_before_them() {
        let (_folder, path, leaves) = written(9);
        for published in 1..=9 {
            let proven = prove(&path, Some(&checkpoint(&leaves[..published]))).unwrap();
            assert_eq!((proven.head.size, proven.published), (9, published as u64));
        }
        assert_eq!(prove(&path, None).unwrap().published, 0);
    }

    /// M16
    #[test]
    fn an_altered_missing_or_cut_entry_is_found() {
        for change in [
            "UPDATE event SET salt = zeroblob(32) WHERE place = 3",
            "DELETE FROM event WHERE place = 3",
            "DELETE FROM event WHERE place >= 5",
        ] {
            let (_folder, path, leaves) = written(9);
            db::open(&path).unwrap().execute_batch(change).unwrap();
            let found = prove(&path, Some(&checkpoint(&leaves[..7])));
            assert!(matches!(found, Err(EventsError::Contradiction(7))), "{change}");
        }
    }

    #[test]
    fn tombstones_are_what_is_over() {
        let (_folder, path, _) = written(9);
        let places: Vec<_> = tombstones(&path).unwrap().iter().map(|entry| entry.index).collect();
        assert_eq!(places, [1, 3, 5, 7]);
    }
}
