//! Appending without the signing key: what a keeper that has no keys puts on record.
//!
//! Entries become durable in the journal as ever; tiles and the signed checkpoint follow once the key is there. What
//! was published, and what the keystore remembers, is held against all of them then, so nothing that is appended here
//! hides a ledger that was cut or put back.

use super::{LedgerFiles, OpenError, StoredEntry, StoredError, journal, recover::mend};

/// Compares journal and database, in which lie the entries `stored`, and mends what a crash explains. Says how many
/// entries there are.
///
/// # Errors
/// Whatever a crash doesn't explain, see [`OpenError`].
pub fn resume(
    files: &mut dyn LedgerFiles,
    stored: &mut dyn Iterator<Item = Result<StoredEntry, StoredError>>,
) -> Result<u64, OpenError> {
    mend(files, stored)
}

/// Writes entries to the journal, all with one flush of the disk. The database has committed them before.
///
/// # Errors
/// When the journal can't be written; [`resume`] finds out then what it holds.
pub fn append(files: &mut dyn LedgerFiles, entries: &[StoredEntry]) -> std::io::Result<()> {
    journal::encode(entries).iter().try_for_each(|batch| files.append_journal(batch))
}
