//! Between the keeper and its disks: every write passes here, and here it may fail.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::disk::database::{self, Files};

/// How much of a write reached the disk although the caller was told that it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Nothing: failed and not persisted.
    Nothing,
    /// All of it: failed but persisted.
    All,
    /// So many 256ths from its beginning. Where a write is all or nothing, it is nothing.
    Front(u8),
    /// So many 256ths up to its end. Where a write is all or nothing, it is nothing.
    Back(u8),
}

/// What a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strikes {
    /// A write of keystore, ledger or blobs, or a transaction of the database.
    Write,
    /// A statement of the database, somewhere in its midst, as a full disk does. SQLite then gives up the transaction.
    Statement,
}

/// One fault within one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What it strikes.
    pub on: Strikes,
    /// Which of them within the step, from 0.
    pub at: u32,
    /// Whether the process dies there. If not, it is told of the failure and goes on.
    pub dies: bool,
    /// What reached the disk.
    pub kept: Kept,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A record of the keystore, by its number.
    Record(u32),
    /// An append to the ledger's journal.
    Journal,
    /// A cut of the ledger's journal.
    Cut,
    /// A public file of the ledger.
    Public,
    /// The removal of a ciphertext.
    Blob,
    /// A transaction of the database.
    Commit,
}

/// One write, and whether it was done whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// What was written.
    pub write: Write,
    /// Whether it was done whole.
    pub whole: bool,
}

/// What becomes of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Done,
    /// The caller is told that it failed; so much of it is on the disk.
    Failed(Kept),
}

#[derive(Debug, Default)]
struct State {
    folder: PathBuf,
    armed: Vec<Fault>,
    writes: u32,
    statements: u32,
    /// What was written since faults were armed.
    met: Vec<Write>,
    dead: bool,
    full: bool,
    /// Faults that struck since the last call began.
    struck: u64,
    crashes: u64,
    faults: u64,
    trail: Vec<Trace>,
    /// A commit that is to be reported as failed once it is done: whether the process dies with it.
    pending: Option<bool>,
    wreck: Option<Files>,
}

/// The wire. Clones share it.
#[derive(Debug, Clone)]
pub struct Wire(Arc<Mutex<State>>);

impl Wire {
    /// A wire without faults, for a database in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(State { folder, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms a step's faults and counts its writes from zero.
    pub fn arm(&self, faults: &[Fault]) {
        let mut state = self.state();
        (state.writes, state.statements) = (0, 0);
        state.met.clear();
        state.armed = faults.to_vec();
    }

    /// What did not strike in its step doesn't strike later.
    pub fn disarm(&self) {
        self.state().armed.clear();
    }

    /// A call of the keeper begins.
    pub fn begin_call(&self) {
        let mut state = self.state();
        state.struck = 0;
        state.trail.clear();
    }

    /// The disk fills up, or has room again.
    pub fn fill(&self, full: bool) {
        self.state().full = full;
    }

    /// A write asks what becomes of it.
    pub fn meet(&self, write: Write) -> Fate {
        let mut state = self.state();
        let (fate, dies) = state.fate(write);
        if dies {
            state.die();
        }
        let whole = matches!(fate, Fate::Done | Fate::Failed(Kept::All));
        state.trail.push(Trace { write, whole });
        fate
    }

    /// A transaction is about to be committed; true to roll it back.
    pub fn meet_commit(&self) -> bool {
        let mut state = self.state();
        state.pending = None;
        let (fate, dies) = state.fate(Write::Commit);
        match fate {
            Fate::Done => {}
            // The process dies only once the commit is done.
            Fate::Failed(Kept::All) => state.pending = Some(dies),
            Fate::Failed(_) => {
                if dies {
                    state.die();
                }
                return true;
            }
        }
        state.trail.push(Trace { write: Write::Commit, whole: true });
        false
    }

    /// A transaction was committed; true to report that it failed.
    pub fn met_commit(&self) -> bool {
        let mut state = self.state();
        let Some(dies) = state.pending.take() else { return false };
        if dies {
            state.die();
        }
        true
    }

    /// Some steps of a statement were done; true to break it off.
    pub fn meet_statement(&self) -> bool {
        let mut state = self.state();
        if state.dead {
            return false;
        }
        let at = state.statements;
        state.statements += 1;
        let Some(fault) = state.take(Strikes::Statement, at) else { return false };
        if fault.dies {
            state.die();
        }
        true
    }

    /// The process is killed, between two writes.
    pub fn kill(&self) {
        self.state().die();
    }

    /// Whether the process is dead: nothing that it does reaches a disk any more.
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// Another process begins. The database's files as the dead one left them.
    pub fn revive(&self) -> Option<Files> {
        let mut state = self.state();
        state.dead = false;
        state.pending = None;
        state.wreck.take()
    }

    /// Whether the present call met no fault and no full disk.
    pub fn is_clean(&self) -> bool {
        let state = self.state();
        state.struck == 0 && !state.dead && !state.full
    }

    /// Writes of the present call, in order.
    pub fn trail(&self) -> Vec<Trace> {
        self.state().trail.clone()
    }

    /// Writes since the faults were armed.
    pub fn writes(&self) -> u32 {
        self.state().writes
    }

    /// What was written since the faults were armed.
    pub fn met(&self) -> Vec<Write> {
        self.state().met.clone()
    }

    /// Runs of statements since the faults were armed.
    pub fn statements(&self) -> u32 {
        self.state().statements
    }

    /// How often a process died so far, and how many faults struck.
    pub fn tally(&self) -> (u64, u64) {
        let state = self.state();
        (state.crashes, state.faults)
    }
}

impl State {
    /// What becomes of a write, and whether the process dies with it.
    fn fate(&mut self, write: Write) -> (Fate, bool) {
        if self.dead {
            return (Fate::Failed(Kept::Nothing), false);
        }
        let at = self.writes;
        self.writes += 1;
        self.met.push(write);
        if let Some(fault) = self.take(Strikes::Write, at) {
            return (Fate::Failed(fault.kept), fault.dies);
        }
        // A full disk takes no more bytes; what is rewritten in place or removed needs none.
        let fate = match write {
            Write::Journal if self.full => Fate::Failed(Kept::Front(at as u8)),
            Write::Public | Write::Commit if self.full => Fate::Failed(Kept::Nothing),
            _ => Fate::Done,
        };
        (fate, false)
    }

    fn take(&mut self, on: Strikes, at: u32) -> Option<Fault> {
        let found = self.armed.iter().position(|fault| fault.on == on && fault.at == at)?;
        self.struck += 1;
        self.faults += 1;
        Some(self.armed.swap_remove(found))
    }

    fn die(&mut self) {
        if !self.dead {
            self.dead = true;
            self.crashes += 1;
            self.wreck = Some(database::files(&self.folder));
        }
    }
}
