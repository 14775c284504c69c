//! What is overdue while the keeper is locked: its slot is overwritten first, and then it ends on record, its member is
//! asked again and its site is told, as at any other time.

use sekisho_core::{
    check::{CheckState, ShredCause},
    event::What,
    id::{CheckId, DocumentId},
    time::Timestamp,
};

use super::entries::Entries;
use crate::{
    db,
    engine::{Locked, ending, fault::Fault, outbox, retention},
};

impl Locked {
    /// Ends undecided documents whose deadline is at or before `until`, some of them if they are many, and removes
    /// their ciphertexts.
    pub(in crate::engine) fn end_overdue(&mut self, until: Timestamp) -> Result<(), Fault> {
        let overdue = retention::overdue(&self.parts.db, until)?;
        if !overdue.is_empty() {
            let now = self.now();
            self.enter(now, |entries| {
                overdue.iter().try_for_each(|(check, document)| end(entries, *check, *document))
            })?;
        }
        self.remove_rest(!overdue.is_empty())
    }

    /// Removes ciphertexts whose documents have ended, then notes that they are gone.
    pub(super) fn remove_rest(&self, any: bool) -> Result<(), Fault> {
        let db = &self.parts.db;
        for document in ending::unfinished(db)? {
            self.parts.blobs.remove(document).map_err(Fault::blob)?;
            ending::finish(db, document)?;
        }
        // So that a dropped key leaves the write-ahead log as well.
        if any { Ok(db::truncate_wal(db)?) } else { Ok(()) }
    }
}

fn end(entries: &mut Entries<'_>, check: CheckId, document: DocumentId) -> Result<(), Fault> {
    entries.shred(check, document, ShredCause::Overdue)?;
    if retention::reopen(entries.db, check)? == CheckState::Expired {
        entries.log(check, &What::CheckEnded { check, withdrawn: false })?;
    }
    outbox::tell_in(entries.db, entries.entropy, entries.now, check)
}
