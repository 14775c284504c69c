//! The live board: what is opened now, how budgets stand, and what came in against what was looked at.
//!
//! Nothing about members: documents are named by their handles, as the ledger names them.

use sekisho_core::{
    budget::{Standings, Subject},
    check::Role,
    id::{DocumentId, ShiftId, SiteName, StaffId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::LoggedEvent;

/// All that the board shows, at one second.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Board {
    /// The keeper's time.
    pub now: Timestamp,
    /// Entries of the ledger that this follows from.
    pub ledger_size: u64,
    /// Documents that somebody has now, those that lapse first first; at most [`Board::OPEN_MOST`].
    pub open: Vec<OpenNow>,
    /// Shifts that run, in the order of their people's ids.
    pub shifts: Vec<ShiftNow>,
    /// How budgets stand: the vault's, then sites', people's, passkeys'; of each the most recently used first.
    pub budgets: Vec<Spending>,
    /// Whether subjects were left out: there are more than are shown of a sort.
    pub more: bool,
    /// What happened in the last seven days.
    pub flow: Flow,
    /// The newest findings of detectors in the last seven days, newest first; at most [`Board::FOUND_MOST`].
    pub found: Vec<LoggedEvent>,
}

impl Board {
    /// The most assignments that it names.
    pub const OPEN_MOST: usize = 200;
    /// The most findings that it names.
    pub const FOUND_MOST: usize = 20;
    /// The most sites, people and passkeys, of each, whose budgets it names.
    pub const SUBJECTS_MOST: usize = 40;
    /// The most entries of the ledger that are named in one question for them.
    pub const ENTRIES_MOST: usize = 64;
}

/// A document that somebody has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenNow {
    /// Who has it.
    pub staff: StaffId,
    /// Which.
    pub document: DocumentId,
    /// Whose member's it is.
    pub site: SiteName,
    /// When it was given to them.
    pub given: Timestamp,
    /// When it was opened; nothing if it wasn't yet.
    pub viewed: Option<Timestamp>,
    /// When the assignment lapses.
    pub until: Timestamp,
}

/// A shift that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftNow {
    /// Which.
    pub shift: ShiftId,
    /// Whose.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
    /// Until when at most.
    pub until: Timestamp,
}

/// How the budgets of one subject stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Whose budgets.
    pub of: Subject,
    /// Whose passkey it is, if it is one of somebody who is enrolled.
    pub holder: Option<StaffId>,
    /// How they stand.
    pub standings: Standings,
}

/// What happened in the last seven days, by the quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// Quarters in which anything happened, the oldest first.
    pub quarters: Vec<Quarter>,
    /// Since when all of it is counted; later than seven days ago only for a while after a start.
    pub since: Timestamp,
}

/// A quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quarter {
    /// When it begins.
    pub start: Timestamp,
    /// Documents that arrived.
    pub arrived: u64,
    /// Pictures that were released.
    pub viewed: u64,
    /// Decisions.
    pub decided: u64,
}

impl Quarter {
    /// Its length in seconds.
    pub const SECONDS: u64 = 900;
}
