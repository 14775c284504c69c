//! How a document ends: its key is dropped in the transaction that says so, its
//! ciphertext is removed after.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    check::{DocumentState, ShredCause},
    event::What,
    id::{CheckId, DocumentId, SiteName},
    time::Timestamp,
};

use super::{
    budget,
    fault::Fault,
    turn::{Effect, Turn},
    waiting,
};
use crate::db::{
    columns::{At, Id, Word},
    key_page,
};

/// Documents and members that one step of a tick deals with. What waits for the keeper meanwhile waits some tens of
/// milliseconds.
pub(super) const AT_ONCE: usize = 500;

/// Drops a document's key, voids its assignment, and asks for its ciphertext to be removed.
///
/// From the end of this transaction on the running system can't open it.
pub(super) fn shred(turn: &mut Turn<'_>, check: CheckId, document: DocumentId, cause: ShredCause) -> Result<(), Fault> {
    if let Some(site) = drop_key(turn.db, document, turn.now.at)? {
        budget::ended(turn, &site, turn.now.at)?;
    }
    turn.log(Some(check), What::Shredded { check, document, cause })?;
    turn.effects.push(Effect::RemoveBlob(document));
    Ok(())
}

/// Drops a document's key, held or waiting, and voids its assignment. Says whose member's it was; nothing if it has
/// ended before.
pub(super) fn drop_key(db: &Connection, document: DocumentId, now: Timestamp) -> rusqlite::Result<Option<SiteName>> {
    let held = held(db, document)?;
    if let Some(place) = held.as_ref().and_then(|(place, _)| *place) {
        key_page::forget(db, place, document)?;
    }
    waiting::forget(db, document)?;
    db.prepare_cached(
        "UPDATE document SET state = ?2, key_place = NULL, warn_at = NULL, shredded = ?3
         WHERE id = ?1 AND shredded IS NULL",
    )?
    .execute((Id(document), Word(DocumentState::Shredding), At(now)))?;
    db.prepare_cached("UPDATE assignment SET state = 'void' WHERE document = ?1 AND state = 'open'")?
        .execute([Id(document)])?;
    Ok(held.map(|(_, site)| site))
}

/// Where the key of a document lies unless it waits, and whose member's it is; nothing if it has ended.
fn held(db: &Connection, document: DocumentId) -> rusqlite::Result<Option<(Option<i64>, SiteName)>> {
    db.prepare_cached("SELECT key_place, site FROM document WHERE id = ?1 AND shredded IS NULL")?
        .query_row([Id(document)], |row| Ok((row.get(0)?, row.get::<_, Word<_>>(1)?.0)))
        .optional()
}

/// The undecided document of a check, if there is one.
pub(super) fn undecided_of(db: &Connection, check: CheckId) -> rusqlite::Result<Option<DocumentId>> {
    let mut found = db.prepare_cached("SELECT id FROM document WHERE check_id = ?1 AND shredded IS NULL LIMIT 1")?;
    let mut rows = found.query_map([Id(check)], |row| row.get::<_, Id<DocumentId>>(0))?;
    rows.next().transpose().map(|id| id.map(|Id(id)| id))
}

/// Documents whose ciphertext may still lie there, some of them if they are many.
pub(super) fn unfinished(db: &Connection) -> rusqlite::Result<Vec<DocumentId>> {
    db.prepare_cached("SELECT id FROM document WHERE state = 'shredding' LIMIT ?1")?
        .query_map([AT_ONCE as i64], |row| row.get::<_, Id<DocumentId>>(0))?
        .map(|id| id.map(|Id(id)| id))
        .collect()
}

/// Marks a document whose ciphertext is gone.
pub(super) fn finish(db: &Connection, document: DocumentId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE document SET state = ?2 WHERE id = ?1 AND state = 'shredding'")?
        .execute((Id(document), Word(DocumentState::Shredded)))?;
    Ok(())
}

/// Whether a document of this id ever arrived and still has its ciphertext.
pub(super) fn is_known(db: &Connection, document: DocumentId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM document WHERE id = ?1 AND state <> 'shredded'")?.exists([Id(document)])
}
