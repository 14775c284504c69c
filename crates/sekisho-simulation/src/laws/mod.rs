//! What must hold after every call of the keeper.

mod budgets;
mod copies;
mod erasing;
mod kept;
mod opens;
mod recorded;

use std::fmt;

use crate::world::World;

/// A law of the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// (a) Nothing opens past its deadline or after its decision.
    Opens,
    /// (b) Nothing is released or acknowledged without a durable entry before it.
    Recorded,
    /// (c) Nothing acknowledged is lost while its disk survives.
    Kept,
    /// (d) An earlier copy without keystore opens nothing that was decided or overdue at the last completed change of
    /// root, with every key that can be had now.
    OldCopy,
    /// (e) A copy with keystore and passphrase opens what was undecided and in time when it was taken, and no other.
    WholeCopy,
    /// (f) At a start overdue slots and expired intake secrets are overwritten before anything else happens.
    Erasing,
    /// (h) No more distinct documents are opened than a person's budget allows in any window, nor more second looks.
    Budgets,
    /// (i) What the watch found while it lived is what a replay of the ledger finds, whatever died in between.
    Watched,
    /// (g) What should work works, once nothing fails any more.
    Works,
}

impl Law {
    /// Its letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Opens => 'a',
            Self::Recorded => 'b',
            Self::Kept => 'c',
            Self::OldCopy => 'd',
            Self::WholeCopy => 'e',
            Self::Erasing => 'f',
            Self::Works => 'g',
            Self::Budgets => 'h',
            Self::Watched => 'i',
        }
    }
}

/// A law was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub law: Law,
    /// How.
    pub what: String,
}

impl Violation {
    /// A violation of `law`.
    pub fn of(law: Law, what: impl Into<String>) -> Self {
        Self { law, what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) {}", self.law.letter(), self.what)
    }
}

/// What a check of laws comes to.
pub type Held = Result<(), Violation>;

impl World {
    /// Holds the disks against the laws, after a call.
    pub(crate) fn inspect(&mut self) -> Held {
        self.refresh()?;
        self.check_budgets()?;
        self.check_opens()?;
        self.check_old_copies()?;
        self.check_whole_copy()?;
        self.check_kept()
    }
}
