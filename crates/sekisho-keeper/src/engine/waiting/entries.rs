//! Entries of a keeper that has no keys: durable in database and journal as ever, published once it has.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use sekisho_core::{
    check::ShredCause,
    entropy::{Entropy, fresh},
    event::{Event, What},
    id::{CheckId, DocumentId},
    time::Timestamp,
};

use crate::{
    db::columns::Id,
    engine::{
        Locked, alerts, budget, ending,
        fault::Fault,
        locked::{Parts, stored},
    },
    ledger::{Staged, resume},
    wire::Refusal,
};

/// One transaction and what it enters.
pub(super) struct Entries<'a> {
    pub db: &'a Connection,
    pub entropy: &'a mut (dyn Entropy + Send),
    pub now: Timestamp,
    next: u64,
    staged: Vec<Staged>,
}

impl Entries<'_> {
    /// Writes an event into this transaction. Returns its place.
    pub(super) fn log(&mut self, check: CheckId, what: &What) -> Result<u64, Fault> {
        let (index, body) = (self.next, Event::new(self.now, what.clone()).to_bytes());
        let entry = Staged { index, salt: fresh(self.entropy), body };
        self.db
            .prepare_cached("INSERT INTO event (place, salt, body, check_id) VALUES (?1, ?2, ?3, ?4)")?
            .execute((index as i64, &entry.salt[..], &entry.body, Id(check)))?;
        alerts::raise_in(self.db, self.entropy, self.now, (index, what))?;
        self.staged.push(entry);
        self.next += 1;
        Ok(index)
    }

    /// Drops a document's key, held or waiting. Its ciphertext is removed once that is durable.
    pub(super) fn shred(&mut self, check: CheckId, document: DocumentId, cause: ShredCause) -> Result<(), Fault> {
        if let Some(site) = ending::drop_key(self.db, document, self.now)? {
            budget::note_ended(self.db, &site, self.now)?;
        }
        self.log(check, &What::Shredded { check, document, cause }).map(drop)
    }
}

impl Locked {
    /// One transaction, then its entries, durably; only then anything that can't be undone.
    pub(super) fn enter<T>(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut Entries<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let next = self.next_place()?;
        let Parts { db, ledger, entropy, .. } = &mut self.parts;
        let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let mut entries = Entries { db, entropy: &mut **entropy, now, next, staged: Vec::new() };
        let done = work(&mut entries)?;
        let (staged, next) = (entries.staged, entries.next);
        // Known again only when both have it: a commit can fail and be on the disk all the same.
        self.next = None;
        transaction.commit()?;
        resume::append(&mut **ledger, &staged).map_err(|cause| Fault::Broken("the journal failed", cause.into()))?;
        self.next = Some(next);
        Ok(done)
    }

    /// The place of the next entry, once journal and database agree.
    fn next_place(&mut self) -> Result<u64, Fault> {
        if let Some(next) = self.next {
            return Ok(next);
        }
        let Parts { db, ledger, .. } = &mut self.parts;
        let next = stored(db, |entries| resume::resume(&mut **ledger, entries))?;
        let next = next.map_err(|cause| {
            tracing::error!(%cause, "a keeper without keys enters nothing");
            Fault::from(Refusal::Unavailable)
        })?;
        self.next = Some(next);
        Ok(next)
    }
}
