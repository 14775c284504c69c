//! A keeper, its disks, the people around it, and what is known of them.

mod ask;
mod batch;
mod lockdown;
mod refresh;
mod review;
mod start;
mod unclear;
mod upload;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_lc_rs::digest::{Context as Hashing, SHA256};
use rusqlite::Connection;
use sekisho_core::{
    id::{DocumentId, KeeperId},
    time::Timestamp,
};
use sekisho_keeper::{
    engine::{Ask, Engine, Ground, Locked, Outcome, found},
    wire::Refusal,
};

use crate::{
    chance::Chance,
    clock::Driven,
    disk::{Disk, database},
    laws::{Held, Law, Violation},
    model::{Model, time::Bounds},
    op::{Op, Step},
    people::{self, PASSPHRASE},
    planted::Planted,
    thief::{
        Wrapped,
        keystore::{self, Keyring, Secret},
    },
    wire::Write,
};

/// Whether a keeper runs.
pub(crate) enum Keeper {
    /// None does.
    Off,
    /// One without keys.
    Locked(Box<Locked>),
    /// One with keys.
    On(Box<Engine>),
}

/// How far the journal was read.
#[derive(Debug, Default)]
pub(crate) struct JournalRead {
    pub(crate) offset: usize,
    pub(crate) entries: u64,
}

/// Everything there is in a run.
pub struct World {
    pub(crate) disk: Disk,
    pub(crate) clock: Driven,
    pub(crate) keeper: Keeper,
    pub(crate) id: KeeperId,
    pub(crate) master: Secret,
    pub(crate) model: Model,
    pub(crate) bounds: Bounds,
    pub(crate) look: Option<Connection>,
    /// A planted reader that never ends.
    held: Option<Connection>,
    pub(crate) rows: BTreeMap<DocumentId, Wrapped>,
    /// Documents that wait for an unlocking.
    pub(crate) waiting: BTreeSet<DocumentId>,
    pub(crate) ring: Keyring,
    pub(crate) ring_read: Option<u64>,
    pub(crate) ring_checked: u64,
    pub(crate) journal: JournalRead,
    /// Calls of the keeper so far.
    pub(crate) call: u64,
    pub(crate) full: bool,
    chance: Chance,
    starts: u64,
    numbers: u64,
    digest: Hashing,
    planted: Planted,
}

/// What state the keeper is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No process.
    Off,
    /// Without keys.
    Locked,
    /// At work.
    On,
}

impl World {
    /// An installation, just founded.
    ///
    /// # Panics
    /// When a healthy founding fails.
    pub fn founded(seed: u64, planted: Planted) -> Self {
        let (disk, clock, mut chance) = (Disk::new(planted), Driven::new(planted.lag()), Chance::new(seed));
        let bounds = Bounds::at_start(None, clock.honest());
        let ground = Ground {
            db: database::open(disk.folder(), &disk.wire).expect("an empty folder takes a database"),
            medium: Box::new(disk.medium()),
            ledger: Box::new(disk.ledger()),
            blobs: Box::new(disk.blobs()),
            clock: Arc::new(clock.clone()),
            entropy: Box::new(Chance::new(chance.draw())),
        };
        let engine = found(ground, &people::plan(seed), PASSPHRASE).expect("nothing fails at the founding");
        let (id, master) = keystore::master(&disk.keystore(), PASSPHRASE).expect("the founder knows the passphrase");
        let mut world = Self {
            disk,
            clock,
            keeper: Keeper::On(Box::new(engine)),
            id,
            master,
            model: Model::default(),
            bounds,
            look: None,
            held: None,
            rows: BTreeMap::new(),
            waiting: BTreeSet::new(),
            ring: Keyring::default(),
            ring_read: None,
            ring_checked: 0,
            journal: JournalRead::default(),
            call: 0,
            full: false,
            chance,
            starts: 0,
            numbers: 0,
            digest: Hashing::new(&SHA256),
            planted,
        };
        world.model.paused = Some(false);
        world.after_tick().and_then(|()| world.hold_the_log()).expect("a new installation breaks no law");
        world
    }

    /// What state the keeper is in.
    pub const fn state(&self) -> State {
        match self.keeper {
            Keeper::Off => State::Off,
            Keeper::Locked(_) => State::Locked,
            Keeper::On(_) => State::On,
        }
    }

    /// Whether opening waits for a confirmation of the time, or nearly so.
    pub fn is_in_doubt(&self) -> bool {
        !self.bounds.is_plain(self.clock.honest())
    }

