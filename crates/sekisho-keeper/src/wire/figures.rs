//! Figures for whoever watches the installation from outside: counts and ages, nothing about anybody.

use sekisho_core::budget::Standing;
use serde::{Deserialize, Serialize};

use super::{Queue, Status};

/// What is counted since the keeper started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Documents that arrived.
    pub arrivals: u64,
    /// Documents that were given to somebody.
    pub assignments: u64,
    /// Pictures that were released.
    pub viewings: u64,
    /// Decisions.
    pub decisions: u64,
    /// Documents that died undecided.
    pub overdue: u64,
    /// Documents that were found damaged.
    pub damaged: u64,
    /// What detectors found, notes aside.
    pub findings: u64,
    /// Pauses, by whomever.
    pub pauses: u64,
}

/// What waits, and for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// The age of the oldest in seconds; 0 for none.
    pub oldest: u64,
}

/// All of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figures {
    /// How the keeper is.
    pub status: Status,
    /// What waits for reviewers.
    pub queue: Queue,
    /// Shifts that are under way.
    pub shifts: u64,
    /// Entries of the ledger that are published, tiles and checkpoint.
    pub published: u64,
    /// Seconds since the newest cosignature of a witness; nothing without one.
    pub witness_age: Option<u64>,
    /// How the vault's budget stands, of documents that are opened for the first time.
    pub vault: Standing,
    /// Messages that wait for sites.
    pub webhooks: Waiting,
    /// People who are to be called and were not reached yet.
    pub calls: Waiting,
    /// Alerts that nobody acknowledged: those for at once, and the others.
    pub alerts: [u64; 2],
    /// Seconds since the courier was heard.
    pub courier_silent: u64,
    /// Since the keeper started.
    pub counted: Counted,
    /// Refusals since the keeper started: who asked (gate, desk, courier, operator), why, how many.
    pub refusals: Vec<(String, String, u64)>,
}
