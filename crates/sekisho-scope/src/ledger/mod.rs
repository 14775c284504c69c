//! Whose documents were opened, from Sekisho's own ledger.
//!
//! The keeper writes that a picture is released before it releases it, so nothing was opened without an entry. A
//! document is *confirmed* opened if an entry that was read says that somebody who was asked for looked at it. *At most*
//! opened are, besides, those looked at in sessions of which the ledger doesn't say for certain whether they are meant,
//! and one for each entry whose body is missing and that may have been a look which is meant, by when it was written.
//!
//! No picture is touched and no key is needed; members stay what they are to us, a site's own hash.

mod affected;
mod answer;
mod documents;
mod export;
mod fact;
mod facts;
mod find;
mod gaps;
pub mod index;
mod lines;
mod part;
mod period;
mod question;
mod scan;
mod shifts;
mod text;
mod window;

use sekisho_core::time::Timestamp;

use crate::in_order::in_order;
pub use affected::{Affected, Member, Members, NoMembers, One, Then};
pub use answer::{Broken, Count, Counted, MembersCount, Open, Scope};
use documents::Documents;
pub use export::Exported;
use fact::{Book, Fact};
pub use find::find_line;
pub use gaps::Gap;
use gaps::Gaps;
pub use lines::Lines;
pub use part::Part;
pub use period::Period;
pub use question::{NobodyInside, Question};
pub use scan::Body;
use shifts::Shifts;
pub use window::{Window, in_words};

pub use crate::in_order::Pieces;

/// A look that may be meant.
#[derive(Debug, Clone, Copy)]
struct Look {
    at: Timestamp,
    /// The document's number.
    document: u32,
    /// The session's number.
    session: u32,
}

/// Where a ledger's bodies lie, in pieces that can be read apart from each other.
pub trait Bodies: Pieces {
    /// Reads a piece into a part. False: the rest of it, and what follows, is not sound.
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool;

    /// Whether a piece ends where an entry ends: nothing that is appended later belongs to its last one.
    fn is_whole(_piece: &[u8]) -> bool {
        true
    }
}

impl<B: Bodies> Bodies for &mut B {
    fn read(piece: &[u8], part: &mut Part<'_>) -> bool {
        B::read(piece, part)
    }

    fn is_whole(piece: &[u8]) -> bool {
        B::is_whole(piece)
    }
}

/// Reads a ledger for one question.
#[derive(Debug)]
pub struct Ledger {
    question: Question,
    book: Book,
    documents: Documents,
    shifts: Shifts,
    gaps: Gaps,
    looks: Vec<Look>,
    read: u64,
    lines: u64,
    broken: Broken,
}

impl Ledger {
    /// A ledger of which nothing was read yet.
    pub fn new(question: Question) -> Self {
        let (book, documents, shifts, gaps, broken) = Default::default();
        Self { question, book, documents, shifts, gaps, looks: Vec::new(), read: 0, lines: 0, broken }
    }

    /// Reads the next entry: its place in the ledger, and its body, byte for byte. Places grow; one that is left out is
    /// an entry whose body is missing.
    pub fn read(&mut self, place: u64, body: &[u8]) {
        let question = std::mem::take(&mut self.question);
        let mut part = Part::new(&question);
        part.read(place, Body::Plain(body));
        self.append(&part);
        self.question = question;
    }

    /// Says of entries that follow each other that they tell nothing which matters here: the first and the last one's
    /// place, and when they were written.
    pub fn passed_over(&mut self, first: (u64, Timestamp), last: (u64, Timestamp)) {
        self.gaps.run(first, last);
        self.read += last.0 + 1 - first.0;
    }

    /// Reads bodies piece by piece, several at once. True: to the end; false: as far as they were sound.
    ///
    /// # Errors
    /// When a piece can't be had.
    pub fn gather<B: Bodies>(&mut self, bodies: B, threads: usize) -> Result<bool, B::Error> {
        let question = self.question.clone();
        let read = |piece: &[u8], (part, sound): &mut (Part<'_>, bool)| {
            part.clear();
            *sound = B::read(piece, part);
        };
        let take = |(ledger, whole): &mut (&mut Self, bool), (part, sound): &mut (Part<'_>, bool)| {
            ledger.append(part);
            *whole &= *sound;
            *sound
        };
        let desk = || (Part::new(&question), true);
        in_order(bodies, threads, desk, read, (self, true), take).map(|(_, whole)| whole)
    }

    /// The place behind the last entry that was read.
    pub fn next(&self) -> u64 {
        self.gaps.next()
    }

    fn append(&mut self, part: &Part<'_>) {
        part.runs.iter().for_each(|run| self.gaps.run(run.first, run.last));
        if let Some(facts) = part.facts() {
            let numbers = self.book.merge(&facts.book);
            facts.each().for_each(|fact| self.remember(numbers.renamed(*fact)));
        }
        self.read += part.read;
        part.broken.iter().for_each(|line| self.broken.add(self.lines + line));
        self.lines += part.lines;
    }

    fn remember(&mut self, fact: Fact) {
        match fact {
            Fact::Received { .. } => self.documents.received(fact),
            Fact::Ended { at, document, cause } => self.documents.ended(document, at, cause),
            Fact::Began { at, shift, until } => self.shifts.began(shift, at, until),
            Fact::From { shift, device, network } => self.shifts.from(shift, device, network),
            Fact::Looked { at, check, document, shift } => {
                let document = self.documents.looked_at(document, check);
                self.looks.push(Look { at, document, session: self.shifts.number(shift) });
            }
        }
    }

    /// The documents concerned, of a ledger that has `size` entries.
    pub fn affected(self, size: u64) -> Affected {
        Affected::of(self, size)
    }
}

#[cfg(test)]
mod parts_tests;
#[cfg(test)]
mod tests;
