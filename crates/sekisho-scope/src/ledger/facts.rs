//! What has to be remembered of a part for one question.
//!
//! Most documents come, are looked at by somebody who isn't asked about, and go, all within one part. Of those only the
//! end is left, so that what has to be done in order, part after part, is little.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{id::DocumentId, time::Timestamp};

use super::{
    fact::{Book, Fact},
    question::Question,
    scan::Told,
};

/// What was told in a part, as far as the question needs it.
#[derive(Debug)]
pub(super) struct Facts<'q> {
    pub(super) question: &'q Question,
    pub(super) book: Book,
    all: Vec<Option<Fact>>,
    /// Where the arrival of each document stands that came in this part and at which nobody looked since.
    here: HashMap<DocumentId, u32, FixedState>,
}

impl<'q> Facts<'q> {
    pub(super) fn new(question: &'q Question) -> Self {
        let (book, all, here) = Default::default();
        Self { question, book, all, here }
    }

    /// Takes what an entry says. False: it isn't understood after all.
    pub(super) fn take(&mut self, at: Timestamp, told: Told<'_>) -> bool {
        let fact = self.book.fact(self.question, at, told);
        fact.flatten().into_iter().for_each(|fact| self.remember(fact));
        fact.is_some()
    }

    pub(super) fn remember(&mut self, fact: Fact) {
        let next = self.all.len() as u32;
        match fact {
            Fact::Received { document, .. } => drop(self.here.insert(document, next)),
            Fact::Looked { document, .. } => drop(self.here.remove(&document)),
            // Its end is kept: in a ledger that was altered, somebody may have looked at it before it arrived.
            Fact::Ended { document, .. } => {
                if let Some(arrival) = self.here.remove(&document) {
                    self.all[arrival as usize] = None;
                }
            }
            Fact::Began { .. } | Fact::From { .. } => {}
        }
        self.all.push(Some(fact));
    }

    /// What has to be remembered, in its order.
    pub(super) fn each(&self) -> impl Iterator<Item = &Fact> {
        self.all.iter().flatten()
    }

    pub(super) fn clear(&mut self) {
        self.book = Book::default();
        self.all.clear();
        self.here.clear();
    }
}
