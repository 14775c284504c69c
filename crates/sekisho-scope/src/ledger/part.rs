//! A part of a ledger, read on its own: what whoever reads the whole has to remember of it.
//!
//! Most documents come, are looked at by somebody who isn't asked about, and go, all within one part. Of those nothing
//! is left, so that what has to be done in order, part after part, is little.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{id::DocumentId, time::Timestamp};

use super::{
    fact::{Book, Fact},
    question::Question,
    scan::{self, Body},
};

/// Entries that follow each other without a gap: the first and the last one's place, and when they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: (u64, Timestamp),
    pub(super) last: (u64, Timestamp),
}

/// What was read of a part.
#[derive(Debug)]
pub struct Part<'q> {
    question: &'q Question,
    pub(super) book: Book,
    facts: Vec<Option<Fact>>,
    /// Where the arrival of each document stands that came in this part and at which nobody looked since.
    here: HashMap<DocumentId, u32, FixedState>,
    pub(super) runs: Vec<Run>,
    pub(super) read: u64,
    pub(super) lines: u64,
    /// Lines that are none of an export, from 1 within the part.
    pub(super) broken: Vec<u64>,
}

impl<'q> Part<'q> {
    pub(super) fn new(question: &'q Question) -> Self {
        let (book, facts, here, runs, broken) = Default::default();
        Self { question, book, facts, here, runs, read: 0, lines: 0, broken }
    }

    /// Reads the next entry: its place in the ledger, and its body. Places grow; one that is left out is an entry whose
    /// body is missing, and so is one whose body isn't understood.
    pub fn read(&mut self, place: u64, body: Body<'_>) {
        let (question, book) = (self.question, &mut self.book);
        let fact = scan::told(body, |at, told| book.fact(question, at, told).map(|fact| (at, fact))).flatten();
        let Some((at, fact)) = fact else { return };
        self.read += 1;
        match self.runs.last_mut() {
            Some(run) if run.last.0 + 1 == place => run.last = (place, at),
            _ => self.runs.push(Run { first: (place, at), last: (place, at) }),
        }
        if let Some(fact) = fact {
            self.remember(fact);
        }
    }

    /// The next line of an export; it may be none.
    pub fn line(&mut self, understood: bool) {
        self.lines += 1;
        if !understood {
            self.broken.push(self.lines);
        }
    }

    fn remember(&mut self, fact: Fact) {
        let next = self.facts.len() as u32;
        match fact {
            Fact::Received { document, .. } => drop(self.here.insert(document, next)),
            Fact::Looked { document, .. } => drop(self.here.remove(&document)),
            Fact::Ended { document, .. } => {
                if let Some(arrival) = self.here.remove(&document) {
                    self.facts[arrival as usize] = None;
                    return;
                }
            }
            Fact::Began { .. } | Fact::From { .. } => {}
        }
        self.facts.push(Some(fact));
    }

    /// What has to be remembered, in its order.
    pub(super) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().flatten()
    }

    /// Forgets everything, to read another part with the same memory.
    pub(super) fn clear(&mut self) {
        self.book = Book::default();
        self.facts.clear();
        self.here.clear();
        self.runs.clear();
        self.broken.clear();
        (self.read, self.lines) = (0, 0);
    }
}
