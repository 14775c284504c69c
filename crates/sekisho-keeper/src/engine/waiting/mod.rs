//! What comes while the keeper is locked, after a lockdown or because nobody gave the passphrase yet: it waits.
//!
//! It is sealed to the waiting key (`keystore/waiting.rs`), to which nothing else ever is. A keeper without keys enters
//! it, in the ledger as in the database, and can't read it. While it waits nobody reads it without the keystore of that
//! time *and* what opens that; at its deadline the slot that the waiting key hangs on is overwritten, for which no key
//! is needed either; and the unlocking takes it over, like all else under root and slot, and overwrites the waiting key
//! before anything is given out. From then on a copy of what waited opens nothing, whatever is held besides.

mod entries;
mod key;
mod overdue;
mod take;
mod take_over;
mod withdrawn;

pub(super) use key::{offered, renew, turn_over};
use rusqlite::Connection;
use sekisho_core::id::DocumentId;

use crate::{
    db::columns::{Id, Packed},
    wire::Receive,
};

/// Lays down what the gate handed in.
fn put(db: &Connection, asked: &Receive) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO waiting (document, asked) VALUES (?1, ?2)")?
        .execute((Id(asked.document), Packed(asked)))
        .map(drop)
}

/// All that waits, in the order of its arrival; nothing for what was handed in where that can't be read.
fn all(db: &Connection) -> rusqlite::Result<Vec<(DocumentId, Option<Receive>)>> {
    db.prepare_cached(
        "SELECT d.id, w.asked FROM waiting AS w JOIN document AS d ON d.id = w.document ORDER BY d.received, d.id",
    )?
    .query_map([], |row| {
        let asked = row.get::<_, Packed<Receive>>(1).ok();
        Ok((row.get::<_, Id<_>>(0)?.0, asked.map(|Packed(asked)| asked)))
    })?
    .collect()
}

/// A document waits no more.
pub(super) fn forget(db: &Connection, document: DocumentId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM waiting WHERE document = ?1")?.execute([Id(document)]).map(drop)
}
