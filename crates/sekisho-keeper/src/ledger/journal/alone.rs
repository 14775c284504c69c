//! A journal without the public files beside it, to read.

use std::{fs::File, io, os::unix::fs::FileExt as _, path::Path};

use super::{JournalError, Reader, StoredEntry};
use crate::ledger::LedgerFiles;

/// The entries from place `from` on in the journal that lies at `path`, which nobody writes any more. A torn last
/// batch was never acknowledged and is passed over.
///
/// # Errors
/// [`JournalError`].
pub fn entries_from(path: &Path, from: u64) -> Result<Vec<StoredEntry>, JournalError> {
    let mut found = Vec::new();
    each(path, |entry| found.extend((entry.index >= from).then_some(entry)))?;
    Ok(found)
}

/// Shows `read` every entry of the journal at `path`, one batch in memory at a time. Whoever writes it may go on; a
/// last batch that is not whole is passed over.
///
/// # Errors
/// [`JournalError`].
pub fn each(path: &Path, read: impl FnMut(StoredEntry)) -> Result<(), JournalError> {
    let mut file = JournalAlone(File::open(path)?);
    let (mut reader, mut read) = (Reader::new(&mut file)?, read);
    while let Some(batch) = reader.next_batch()? {
        batch.into_iter().for_each(&mut read);
    }
    Ok(())
}

/// How many entries the journal at `path` holds.
///
/// # Errors
/// [`JournalError`].
pub fn size(path: &Path) -> Result<u64, JournalError> {
    let mut file = JournalAlone(File::open(path)?);
    let mut reader = Reader::new(&mut file)?;
    while reader.next_batch()?.is_some() {}
    Ok(reader.entries())
}

/// Only reading.
pub(super) struct JournalAlone(pub(super) File);

impl LedgerFiles for JournalAlone {
    fn journal_len(&mut self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_journal(&mut self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buf, offset)
    }

    fn append_journal(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn truncate_journal(&mut self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn put(&mut self, _: &str, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn put_durably(&mut self, _: &str, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn get(&mut self, _: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn remove_partials(&mut self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}
