//! The keeper's engine: single-threaded, deterministic, without sockets.
//!
//! Requests come in batches. A batch is one transaction: each verb in it does
//! its work in a savepoint of its own and stages its ledger entries; then the
//! transaction is committed, then the entries are made durable in the journal
//! in one write, and only then does anything happen that can't be undone: a
//! document is opened, a ciphertext removed, an answer given.

mod alerts;
mod assign;
mod assigned;
mod board;
mod budget;
mod canary;
mod ceremonies;
mod changes;
mod checks;
mod clock;
mod custodians;
mod decide;
mod dispatch;
mod ending;
mod fault;
mod figures;
mod founding;
mod intake_keys;
mod lockdown;
mod locked;
mod operated;
mod outbox;
mod pages;
mod pause;
mod receive;
mod registry;
mod replay;
mod restore;
mod retention;
mod roots;
mod shifts;
mod signers;
mod staff;
mod stop_keys;
mod stops;
mod tick;
mod turn;
mod view;
mod waiting;
mod watching;
#[cfg(feature = "testing")]
mod weigh;
mod witness;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use assigned::Assigned;
pub use budget::BudgetRefused;
pub(crate) use budget::Reckoning;
#[cfg(test)]
pub(crate) use budget::Tally;
pub use dispatch::{Ask, Outcome, Reply};
pub use fault::Fault;
pub use founding::{FoundError, Founder, Ground, Known, Plan, found, known};
pub use lockdown::Opener;
pub use locked::{Locked, Parts, StartError};
pub(crate) use pause::holds as is_paused;
pub use replay::GateFact;
pub use restore::{After, KnownCheck, RestoreError, Restored, restore};
use rusqlite::Connection;
use sekisho_core::id::DocumentId;
pub(crate) use shifts::OnShift;
pub(crate) use tick::LOOK_SECONDS;
use turn::{Effect, Now, Room, Turn};
pub use witness::WitnessRefused;

use crate::{db, ledger::Position, wire::Refusal};

/// An unlocked keeper.
pub struct Engine {
    db: Connection,
    room: Room,
    halted: bool,
    /// A lockdown is on record; the keys are to be wiped.
    locked_down: bool,
}

/// The keeper can't go on: what it wrote and what it knows may differ. It must be started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keeper halted and must be started anew")]
pub struct Halted;

impl Engine {
    /// Runs a batch of requests. There is one outcome per request, in their order.
    pub fn run(&mut self, asks: Vec<Ask>) -> Vec<Outcome> {
        let sides: Vec<_> = asks.iter().map(Ask::side).collect();
        match self.batch(asks) {
            Ok(outcomes) => outcomes,
            Err(cause) => {
                tracing::error!(%cause, "a batch was not done");
                sides.into_iter().map(|side| Outcome::Say(side.refuse(cause.refusal()))).collect()
            }
        }
    }

    /// Whether it must be started anew.
    pub fn is_halted(&self) -> bool {
        self.halted
    }

    fn batch(&mut self, asks: Vec<Ask>) -> Result<Vec<Outcome>, Fault> {
        let now = self.now();
        let (steps, effects, positions) = self.transact(now, |turn| {
            let done = asks.into_iter().map(|ask| (ask.side(), watching::heed(turn, ask))).collect::<Vec<_>>();
            watching::put_by(turn);
            done
        })?;
        let outcomes = steps.into_iter().map(|(side, step)| self.conclude(side, step, &positions)).collect();
        self.carry_out(&effects);
        Ok(outcomes)
    }

    /// One transaction, then its entries, durably. What has to happen after is returned.
    fn transact<T>(
        &mut self,
        now: Now,
        work: impl FnOnce(&mut Turn<'_>) -> T,
    ) -> Result<(T, Vec<Effect>, Vec<Position>), Fault> {
        if self.halted {
            return Err(Fault::Broken("halted", Halted.into()));
        }
        if self.locked_down {
            return Err(Refusal::LockedDown.into());
        }
        self.open_transaction()?;
        let mut turn = Turn {
            db: &self.db,
            room: &mut self.room,
            now,
            effects: Vec::new(),
            counted: Default::default(),
            seen: Vec::new(),
        };
        let done = work(&mut turn);
        let (effects, counted) = (turn.effects, turn.counted);
        self.commit()?;
        let positions = self.room.ledger.commit().map_err(|cause| {
            // The database holds entries that the journal lacks. A start completes
            // the journal; going on now would build on what isn't durable twice.
            self.halted = true;
            Fault::Broken("the journal failed", cause.into())
        })?;
        self.room.counts.add(counted);
        self.room.tally.settle();
        for effect in &effects {
            match *effect {
                Effect::Believe(at, reading) => drop(self.room.trust.confirm(at, reading)),
                Effect::Settle => self.room.witnesses.settle(),
                Effect::LockDown => self.locked_down = true,
                Effect::RemoveBlob(_) => {}
            }
        }
        Ok((done, effects, positions))
    }

    // One that failed in its midst may have left the transaction open: the next would
    // be refused, and what is written outside of any would be part of it.
    fn open_transaction(&self) -> rusqlite::Result<()> {
        if !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK")?;
        }
        self.db.execute_batch("BEGIN IMMEDIATE").inspect_err(|_| {
            let _ = self.db.execute_batch("ROLLBACK");
        })
    }

