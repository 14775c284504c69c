//! What happened in a life.

use std::collections::BTreeMap;

use sekisho_core::watch::{Detector, Verdict};

use crate::rivals::Rival;

/// What happened in a life.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Documents that came.
    pub arrived: u64,
    /// Documents that were decided.
    pub decided: u64,
    /// Documents that died undecided.
    pub died: u64,
    /// How long each decided document waited, by hours begun.
    pub waited: BTreeMap<u64, u64>,
    /// Openings that a budget refused.
    pub refused: u64,
    /// Findings by detector and verdict, before an attack.
    pub findings: BTreeMap<(Detector, Verdict), u64>,
    /// Seconds that people were at work, in shifts.
    pub shifts: u64,
    /// Shifts that ended since three assignments had lapsed: a rule of the keeper, not a finding.
    pub absences: u64,
    /// When an attack began, in seconds of the life.
    pub attacked: Option<u64>,
    /// How many sessions were taken.
    pub sessions: usize,
    /// How many documents a thief saw, each counted once, and none of their own.
    pub stolen: usize,
    /// What was noticed after an attack had begun.
    pub noticed: BTreeMap<(Detector, Verdict), Notice>,
    /// Shifts of others than the thief's that a finding ended after an attack had begun.
    pub others_ended: u64,
    /// What was asked for without an assignment, and refused.
    pub asked: u64,
    /// Documents that had ended before the attack.
    pub(super) before: u64,
    /// Documents that were undecided then, and that came until the last one was stolen.
    pub bound: u64,
    /// What others saw.
    pub rivals: Vec<Rival>,
}

/// When something was noticed first, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Seconds after the attack had begun.
    pub seconds: u64,
    /// What had been asked for and refused by then.
    pub asked: u64,
    /// What had been stolen by then.
    pub stolen: u64,
    /// How often.
    pub times: u64,
}

impl Tally {
    /// What was noticed first, whatever it was.
    pub fn first_notice(&self) -> Option<Notice> {
        self.noticed.values().min_by_key(|notice| notice.seconds).copied()
    }

    /// How often this verdict fell after an attack had begun.
    pub fn fell(&self, verdict: Verdict) -> u64 {
        self.noticed.iter().filter(|((_, fell), _)| *fell == verdict).map(|(_, notice)| notice.times).sum()
    }
}
