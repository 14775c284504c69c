//! Documents that are with us while the ledger is read, and those that somebody looked at.
//!
//! A document is with us for three days at most, so that what has to be remembered of those that nobody asks about is
//! bounded by what arrives in that time, however long the ledger is.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{
    check::ShredCause,
    id::{CheckId, DocumentId},
    time::Timestamp,
};

use super::fact::Fact;

/// What the ledger says of a document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) id: DocumentId,
    pub(super) check: CheckId,
    /// The site's number; nothing if the entry of its arrival is missing.
    pub(super) site: Option<u32>,
    /// Its kind's number, likewise.
    pub(super) kind: Option<u32>,
    pub(super) submitted: Option<Timestamp>,
    /// When and why it ended, if it did.
    pub(super) ended: Option<(Timestamp, ShredCause)>,
}

/// What is with us, and what somebody looked at.
#[derive(Debug, Default)]
pub(super) struct Documents {
    here: HashMap<DocumentId, Document, FixedState>,
    /// Those of them that somebody looked at, by their numbers.
    numbers: HashMap<DocumentId, u32, FixedState>,
    seen: Vec<Document>,
}

impl Documents {
    /// One arrived.
    pub(super) fn received(&mut self, fact: Fact) {
        let Fact::Received { at, check, document, site, kind } = fact else { return };
        let (site, kind) = (Some(site), Some(kind));
        self.here.insert(document, Document { id: document, check, site, kind, submitted: Some(at), ended: None });
    }

    /// Somebody looked at one: its number.
    pub(super) fn looked_at(&mut self, id: DocumentId, check: CheckId) -> u32 {
        if let Some(number) = self.numbers.get(&id) {
            return *number;
        }
        let unknown = Document { id, check, site: None, kind: None, submitted: None, ended: None };
        let number = self.seen.len() as u32;
        self.seen.push(self.here.get(&id).cloned().unwrap_or(unknown));
        self.numbers.insert(id, number);
        number
    }

    /// One ended: nobody looks at it again.
    pub(super) fn ended(&mut self, id: DocumentId, at: Timestamp, cause: ShredCause) {
        self.here.remove(&id);
        if let Some(number) = self.numbers.remove(&id) {
            self.seen[number as usize].ended = Some((at, cause));
        }
    }

    /// Those that somebody looked at, by their numbers.
    pub(super) fn seen(&self) -> &[Document] {
        &self.seen
    }
}
