//! A part of a ledger, read on its own: what whoever reads the whole has to remember of it, or what an index keeps.

use sekisho_core::time::Timestamp;

use super::{
    facts::Facts,
    index::Rows,
    question::Question,
    scan::{self, Body, Told},
};

/// Entries that follow each other without a gap: the first and the last one's place, and when they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: (u64, Timestamp),
    pub(super) last: (u64, Timestamp),
}

/// What is kept of what entries say.
#[derive(Debug)]
enum Kept<'q> {
    /// As much as one question needs.
    Facts(Facts<'q>),
    /// As much as any question may need.
    Rows(Box<Rows>),
}

impl Kept<'_> {
    /// Takes what an entry says. False: it isn't understood after all.
    fn take(&mut self, at: Timestamp, told: Told<'_>) -> bool {
        match self {
            Self::Facts(facts) => facts.take(at, told),
            Self::Rows(rows) => rows.take(at, told),
        }
    }
}

/// What was read of a part.
#[derive(Debug)]
pub struct Part<'q> {
    kept: Kept<'q>,
    pub(super) runs: Vec<Run>,
    pub(super) read: u64,
    pub(super) lines: u64,
    /// Lines that are none of an export, from 1 within the part.
    pub(super) broken: Vec<u64>,
    /// The place behind the last entry that was there, understood or not.
    pub(super) next: u64,
}

impl<'q> Part<'q> {
    /// One that is read for a question.
    pub(super) fn new(question: &'q Question) -> Self {
        Self::keeping(Kept::Facts(Facts::new(question)))
    }

    /// One that is read for an index.
    pub(super) fn for_index() -> Self {
        Self::keeping(Kept::Rows(Box::default()))
    }

    fn keeping(kept: Kept<'q>) -> Self {
        Self { kept, runs: Vec::new(), read: 0, lines: 0, broken: Vec::new(), next: 0 }
    }

    /// Reads the next entry: its place in the ledger, and its body. Places grow; one that is left out is an entry whose
    /// body is missing, and so is one whose body isn't understood.
    pub fn read(&mut self, place: u64, body: Body<'_>) {
        self.next = place.saturating_add(1);
        let kept = &mut self.kept;
        let Some(Some(at)) = scan::told(body, |at, told| kept.take(at, told).then_some(at)) else { return };
        self.read += 1;
        match self.runs.last_mut() {
            Some(run) if run.last.0.checked_add(1) == Some(place) => run.last = (place, at),
            _ => self.runs.push(Run { first: (place, at), last: (place, at) }),
        }
    }

    /// The next line of an export; it may be none.
    pub fn line(&mut self, understood: bool) {
        self.lines += 1;
        if !understood {
            self.broken.push(self.lines);
        }
    }

    /// What has to be remembered for the question.
    pub(super) fn facts(&self) -> Option<&Facts<'q>> {
        match &self.kept {
            Kept::Facts(facts) => Some(facts),
            Kept::Rows(_) => None,
        }
    }

    /// The same, to add to it.
    pub(super) fn facts_mut(&mut self) -> Option<&mut Facts<'q>> {
        match &mut self.kept {
            Kept::Facts(facts) => Some(facts),
            Kept::Rows(_) => None,
        }
    }

    /// What an index keeps of it.
    pub(super) fn rows(&self) -> Option<&Rows> {
        match &self.kept {
            Kept::Rows(rows) => Some(rows),
            Kept::Facts(_) => None,
        }
    }

    /// Forgets everything, to read another part with the same memory.
    pub(super) fn clear(&mut self) {
        match &mut self.kept {
            Kept::Facts(facts) => facts.clear(),
            Kept::Rows(rows) => rows.clear(),
        }
        self.runs.clear();
        self.broken.clear();
        (self.read, self.lines, self.next) = (0, 0, 0);
    }
}
