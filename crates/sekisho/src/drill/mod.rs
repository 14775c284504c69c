//! The promise table, performed: an attacker with exactly that in hand, on a throwaway installation.
//!
//! Each drill has a control: the same attacker's code succeeds where it may, with the keystore or at the desk. A drill
//! whose control fails proves nothing, and says so by breaking its promise.

mod auditor;
mod cached_page;
mod caller;
mod canary;
mod clock_back;
mod clock_forward;
mod clockwork;
mod clone;
mod comparison;
mod crack;
mod double_spend;
mod enumeration;
mod error;
mod file_server;
mod findings;
mod forge;
mod forged;
mod forged_check;
mod forged_checks;
mod forger;
mod fork;
mod ground;
mod grounds;
mod hands;
mod hoard;
pub(crate) mod in_desk;
pub(crate) mod in_gate;
mod intruder;
mod key_bytes;
mod key_process;
mod keyring;
mod live;
mod lock_from_inside;
mod lock_from_outside;
mod lookout;
mod loot;
mod mass_read;
mod moment;
mod old_state;
mod openbao;
mod past;
mod promises;
mod proxy;
mod public_process;
mod raw;
mod reach;
mod record;
mod replayed_assignment;
mod report;
mod restore;
mod rewritten_ledger;
mod rogue_reviewer;
mod row;
mod seen;
mod shells;
mod slow_drip;
mod snapshot;
mod snapshot_with_keystore;
mod sought;
mod spread_sessions;
mod staff_process;
mod stage;
mod stolen_databases;
mod stolen_site_key;
mod stolen_storage;
mod stranger;
mod table;
mod tap;
mod thief;
mod truncated_ledger;
mod watched;
mod web_shell;
mod yesterdays_backup;

use self::grounds::Grounds;
pub use self::{
    comparison::comparison,
    error::DrillError,
    grounds::Means,
    live::{LIVE, Target, leaves, perform_live},
    moment::Moment,
    report::{Tongue, report},
    row::Row,
    seen::Seen,
    sought::{Got, Sought},
    table::{Printed, table},
};

/// How a member's file is called, where nothing hangs on it.
const FILE_NAME: &str = "photo.jpg";

/// A drill. It attacks the installation that all share, or asks for one of its own.
type Drill = fn(&Grounds) -> Result<Row, DrillError>;

/// Every drill by its name, in the order in which they are performed. One that changes the installation that all share
/// comes after the others that use it.
const DRILLS: [(&str, Drill); 29] = [
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
    ("mass-read", mass_read::perform),
    ("spread-sessions", spread_sessions::perform),
    ("slow-drip", slow_drip::perform),
    ("rogue-reviewer", rogue_reviewer::perform),
    ("lock-us-out-from-outside", lock_from_outside::perform),
    ("lock-us-out-from-inside", lock_from_inside::perform),
    ("staff-process", staff_process::perform),
    ("replayed-assignment", replayed_assignment::perform),
    ("double-spend", double_spend::perform),
    ("forged-check", forged_check::perform),
    ("enumeration", enumeration::perform),
    ("web-shell", web_shell::perform),
    ("cached-page", cached_page::perform),
    ("key-process", key_process::perform),
];

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
