//! Documents that are with us while the ledger is read, and those that somebody looked at.
//!
//! A document is with us for three days at most, so that what has to be remembered of those that nobody asks about is
//! bounded by what arrives in that time, however long the ledger is.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{
    check::ShredCause,
    event::What,
    id::{CheckId, DocumentId, KindName, SiteName},
    time::Timestamp,
};

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

/// Names, each by a number.
#[derive(Debug)]
pub(super) struct Names<T>(Vec<T>);

impl<T: PartialEq + Clone> Names<T> {
    fn number(&mut self, name: &T) -> u32 {
        let place = self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.clone());
            self.0.len() - 1
        });
        place as u32
    }

    /// The name of a number.
    pub(super) fn get(&self, number: Option<u32>) -> Option<&T> {
        self.0.get(number? as usize)
    }
}

/// What is with us, and what somebody looked at.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) sites: Names<SiteName>,
    pub(super) kinds: Names<KindName>,
    here: HashMap<DocumentId, Document, FixedState>,
    /// Those of them that somebody looked at, by their numbers.
    numbers: HashMap<DocumentId, u32, FixedState>,
    seen: Vec<Document>,
}

impl Default for Documents {
    fn default() -> Self {
        let (sites, kinds) = (Names(Vec::new()), Names(Vec::new()));
        Self { sites, kinds, here: HashMap::default(), numbers: HashMap::default(), seen: Vec::new() }
    }
}

impl Documents {
    /// One arrived.
    pub(super) fn received(&mut self, at: Timestamp, what: &What) {
        let What::Received { check, document, site, kind, .. } = what else { return };
        let (site, kind) = (Some(self.sites.number(site)), Some(self.kinds.number(kind)));
        let one = Document { id: *document, check: *check, site, kind, submitted: Some(at), ended: None };
        self.here.insert(*document, one);
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
