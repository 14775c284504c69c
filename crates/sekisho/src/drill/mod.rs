//! The promise table, performed: an attacker with exactly that in hand, on a throwaway installation.
//!
//! Each drill has a control: the same attacker's code succeeds where it may, with the keystore or at the desk. A drill
//! whose control fails proves nothing, and says so by breaking its promise.

mod auditor;
mod caller;
mod canary;
mod clock_back;
mod clock_forward;
mod clockwork;
mod clone;
mod comparison;
mod crack;
mod findings;
mod forged;
mod forger;
mod fork;
mod ground;
mod grounds;
mod hoard;
pub(crate) mod in_gate;
mod key_bytes;
mod keyring;
mod loot;
mod old_state;
mod openbao;
mod past;
mod promises;
mod public_process;
mod reach;
mod restore;
mod rewritten_ledger;
mod snapshot;
mod snapshot_with_keystore;
mod sought;
mod stolen_databases;
mod stolen_site_key;
mod stolen_storage;
mod truncated_ledger;
mod watched;
mod yesterdays_backup;

use std::io;

use serde::Serialize;

use self::grounds::Grounds;
pub use self::{
    comparison::comparison,
    grounds::Means,
    promises::{Printed, table},
    sought::{Got, Sought},
};
use crate::{
    client::ClientError,
    demo::{HouseError, NeighbourError, StoryError},
    supervisor::NotATest,
};

/// A drill. It attacks the installation that all share, or asks for one of its own.
type Drill = fn(&Grounds) -> Result<Row, DrillError>;

/// Every drill by its name, in the order in which they are performed. One that changes the installation that all share
/// comes after the others that use it.
const DRILLS: [(&str, Drill); 15] = [
    ("stolen-storage", stolen_storage::perform),
    ("stolen-databases", stolen_databases::perform),
    ("stolen-site-key", stolen_site_key::perform),
    ("public-process", public_process::perform),
    ("yesterdays-backup", yesterdays_backup::perform),
    ("snapshot-with-keystore", snapshot_with_keystore::perform),
    ("clock-back", clock_back::perform),
    ("clock-forward", clock_forward::perform),
    ("restore", restore::perform),
    ("old-state", old_state::perform),
    ("clone", clone::perform),
    ("fork", fork::perform),
    ("truncated-ledger", truncated_ledger::perform),
    ("rewritten-ledger", rewritten_ledger::perform),
    ("canary", canary::perform),
];

/// What a drill showed.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What the attacker held.
    pub held: String,
    /// What they got.
    pub got: Got,
    /// What was promised.
    pub promise: &'static str,
    /// Whether the promise was kept, and the control showed that the attack was one.
    pub kept: bool,
    /// Who noticed, as it is.
    pub noticed: String,
    /// What was tried, and what the control showed.
    pub note: String,
    /// What it printed, in a few words for the promise table, where the three counts don't say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// What was counted on the way, and what stood beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<serde_json::Value>,
}

/// Why a drill was not performed.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// There is none of that name.
    #[error("there is no drill named {name}; there are: {}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The installation does not stand.
    #[error(transparent)]
    House(#[from] HouseError),
    /// The witness beside it does not stand.
    #[error(transparent)]
    Witness(#[from] NeighbourError),
    /// A step of the story before the attack.
    #[error(transparent)]
    Story(#[from] StoryError),
    /// A connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A copied database is not one.
    #[error("a copied database can't be read")]
    Database(#[from] rusqlite::Error),
    /// Not on an installation that is in use.
    #[error(transparent)]
    NotATest(#[from] NotATest),
    /// What should be attacked is not as it should be.
    #[error("the installation that is to be attacked is not as it should be")]
    Ground,
    /// The attack itself came to no end.
    #[error("the attack came to no end: {0}")]
    Unfinished(&'static str),
}

/// The names of all drills.
pub fn names() -> Vec<&'static str> {
    DRILLS.iter().map(|(name, _)| *name).collect()
}

/// Performs the drills of these names, all if none is named, on throwaway installations.
///
/// # Errors
/// [`DrillError`]: then nothing was shown.
pub fn perform(wanted: &[String], means: Means) -> Result<Vec<Row>, DrillError> {
    if let Some(name) = wanted.iter().find(|name| !names().contains(&name.as_str())) {
        return Err(DrillError::Unknown { name: name.clone() });
    }
    let grounds = Grounds::new(means);
    let chosen = DRILLS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|one| one == name));
    let rows = chosen.map(|(name, drill)| {
        grounds.say(name);
        drill(&grounds)
    });
    let rows = rows.collect::<Result<_, _>>();
    grounds.clear_away()?;
    rows
}
