//! Lockdown: the entry first, then the keeper forgets its keys, and a start does not bring them back.

use sekisho_core::{
    author::Author,
    check::Role,
    event::What,
    lockdown::{Lockdown, Means},
};

use super::{
    Engine, Locked, Parts,
    fault::Fault,
    stops,
    turn::{Effect, Room, Turn},
    waiting,
};
use crate::{
    db::{
        self,
        meta::{self, LockedDown},
    },
    keystore::Secret,
    wire::{Refusal, ShiftToken},
};

/// What opens the keystore.
#[derive(Clone, Copy)]
pub enum Opener<'a> {
    /// The passphrase.
    Passphrase(&'a [u8]),
    /// The secret that so many custodians' shares made.
    Shares(&'a Secret, u8),
}

/// Puts a lockdown on record. It happens once the entry is durable.
pub(super) fn lock_down(turn: &mut Turn<'_>, lockdown: Lockdown) -> Result<(), Fault> {
    // A second order of the same batch: the first one holds.
    if turn.effects.contains(&Effect::LockDown) {
        return Ok(());
    }
    let place = turn.log(None, What::LockedDown { lockdown: lockdown.clone() })?;
    meta::set(turn.db, meta::names::LOCKED_DOWN, &LockedDown { since: turn.now.at, place, lockdown })?;
    turn.effects.push(Effect::LockDown);
    Ok(())
}

/// An officer's order. It tightens, so nothing more than the shift is asked for.
pub(super) fn by_officer(turn: &mut Turn<'_>, token: &ShiftToken, why: &str) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?.staff();
    ordered(turn, by.into(), why)
}

/// The order of whoever runs the machine.
pub(super) fn by_operator(turn: &mut Turn<'_>, why: &str) -> Result<(), Fault> {
    ordered(turn, Author::Operator, why)
}

fn ordered(turn: &mut Turn<'_>, by: Author, why: &str) -> Result<(), Fault> {
    let why = why.parse().map_err(|_| Refusal::BadRequest)?;
    lock_down(turn, Lockdown { by, why, evidence: Vec::new() })
}

/// What stands on the ledger when a lockdown ends, or when shares were given without one. After a lockdown everything
/// is stopped still: officers reopen, step by step.
pub(super) fn note_end(turn: &mut Turn<'_>, by: Means) -> Result<(), Fault> {
    let standing: Option<LockedDown> = meta::get(turn.db, meta::names::LOCKED_DOWN)?;
    meta::clear(turn.db, meta::names::LOCKED_DOWN)?;
    turn.log(None, What::Unlocked { by })?;
    match standing.is_some() || turn.room.keystore.locked_down().is_some() {
        true => stops::shut_until_reopened(turn),
        false => Ok(()),
    }
}

impl Engine {
    /// Locks the vault down for whoever has the engine itself: what the watch orders of its own.
    ///
    /// # Errors
    /// [`Fault`]; then nothing was done.
    pub fn lock_down(&mut self, lockdown: Lockdown) -> Result<(), Fault> {
        let now = self.now();
        let (done, _, _) = self.transact(now, |turn| super::apart(turn, |turn| lock_down(turn, lockdown)))?;
        done
    }

    /// Whether a lockdown was ordered and is on record. From then on nothing is released; [`Engine::lock`] is due.
    pub const fn is_locked_down(&self) -> bool {
        self.locked_down
    }

    /// Wipes every key from memory. What is left can forget, and be unlocked.
    ///
    /// What can't be written any more is logged: the order is on record already, and a start heeds that.
    pub fn lock(mut self) -> Locked {
        if let Err(cause) = self.mark_keystore() {
            tracing::error!(%cause, "the keystore was not marked; the next start does it");
        }
        if let Err(cause) = self.renew_waiting_key() {
            tracing::error!(%cause, "the waiting key was not made anew; what comes is sealed to the last one, if to any");
        }
        if let Err(cause) = self.publish() {
            tracing::error!(%cause, "the ledger was not published before the lockdown");
        }
        if let Err(cause) = db::truncate_wal(&self.db) {
            tracing::error!(%cause, "the write-ahead log was not truncated");
        }
        let Self { db, room, halted, .. } = self;
        let Room { installation, keystore, keys, signers, ledger, blobs, clock, entropy, trust, .. } = room;
        drop((keys, signers));
        let (size, ledger) = (ledger.size(), ledger.into_files());
        let next = (!halted).then_some(size);
        let locked = Locked::of(Parts { db, keystore, ledger, blobs, clock, entropy }, installation, trust);
        locked.knowing(next)
    }

    /// So that no copy from before the lockdown opens what comes after it.
    fn renew_waiting_key(&mut self) -> Result<(), Fault> {
        let now = self.now();
        self.locked_down = false;
        let renewed = self.transact(now, |turn| super::apart(turn, waiting::renew));
        self.locked_down = true;
        renewed?.0
    }

    fn mark_keystore(&mut self) -> Result<(), Fault> {
        let standing: Option<LockedDown> = meta::get(&self.db, meta::names::LOCKED_DOWN)?;
        let Some(standing) = standing else { return Ok(()) };
        let room = &mut self.room;
        Ok(room.keystore.lock_down(&room.keys, standing.since, &mut *room.entropy)?)
    }
}
