//! The hourly change of root: the keys of undecided documents are wrapped anew,
//! and what hung on the old root alone is gone from every copy.

use rusqlite::Connection;
use sekisho_core::{
    check::{CheckState, ShredCause},
    event::What,
    id::{CheckId, DocumentId},
    time::{Hour, Timestamp},
};

use super::{
    decide::settle,
    ending,
    fault::Fault,
    outbox,
    turn::{Room, Turn},
};
use crate::{
    custody::{self, Hold},
    db::columns::{At, Id},
    keystore::KeystoreError,
};

/// A change that isn't finished after this many hours is finished by forgetting.
const PATIENCE_HOURS: u64 = 2;

struct Held {
    check: CheckId,
    document: DocumentId,
    deadline: Timestamp,
    root: Hour,
    wrapped: Vec<u8>,
}

/// Whether there is a change to begin or to finish.
pub(super) fn is_due(room: &Room, now: Timestamp) -> bool {
    room.keys.has_old_root() || room.keys.root_hour().is_none_or(|held| held < now.hour())
}

/// First step: the new root, synced, beside the old one.
pub(super) fn begin(room: &mut Room, now: Timestamp) -> Result<(), KeystoreError> {
    if room.keys.root_hour().is_none_or(|held| held < now.hour()) && !room.keys.has_old_root() {
        room.keystore.add_root(&mut room.keys, now.hour(), &mut *room.entropy)?;
    }
    Ok(())
}

/// Second step, in one transaction: every survivor is wrapped under the new root.
pub(super) fn carry_over(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let Some(newest) = turn.room.keys.root_hour() else { return Ok(()) };
    let (mut carried, mut dropped) = (0, 0);
    for held in left_behind(turn.db, newest)? {
        match rewrap(turn.room, &held, newest) {
            Some(wrapped) => {
                store(turn.db, held.document, newest, &wrapped)?;
                carried += 1;
            }
            None => {
                drop_damaged(turn, &held)?;
                dropped += 1;
            }
        }
    }
    turn.log(None, What::RootChanged { hour: newest, carried, dropped })?;
    Ok(())
}

fn left_behind(db: &Connection, newest: Hour) -> rusqlite::Result<Vec<Held>> {
    held_where(db, "root_hour <> ?1", newest)
}

fn held_where(db: &Connection, which: &'static str, hour: Hour) -> rusqlite::Result<Vec<Held>> {
    let sql = format!(
        "SELECT check_id, id, deadline, root_hour, wrapped FROM document WHERE wrapped IS NOT NULL AND {which}"
    );
    db.prepare_cached(&sql)?
        .query_map([At(hour)], |row| {
            Ok(Held {
                check: row.get::<_, Id<_>>(0)?.0,
                document: row.get::<_, Id<_>>(1)?.0,
                deadline: row.get::<_, At<_>>(2)?.0,
                root: row.get::<_, At<_>>(3)?.0,
                wrapped: row.get(4)?,
            })
        })?
        .collect()
}

fn rewrap(room: &mut Room, held: &Held, newest: Hour) -> Option<Vec<u8>> {
    let old = hold_of(room, held, held.root);
    let key = custody::unwrap(&room.keys, old, &held.wrapped).ok()?;
    custody::wrap(&room.keys, Hold { root: newest, ..old }, &key, &mut *room.entropy).ok()
}

fn hold_of(room: &Room, held: &Held, root: Hour) -> Hold {
    Hold { keeper: room.keeper(), document: held.document, root, deadline: held.deadline.hour() }
}

fn store(db: &Connection, document: DocumentId, root: Hour, wrapped: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE document SET root_hour = ?2, wrapped = ?3 WHERE id = ?1")?.execute((
        Id(document),
        At(root),
        wrapped,
    ))?;
    Ok(())
}

fn drop_damaged(turn: &mut Turn<'_>, held: &Held) -> Result<(), Fault> {
    ending::shred(turn, held.check, held.document, ShredCause::Damaged)?;
    settle(turn, held.check, CheckState::AwaitingDocument, None, None)?;
    outbox::tell(turn, held.check)
}

/// Third and last step, after the transaction is durable: read back, then overwrite the old root.
///
/// If the second step keeps failing, patience ends after two hours: where
/// keeping and forgetting conflict, we forget, and members are asked again.
pub(super) fn finish(db: &Connection, room: &mut Room, now: Timestamp) -> Result<(), Fault> {
    let Some(newest) = room.keys.root_hour().filter(|_| room.keys.has_old_root()) else { return Ok(()) };
    if all_carried(db, room, newest)? || now.hour() >= newest.plus(PATIENCE_HOURS) {
        room.keystore.forget_roots_before(&mut room.keys, newest, &mut *room.entropy)?;
    }
    Ok(())
}

fn all_carried(db: &Connection, room: &Room, newest: Hour) -> Result<bool, Fault> {
    if !left_behind(db, newest)?.is_empty() {
        return Ok(false);
    }
    let carried = held_where(db, "root_hour = ?1", newest)?;
    let opens = |held: &Held| custody::unwrap(&room.keys, hold_of(room, held, newest), &held.wrapped).is_ok();
    Ok(carried.iter().all(opens))
}
