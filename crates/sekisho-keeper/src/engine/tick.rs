//! The tick: what time alone brings about, in an order that a crash can't spoil.

use sekisho_core::{
    time::{HOUR, Timestamp},
    trust::Judgement,
};

use super::{
    Engine, alerts, apart, board, budget, canary, clock, ending,
    fault::Fault,
    intake_keys, retention, roots,
    turn::{Effect, Now, Turn},
    watching,
};
use crate::db::{self, meta};

/// A ciphertext without a row is an upload that was never received; after this many seconds it is swept.
const ORPHAN_SECONDS: u64 = 2 * HOUR;

/// Seconds after which there is a tick although nothing is due.
pub(crate) const LOOK_SECONDS: u64 = 15;

type Step = fn(&mut Turn<'_>) -> Result<(), Fault>;

impl Engine {
    /// Does what is due. Each part stands for itself: one that fails is logged
    /// and tried again at the next tick, and keeps no other from being done.
    pub fn tick(&mut self) {
        let reading = self.room.clock.read();
        self.room.ticked = reading.since_boot;
        let judged = self.room.trust.observe(reading);
        self.room.behind = false;
        let now = Now { at: judged.now, may_open: judged.may_open };
        self.note("a doubt about the time", |engine| engine.note_doubt(now, judged));
        // First, and whatever the database does then: where keeping and forgetting conflict, we forget. It takes a write
        // for each hour, however many documents hang on it; what there is to say of each of them comes after.
        self.note("forgetting slots", |engine| engine.forget_slots(now, judged.may_destroy_until));
        self.note("ending what is overdue", |engine| engine.end_overdue(now, judged));
        self.note("the hour's slots", |engine| engine.add_slots(now, judged.may_destroy_until));
        self.note("the change of root", |engine| engine.change_root(now, judged.may_destroy_until));
        self.note("the intake key", |engine| engine.step(now, intake_keys::turn_over));
        for (what, step) in Self::CHORES {
            self.note(what, |engine| engine.step(now, step));
        }
        self.note("the confirmed time", |engine| engine.persist_time());
        self.note("ciphertexts to remove", Self::remove_rest);
        self.note("ciphertexts that nobody knows", |engine| engine.sweep_orphans(now));
        // What was erased or dropped leaves the write-ahead log too.
        self.note("the write-ahead log", |engine| Ok(db::truncate_wal(&engine.db)?));
        self.note("publishing the ledger", Self::publish);
    }

    /// Whether the last tick left work that was due already, so that others were served in between.
    pub fn is_behind(&self) -> bool {
        self.room.behind
    }

    /// Does what is due, if anything is; in any case if nothing else is to be done, or if that was long ago: callers
    /// that ask all the time must not keep a leap of the clock from being noted, or the ledger from being published.
    pub fn tick_if_due(&mut self, idle: bool) {
        let since_boot = self.room.clock.read().since_boot;
        let long_ago = since_boot.saturating_sub(self.room.ticked) >= LOOK_SECONDS;
        if idle || long_ago || self.seconds_to_next_due() == 0 {
            self.tick();
        }
    }

    const CHORES: [(&str, Step); 14] = [
        ("what looks cost", budget::write_down),
        ("lapsed assignments", retention::lapse),
        ("shifts that are over", retention::end_shifts),
        ("warnings", retention::warn),
        ("members to erase", retention::erase_members),
        ("the courier's silence", alerts::listen),
        ("who is called next", alerts::escalate),
        ("old alerts", |turn| alerts::sweep(turn)),
        ("used call ids", |turn| retention::sweep(turn)),
        ("the book of canaries", canary::turn_over),
        ("counts that no window reaches", budget::sweep),
        ("what the board counts", board::keep_week),
        ("what was refused", watching::turn_over),
        ("what the watch remembers", watching::keep),
    ];

    fn note(&mut self, what: &'static str, work: impl FnOnce(&mut Self) -> Result<(), Fault>) {
        if let Err(cause) = work(self) {
            // What fails is tried again at the next tick, not at once.
            self.room.behind = false;
            tracing::error!(what, %cause, "a part of the tick was not done");
        }
    }

    /// One step in a transaction of its own, with its effects.
    pub(super) fn step(
        &mut self,
        now: Now,
        work: impl FnOnce(&mut Turn<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (done, effects, _) = self.transact(now, |turn| apart(turn, work))?;
        self.carry_out(&effects);
        done
    }

    // Once for each doubt; known as noted only when it is durable.
    fn note_doubt(&mut self, now: Now, judged: Judgement) -> Result<(), Fault> {
        if !judged.may_open && !self.room.doubt_noted {
            self.step(now, |turn| clock::note_doubt(turn, judged))?;
        }
        self.room.doubt_noted = !judged.may_open;
        Ok(())
    }

    fn end_overdue(&mut self, now: Now, judged: Judgement) -> Result<(), Fault> {
        self.step(now, |turn| retention::end_overdue(turn, judged.may_destroy_until))
    }

    fn forget_slots(&mut self, now: Now, until: Timestamp) -> Result<(), Fault> {
        let room = &mut self.room;
        let any = room.keystore.forget_slots(&mut room.keys, until.hour(), &mut *room.entropy)?;
        if any { self.step(now, |turn| retention::note_forgotten(turn, until.hour())) } else { Ok(()) }
    }

    // Never a slot for an hour that was destroyed already, even if `now` is
    // believed to lie before it.
    fn add_slots(&mut self, now: Now, destroyed: Timestamp) -> Result<(), Fault> {
        let room = &mut self.room;
        let from = now.at.hour().max(destroyed.hour());
        Ok(room.keystore.add_slots(&mut room.keys, from, &mut *room.entropy)?)
    }

    fn change_root(&mut self, now: Now, overdue: Timestamp) -> Result<(), Fault> {
        if !roots::is_due(&self.room, now.at) {
            return Ok(());
        }
        roots::begin(&mut self.room, now.at)?;
        let carried = self.step(now, |turn| roots::carry_over(turn, overdue));
        let cut = db::truncate_wal(&self.db);
        roots::finish(&self.db, &mut self.room, now.at, overdue)?;
        Ok(cut?).and(carried)
    }

    fn persist_time(&mut self) -> Result<(), Fault> {
        Ok(meta::set_confirmed(&self.db, self.room.trust.highest())?)
    }

    // What a crash or a failing store left behind.
    fn remove_rest(&mut self) -> Result<(), Fault> {
        let rest: Vec<_> = ending::unfinished(&self.db)?.into_iter().map(Effect::RemoveBlob).collect();
        self.carry_out(&rest);
        Ok(())
    }

    // Listing a full store is work; what nobody knows is harmless, so once an hour is enough.
    fn sweep_orphans(&mut self, now: Now) -> Result<(), Fault> {
        if self.room.swept == Some(now.at.hour()) {
            return Ok(());
        }
        let wall = self.room.clock.read().wall;
        for (document, since) in self.room.blobs.list().map_err(Fault::blob)? {
            if wall.since(since) > ORPHAN_SECONDS && !ending::is_known(&self.db, document)? {
                self.room.blobs.remove(document).map_err(Fault::blob)?;
            }
        }
        self.room.swept = Some(now.at.hour());
        Ok(())
    }

    /// Publishes what the ledger holds, tiles and a signed checkpoint, and lets the keystore remember how far it
    /// came. Cheap when nothing is new.
    ///
    /// # Errors
    /// When the files could not be written; the entries are durable all the same.
    pub fn publish(&mut self) -> Result<(), Fault> {
        let room = &mut self.room;
        room.publish()?;
        room.published = room.clock.read().since_boot;
        let head = room.ledger.published_head();
        Ok(room.keystore.remember_head(&room.keys, head, &mut *room.entropy)?)
    }
}