    /// Commits, or leaves nothing of the transaction, neither in the database nor in the ledger.
    fn commit(&mut self) -> Result<(), Fault> {
        let committed = match self.db.is_autocommit() {
            true => Err(given_up()),
            false => self.db.execute_batch("COMMIT").map_err(Fault::from),
        };
        if committed.is_err() {
            let _ = self.db.execute_batch("ROLLBACK");
            self.room.ledger.abandon();
            self.room.tally.rollback_to(0);
            self.room.watching.forget_all();
            // A commit can fail and be on the disk all the same. Its entries are then
            // in the database and not in the journal; a start completes the journal.
            self.halted = !self.is_as_before().unwrap_or(false);
        }
        committed
    }

    /// Whether the database holds no entry that the ledger doesn't know.
    fn is_as_before(&self) -> rusqlite::Result<bool> {
        let newest: Option<i64> = self.db.query_row("SELECT max(place) FROM event", [], |row| row.get(0))?;
        Ok(newest.map_or(0, |place| place as u64 + 1) == self.room.ledger.size())
    }

    fn now(&mut self) -> Now {
        let judged = self.room.trust.observe(self.room.clock.read());
        Now { at: judged.now, may_open: judged.may_open }
    }

    fn carry_out(&mut self, effects: &[Effect]) {
        if effects.is_empty() {
            return;
        }
        // A failure is tried again at every tick: the row says `shredding` until it is done.
        if let Err(cause) = self.remove_blobs(effects) {
            tracing::error!(%cause, "what was removed is not on record");
        }
        // So that a dropped key leaves the write-ahead log as well.
        if let Err(cause) = db::truncate_wal(&self.db) {
            tracing::error!(%cause, "the write-ahead log was not truncated");
        }
    }

    /// Removes ciphertexts, then notes all that are gone, in one transaction.
    fn remove_blobs(&self, effects: &[Effect]) -> Result<(), Fault> {
        let removed = effects.iter().filter_map(|effect| {
            let Effect::RemoveBlob(document) = effect else { return None };
            let removed = self.room.blobs.remove(*document);
            let _ = removed.as_ref().inspect_err(|cause| {
                tracing::error!(%document, %cause, "a ciphertext was not removed");
            });
            removed.is_ok().then_some(*document)
        });
        let removed: Vec<DocumentId> = removed.collect();
        let noted = self.db.unchecked_transaction()?;
        removed.into_iter().try_for_each(|document| ending::finish(&noted, document))?;
        Ok(noted.commit()?)
    }

    /// In how many seconds [`Engine::tick`] is wanted next.
    pub fn seconds_to_next_due(&mut self) -> u64 {
        let now = self.now().at;
        retention::next_due(&self.db, now).map_or(1, |due| due.since(now))
    }
}

// A full or failing disk makes SQLite give up a whole transaction in its midst.
// What a verb did after that would be committed by itself, with a gap before its
// entries.
fn given_up() -> Fault {
    Fault::Broken("keeper.db gave the transaction up", "see the failure before".into())
}

/// Runs one verb in a savepoint of its own: if it fails, nothing of it stays.
fn apart<T>(turn: &mut Turn<'_>, verb: impl FnOnce(&mut Turn<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    if turn.db.is_autocommit() {
        return Err(given_up());
    }
    turn.db.execute_batch("SAVEPOINT verb")?;
    let (mark, effects, counted) = (turn.room.ledger.mark(), turn.effects.len(), turn.counted);
    let counts = turn.room.tally.mark();
    let done = verb(turn).and_then(|done| watching::look(turn).map(|()| done));
    if done.is_ok() {
        turn.db.execute_batch("RELEASE verb")?;
    } else if !turn.db.is_autocommit() {
        turn.db.execute_batch("ROLLBACK TO verb; RELEASE verb")?;
        turn.room.ledger.rollback_to(mark);
        turn.room.tally.rollback_to(counts);
        turn.effects.truncate(effects);
        turn.counted = counted;
    }
    turn.seen.clear();
    done
}
