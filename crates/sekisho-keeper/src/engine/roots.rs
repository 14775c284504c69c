//! The hourly change of root: the keys of undecided documents are wrapped anew,
//! and what hung on the old root alone is gone from every copy.

use rusqlite::Connection;
use sekisho_core::{
    check::ShredCause,
    event::What,
    id::{CheckId, DocumentId, KeeperId},
    time::{Hour, Timestamp},
};

use super::{
    ending,
    fault::Fault,
    retention,
    turn::{Room, Turn},
};
use crate::{
    custody::{Hold, NONCE, Rewrapper},
    db::columns::{At, Id},
    keystore::KeystoreError,
};

/// A change that isn't finished after this many hours is finished by forgetting.
const PATIENCE_HOURS: u64 = 2;
/// Keys that are held in memory at once while all are wrapped anew.
const AT_ONCE: usize = 4096;

struct Held {
    check: CheckId,
    document: DocumentId,
    deadline: Timestamp,
    root: Hour,
    wrapped: Vec<u8>,
}

impl Held {
    fn hold(&self, keeper: KeeperId) -> Hold {
        Hold { keeper, document: self.document, root: self.root, deadline: self.deadline.hour() }
    }
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
///
/// What was overdue at `overdue` is no survivor, whether its end is on record yet or not: its slot is gone.
pub(super) fn carry_over(turn: &mut Turn<'_>, overdue: Timestamp) -> Result<(), Fault> {
    let Some(newest) = turn.room.keys.root_hour() else { return Ok(()) };
    let (mut carried, mut dropped, mut last) = (0, 0, DocumentId::from_bytes([0; 16]));
    let mut rewrapper = Rewrapper::default();
    loop {
        let page = left_behind(turn.db, newest, overdue, last)?;
        let Some(end) = page.last() else { break };
        last = end.document;
        let damaged = carry_page(turn, &mut rewrapper, newest, &page)?;
        carried += (page.len() - damaged.len()) as u64;
        dropped += damaged.len() as u64;
        damaged.into_iter().try_for_each(|held| drop_damaged(turn, held))?;
    }
    turn.log(None, What::RootChanged { hour: newest, carried, dropped })?;
    Ok(())
}

/// Survivors under an older root, after the document `after`, in the order in which they lie.
fn left_behind(db: &Connection, newest: Hour, overdue: Timestamp, after: DocumentId) -> rusqlite::Result<Vec<Held>> {
    db.prepare_cached(
        "SELECT check_id, id, deadline, root_hour, wrapped FROM document INDEXED BY document_held
         WHERE shredded IS NULL AND id > ?1 AND wrapped IS NOT NULL AND root_hour <> ?2 AND deadline > ?3
         ORDER BY id LIMIT ?4",
    )?
    .query_map((Id(after), At(newest), At(overdue), AT_ONCE as i64), held)?
    .collect()
}

fn held(row: &rusqlite::Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        check: row.get::<_, Id<_>>(0)?.0,
        document: row.get::<_, Id<_>>(1)?.0,
        deadline: row.get::<_, At<_>>(2)?.0,
        root: row.get::<_, At<_>>(3)?.0,
        wrapped: row.get(4)?,
    })
}

/// Wraps a page of keys anew and stores them. Returns those that did not open.
fn carry_page<'a>(
    turn: &mut Turn<'_>,
    rewrapper: &mut Rewrapper,
    newest: Hour,
    page: &'a [Held],
) -> Result<Vec<&'a Held>, Fault> {
    let mut nonces = vec![0; page.len() * NONCE];
    turn.room.entropy.fill(&mut nonces);
    let (nonces, _) = nonces.as_chunks::<NONCE>();
    let (keeper, mut damaged) = (turn.room.keeper(), Vec::new());
    let mut store = turn.db.prepare_cached("UPDATE document SET root_hour = ?2, wrapped = ?3 WHERE id = ?1")?;
    for (held, nonce) in page.iter().zip(nonces) {
        match rewrapper.rewrap(&turn.room.keys, (held.hold(keeper), newest), &held.wrapped, *nonce) {
            Ok(wrapped) => store.execute((Id(held.document), At(newest), &wrapped[..])).map(drop)?,
            Err(_) => damaged.push(held),
        }
    }
    Ok(damaged)
}

fn drop_damaged(turn: &mut Turn<'_>, held: &Held) -> Result<(), Fault> {
    ending::shred(turn, held.check, held.document, ShredCause::Damaged)?;
    retention::ask_again(turn, held.check)
}

/// Third and last step, after the transaction is durable: read back, then overwrite the old root.
///
/// If the second step keeps failing, patience ends after two hours: where
/// keeping and forgetting conflict, we forget, and members are asked again.
pub(super) fn finish(db: &Connection, room: &mut Room, now: Timestamp, overdue: Timestamp) -> Result<(), Fault> {
    let Some(newest) = room.keys.root_hour().filter(|_| room.keys.has_old_root()) else { return Ok(()) };
    // Asked first: a database that can't be read keeps no root alive.
    if now.hour() >= newest.plus(PATIENCE_HOURS) || all_carried(db, room, newest, overdue)? {
        room.keystore.forget_roots_before(&mut room.keys, newest, &mut *room.entropy)?;
    }
    Ok(())
}

/// Whether every survivor, read back, hangs on the newest root and opens.
fn all_carried(db: &Connection, room: &Room, newest: Hour, overdue: Timestamp) -> Result<bool, Fault> {
    let (keeper, mut rewrapper) = (room.keeper(), Rewrapper::default());
    let mut opens = |held: &Held| held.root == newest && rewrapper.opens(&room.keys, held.hold(keeper), &held.wrapped);
    let mut survivors = db.prepare_cached(
        "SELECT check_id, id, deadline, root_hour, wrapped FROM document INDEXED BY document_held
         WHERE shredded IS NULL AND wrapped IS NOT NULL AND deadline > ?1 ORDER BY id",
    )?;
    for survivor in survivors.query_map([At(overdue)], held)? {
        if !opens(&survivor?) {
            return Ok(false);
        }
    }
    Ok(true)
}