    /// Whether the disk is full.
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// A digest of all that happened so far.
    pub fn digest(&self) -> String {
        let digest = self.digest.clone().finish();
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Notes something in the digest.
    pub(crate) fn tell(&mut self, what: &str) {
        self.digest.update(what.as_bytes());
        self.digest.update(b"\n");
    }

    /// Does one step, and holds the laws against it.
    ///
    /// # Errors
    /// The law that it broke.
    pub fn perform(&mut self, step: &Step) -> Held {
        self.disk.wire.arm(&step.faults);
        let done = self.op(&step.op);
        self.disk.wire.disarm();
        let said = format!("{:?} {:?} {} {}", step.op, done, self.disk.wire.writes(), self.model.entries.len());
        self.tell(&said);
        done
    }

    /// What the last step wrote, in order.
    pub fn met(&self) -> Vec<Write> {
        self.disk.wire.met()
    }

    fn op(&mut self, op: &Op) -> Held {
        match op {
            Op::Pass(seconds) => self.live(*seconds),
            Op::Sleep(seconds) => {
                self.clock.pass(*seconds);
                self.tick()
            }
            Op::Tick => self.tick(),
            Op::Shift(person) => self.begin_shift(*person),
            Op::Review(person, reason) => self.review(*person, *reason),
            Op::Deliver(fails) => self.deliver(*fails),
            Op::Ask(n) => self.ask_about(*n),
            Op::Orphan => {
                self.leave_an_orphan();
                Ok(())
            }
            Op::Leap(seconds) => {
                self.clock.leap(*seconds);
                Ok(())
            }
            Op::Mend => {
                self.clock.mend();
                Ok(())
            }
            Op::Full(full) => {
                self.full = *full;
                self.disk.wire.fill(*full);
                Ok(())
            }
            Op::Stop => self.stop(),
            Op::Kill => self.kill(),
            Op::Start { off, unlock, power } => self.start(*off, *unlock, *power),
            Op::Unlock(right) => self.unlock(*right),
            Op::Release(right) => self.release(*right),
            Op::Halt(halt) => self.halt(*halt),
            Op::Batch(ops) => self.batch(ops),
            single => self.batch(std::slice::from_ref(single)),
        }
    }

    // ---------------------------------------------------------------- time

    /// Time passes, with the ticks that a keeper has.
    fn live(&mut self, seconds: u64) -> Held {
        let until = self.clock.truth() + seconds;
        while self.clock.truth() < until {
            let left = until.since(self.clock.truth());
            let due = match &mut self.keeper {
                Keeper::On(engine) => engine.seconds_to_next_due().max(1),
                // A locked keeper looks every few seconds; a day of that is made of longer steps here.
                Keeper::Locked(_) => 1800,
                Keeper::Off => left,
            };
            self.clock.pass(due.min(left));
            self.tick()?;
        }
        Ok(())
    }

    /// One tick of whatever keeper runs.
    pub(crate) fn tick(&mut self) -> Held {
        self.begin_call();
        match &mut self.keeper {
            Keeper::Off => Ok(()),
            Keeper::Locked(locked) => {
                let done = locked.tick().is_ok();
                let clean = self.is_clean();
                self.end_call();
                if clean && !done {
                    return Err(Violation::of(Law::Works, "a locked tick failed without cause"));
                }
                if clean {
                    self.model.ticked = self.model.ticked.max(self.bounds.low(self.clock.honest()));
                }
                self.inspect()
            }
            Keeper::On(engine) => {
                engine.tick();
                self.after_tick()
            }
        }
    }

    /// A whole tick was done, unless something struck.
    pub(crate) fn after_tick(&mut self) -> Held {
        let clean = self.is_clean() && !self.is_halted();
        self.end_call();
        self.refresh()?;
        if clean {
            self.note_clean_tick();
        }
        self.inspect()
    }

    // ---------------------------------------------------------------- calls

    pub(crate) fn begin_call(&mut self) {
        self.call += 1;
        self.disk.wire.begin_call();
    }

    /// Whether the present call met no fault.
    pub(crate) fn is_clean(&self) -> bool {
        self.disk.wire.is_clean()
    }

    fn is_halted(&self) -> bool {
        matches!(&self.keeper, Keeper::On(engine) if engine.is_halted())
    }

    /// Buries a process that died or can't go on.
    pub(crate) fn end_call(&mut self) {
        if self.disk.wire.is_dead() || self.is_halted() {
            self.bury();
        }
    }

    /// Puts requests to the keeper. Nothing if it died over them: then nobody got an answer.
    pub(crate) fn put(&mut self, asks: Vec<Ask>) -> Option<Vec<Outcome>> {
        self.begin_call();
        let outcomes = match &mut self.keeper {
            Keeper::Off => return None,
            Keeper::Locked(locked) => asks.iter().map(|ask| Outcome::Say(locked.answer(ask))).collect(),
            Keeper::On(engine) => engine.run(asks),
        };
        self.heed_lockdown();
        (!self.disk.wire.is_dead()).then_some(outcomes)
    }

    /// A number that was not given before.
    pub(crate) const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// The time that everybody but the keeper's machine goes by: the wall clock where it is right.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.honest().wall
    }

    /// Whether everything must work now: unlocked, nothing failed, and nobody doubts the time.
    pub(crate) fn must_work(&self) -> bool {
        let read = self.clock.honest();
        self.is_clean() && self.bounds.is_plain(read) && self.model.worked.hour() == self.bounds.low(read).hour()
    }

    /// Says that something that should have worked did not.
    pub(crate) fn refused(&self, what: &str, refusal: Refusal) -> Held {
        if self.must_work() && matches!(self.keeper, Keeper::On(_)) {
            return Err(Violation::of(Law::Works, format!("{what} was refused: {refusal}")));
        }
        Ok(())
    }
}
