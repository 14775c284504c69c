//! The hourly change of root: the keys of undecided documents are wrapped anew,
//! and what hung on the old root alone is gone from every copy.

use rusqlite::{Connection, OptionalExtension};
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
    custody::{Gone, Hold, NONCE, Rewrapper},
    db::{
        columns::{At, Id},
        key_page::{Kept, KeyPage},
    },
    keystore::KeystoreError,
};

/// A change that isn't finished after this many hours is finished by forgetting.
const PATIENCE_HOURS: u64 = 2;
/// Pages of keys that are held in memory at once while all are wrapped anew.
const AT_ONCE: usize = 64;

fn hold(keeper: KeeperId, root: Hour, kept: &Kept) -> Hold {
    Hold { keeper, document: kept.document, root, deadline: kept.deadline }
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
    let mut change = Change { newest, overdue: overdue.hour(), rewrapper: Rewrapper::default(), carried: 0 };
    let (mut damaged, mut last) = (Vec::new(), 0);
    loop {
        let pages = left_behind(turn.db, newest, last)?;
        let Some(end) = pages.last() else { break };
        last = end.number;
        for page in pages {
            damaged.extend(change.carry_page(turn, page)?);
        }
    }
    damaged.iter().try_for_each(|document| drop_damaged(turn, *document))?;
    turn.log(None, What::RootChanged { hour: newest, carried: change.carried, dropped: damaged.len() as u64 })?;
    Ok(())
}

/// Pages under an older root, after page `after`, in the order in which they lie.
fn left_behind(db: &Connection, newest: Hour, after: i64) -> rusqlite::Result<Vec<KeyPage>> {
    db.prepare_cached(
        "SELECT number, root_hour, body FROM key_page WHERE number > ?1 AND root_hour <> ?2 ORDER BY number LIMIT ?3",
    )?
    .query_map((after, At(newest), AT_ONCE as i64), KeyPage::read)?
    .collect()
}

/// A change of root under way.
struct Change {
    newest: Hour,
    /// Slots of this hour and earlier ones are gone.
    overdue: Hour,
    rewrapper: Rewrapper,
    carried: u64,
}

impl Change {
    /// Wraps the keys of a page anew and stores it. Returns the documents whose keys did not open.
    fn carry_page(&mut self, turn: &mut Turn<'_>, mut page: KeyPage) -> Result<Vec<DocumentId>, Fault> {
        let (keeper, mut damaged, kept) = (turn.room.keeper(), Vec::new(), page.kept().collect::<Vec<_>>());
        let mut nonces = vec![0; kept.len() * NONCE];
        turn.room.entropy.fill(&mut nonces);
        for (kept, nonce) in kept.into_iter().zip(nonces.as_chunks::<NONCE>().0) {
            let old = hold(keeper, page.root, &kept);
            if kept.deadline <= self.overdue {
                page.clear(kept.place);
                continue;
            }
            match self.rewrapper.rewrap(&turn.room.keys, (old, self.newest), &kept.wrapped, *nonce) {
                Ok(wrapped) => {
                    page.put(&Kept { wrapped, ..kept });
                    self.carried += 1;
                }
                Err(Gone) => damaged.push(kept.document),
            }
        }
        page.root = self.newest;
        page.store(turn.db)?;
        Ok(damaged)
    }
}

fn drop_damaged(turn: &mut Turn<'_>, document: DocumentId) -> Result<(), Fault> {
    let check: Option<CheckId> = turn
        .db
        .prepare_cached("SELECT check_id FROM document WHERE id = ?1 AND key_place IS NOT NULL")?
        .query_row([Id(document)], |row| row.get::<_, Id<_>>(0))
        .optional()?
        .map(|Id(check)| check);
    let Some(check) = check else { return Ok(()) };
    ending::shred(turn, check, document, ShredCause::Damaged)?;
    retention::ask_again(turn, check)
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
    let (keeper, overdue, mut rewrapper) = (room.keeper(), overdue.hour(), Rewrapper::default());
    let mut opens = |page: &KeyPage| {
        let mut survivors = page.kept().filter(|kept| kept.deadline > overdue);
        survivors
            .all(|kept| page.root == newest && rewrapper.opens(&room.keys, hold(keeper, newest, &kept), &kept.wrapped))
    };
    let mut pages = db.prepare_cached("SELECT number, root_hour, body FROM key_page ORDER BY number")?;
    for page in pages.query_map([], KeyPage::read)? {
        if !opens(&page?) {
            return Ok(false);
        }
    }
    Ok(true)
}
