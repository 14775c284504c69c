//! What is answered.

use std::{borrow::Cow, collections::BTreeMap, io, path::PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::{object::Verdict, tally::Sample};

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ScopeError {
    /// A file can't be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file for what doesn't fit in memory can't be written or read.
    #[error("no room for what doesn't fit in memory (--spill names a folder with more): {0}")]
    Spill(#[source] io::Error),
    /// The list of objects can't be written.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The list that joins has no column of keys.
    #[error("{}: the first line names no column `key`; write key,member,kind,size, of which only key must be", .0.display())]
    Join(PathBuf),
}

/// Objects of one set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Set {
    /// How many.
    pub objects: u64,
    /// Requests that sent something of them, or may have.
    pub requests: u64,
    /// Members whose they are, who are in no surer set; `None` without a list that says.
    pub members: Option<u64>,
    /// Objects of which the list says nothing; `None` without one.
    pub unjoined: Option<u64>,
}

/// Objects that were certainly sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Certain {
    /// The set.
    #[serde(flatten)]
    pub set: Set,
    /// Objects among them whose size nobody stated: a body came, and whether it was all of it can't be told.
    pub sizes_unknown: u64,
}

/// What can't be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Open {
    /// Objects that were sent to somebody of whom the log doesn't say whether they are asked about.
    #[serde(flatten)]
    pub set: Set,
    /// Why there may be more.
    pub reasons: Vec<Reason>,
    /// When nothing was logged.
    pub intervals: Vec<Interval>,
}

/// One reason why there may be more than the log shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Its name.
    pub reason: &'static str,
    /// How often; 1 where it can't be counted.
    pub count: u64,
    /// The same in a sentence.
    pub says: &'static str,
}

/// Seconds in Japan's zone; both lie within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// How many objects of one kind are in each set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OfKind {
    /// Certainly sent.
    pub sent: u64,
    /// Possibly sent.
    pub possibly: u64,
    /// It can't be told.
    pub cannot_tell: u64,
}

impl OfKind {
    pub(crate) fn of(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Sent => &mut self.sent,
            Verdict::Possibly => &mut self.possibly,
            Verdict::CannotTell => &mut self.cannot_tell,
        }
    }
}

/// The window that was asked about, both seconds within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first second, if one was said.
    pub from: Option<String>,
    /// The last second, if one was said.
    pub to: Option<String>,
    /// The zone in which times are told.
    pub zone: &'static str,
}

/// What became of the lines. `read` is `parsed` and `unparsed`; `parsed` is `out_of_window`, `other` and those that
/// meet the conditions, duplicates included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// Lines, or events of an audit trail; empty lines are none.
    pub read: u64,
    /// Understood.
    pub parsed: u64,
    /// Not understood.
    pub unparsed: u64,
    /// Those that meet the conditions and were told by another line already.
    pub duplicate: u64,
    /// Before or behind the window.
    pub out_of_window: u64,
    /// Within the window, and not what was asked for.
    pub other: u64,
    /// What was asked for, but nothing was sent.
    pub nothing_sent: u64,
    /// Of which the log doesn't say whether they are what was asked for.
    pub unclear: u64,
    /// Some that were not understood: the first by file and place.
    pub samples: Vec<Sample>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    /// Its name as it was given.
    pub name: String,
    /// Its format, behind what its lines are wrapped in; `unknown` if nothing in it could be read.
    pub format: Cow<'static, str>,
    /// Its lines, or events.
    pub lines: u64,
    /// Those that were not understood.
    pub unparsed: u64,
    /// The earliest second in it.
    pub first: Option<String>,
    /// The latest second in it.
    pub last: Option<String>,
}

/// Rows of the list that joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// All of them.
    pub rows: u64,
    /// Those that could not be read.
    pub unread: u64,
}

/// Whose, exactly: three sets, never one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Certainly sent.
    pub sent: Certain,
    /// Possibly sent.
    pub possibly: Set,
    /// What can't be told.
    pub cannot_tell: Open,
    /// Objects by the kind that the list gives them.
    pub by_kind: BTreeMap<String, OfKind>,
    /// What was asked about.
    pub window: Window,
    /// What became of the lines.
    pub lines: Lines,
    /// What was read, by name.
    pub files: Vec<FileRead>,
    /// The list that joins, if there was one.
    pub joined: Option<Joined>,
    /// How long it took; whoever asked knows.
    pub ms: Option<u64>,
    /// The most memory that was used; whoever asked knows.
    pub peak_mb: Option<u64>,
}

impl Answer {
    /// Whether the answer is not simply nobody: something was sent, may have been, or can't be told.
    pub fn is_finding(&self) -> bool {
        let sets = [self.sent.set.objects, self.possibly.objects, self.cannot_tell.set.objects];
        sets.iter().any(|objects| *objects > 0) || !self.cannot_tell.reasons.is_empty()
    }
}
