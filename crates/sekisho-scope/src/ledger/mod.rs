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
mod gaps;
mod question;
mod scan;
mod shifts;
mod window;

use sekisho_core::{
    event::{Event, What},
    time::Timestamp,
};

pub use affected::{Affected, Member, Members, NoMembers, One, Then};
pub use answer::{Count, Counted, MembersCount, Open, Period, Scope};
use documents::Documents;
pub use gaps::Gap;
use gaps::Gaps;
pub use question::{NobodyInside, Question};
use shifts::Shifts;
pub use window::{Window, in_words};

/// A look that may be meant.
#[derive(Debug, Clone, Copy)]
struct Look {
    at: Timestamp,
    /// The document's number.
    document: u32,
    /// The session's number.
    session: u32,
}

/// Reads a ledger, entry by entry, for one question.
#[derive(Debug)]
pub struct Ledger {
    question: Question,
    documents: Documents,
    shifts: Shifts,
    gaps: Gaps,
    looks: Vec<Look>,
    read: u64,
}

impl Ledger {
    /// A ledger of which nothing was read yet.
    pub fn new(question: Question) -> Self {
        let (documents, shifts, gaps) = Default::default();
        Self { question, documents, shifts, gaps, looks: Vec::new(), read: 0 }
    }

    /// Reads the next entry: its place in the ledger, and its body, byte for byte. Places grow; one that is left out is
    /// an entry whose body is missing.
    pub fn read(&mut self, place: u64, body: &[u8]) {
        let at = scan::passed_over(body).or_else(|| self.whole(body));
        self.gaps.read(place, at);
        self.read += u64::from(at.is_some());
    }

    /// Reads a body whole. When it was written is nothing if it isn't understood.
    fn whole(&mut self, body: &[u8]) -> Option<Timestamp> {
        let event = Event::from_bytes(body).ok()?;
        let at = event.at;
        self.event(event);
        Some(at)
    }

    fn event(&mut self, event: Event) {
        let at = event.at;
        match event.what {
            What::Received { .. } => self.documents.received(at, &event.what),
            What::Shredded { document, cause, .. } => self.documents.ended(document, at, cause),
            What::ShiftBegan { shift, until, .. } => self.shifts.began(shift, at, until),
            What::Observed { seen, .. } => self.shifts.observe(&seen),
            What::Viewed { document, check, staff, shift, .. } if self.question.may_mean(at, staff, shift) => {
                let document = self.documents.looked_at(document, check);
                self.looks.push(Look { at, document, session: self.shifts.number(shift) });
            }
            _ => {}
        }
    }

    /// The documents concerned, of a ledger that has `size` entries.
    pub fn affected(self, size: u64) -> Affected {
        Affected::of(self, size)
    }
}

#[cfg(test)]
mod tests;
