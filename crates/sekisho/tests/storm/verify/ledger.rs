//! The ledger: public files, journal and database tell the same, and what they tell makes sense.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use sekisho_core::{
    check::{Reason, ShredCause},
    event::What,
    id::{AssignmentId, CheckId, DocumentId, ViewingId},
    ledger::{
        VerifierKey,
        audit::{self, PublicFiles},
        leaf,
        tile::{self, Kind},
    },
};

use super::{
    Finding,
    files::{Entry, State},
};
use crate::ground::Ground;

struct Folder(PathBuf);

impl PublicFiles for Folder {
    type Error = io::Error;

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }
}

/// What is public.
#[derive(Default)]
pub(crate) struct Published {
    pub(crate) checkpoint: Option<String>,
    leaves: Vec<Vec<u8>>,
}

/// Audits the public files, and that they continue the checkpoint of the last round.
pub(super) fn published(ground: &Ground, key: &VerifierKey, older: Option<&str>, finding: &mut Finding) -> Published {
    let mut folder = Folder(ground.data("ledger/public"));
    // A tick may publish while we read: then the second look is at rest.
    let audited = audit::audit(&mut folder, key, older).or_else(|_| audit::audit(&mut folder, key, older));
    let audited = match audited {
        Ok(audited) => audited,
        Err(why) => {
            finding.losses.push(format!("the ledger does not hold: {why}"));
            return Published::default();
        }
    };
    let size = audited.checkpoint.size();
    let checkpoint = fs::read_to_string(ground.data("ledger/public/checkpoint")).ok();
    Published { checkpoint, leaves: leaves(&mut folder, size) }
}

fn leaves(folder: &mut Folder, size: u64) -> Vec<Vec<u8>> {
    let mut leaves = Vec::new();
    for name in tile::added(0, size).into_iter().filter(|name| name.kind() == Kind::Entries) {
        let bytes = folder.get(&name.to_string()).ok().flatten().unwrap_or_default();
        let entries = tile::decode_bundle(&bytes, name.width()).unwrap_or_default();
        leaves.extend(entries.into_iter().map(<[u8]>::to_vec));
    }
    leaves
}

/// Public ⊆ journal ⊆ database, entry by entry.
pub(super) fn verify(published: &Published, journal: &[([u8; 32], Vec<u8>)], state: &State, finding: &mut Finding) {
    let entries = &state.entries;
    finding.demand(published.leaves.len() <= journal.len(), || "more was published than the journal holds".into());
    finding.demand(journal.len() <= entries.len(), || "the journal holds more than the database".into());
    for (index, ((salt, body), entry)) in journal.iter().zip(entries).enumerate() {
        finding
            .demand(*salt == entry.salt && *body == entry.body, || format!("journal and database differ at {index}"));
    }
    for (index, (published, entry)) in published.leaves.iter().zip(entries).enumerate() {
        let committed = leaf::entry(&entry.salt, &entry.body);
        finding.demand(published[..] == committed, || format!("leaf {index} does not commit to its body"));
    }
}

/// What the ledger tells, by what it is about.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) received: BTreeMap<DocumentId, Vec<CheckId>>,
    /// By assignment: the viewings of it.
    pub(crate) viewed: BTreeMap<AssignmentId, Vec<ViewingId>>,
    /// By assignment: its check and the reason; more than one is wrong.
    pub(crate) decided: BTreeMap<AssignmentId, Vec<(CheckId, DocumentId, Reason)>>,
    pub(crate) shredded: BTreeMap<DocumentId, Vec<ShredCause>>,
    pub(crate) withdrawn: Vec<CheckId>,
}

impl Past {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut past = Self::default();
        entries.iter().for_each(|entry| past.heed(&entry.event.what));
        past
    }

    fn heed(&mut self, what: &What) {
        match what {
            What::Received { check, document, .. } => self.received.entry(*document).or_default().push(*check),
            What::Viewed { viewing, assignment, .. } => self.viewed.entry(*assignment).or_default().push(*viewing),
            What::Decided { check, document, assignment, reason, .. } => {
                self.decided.entry(*assignment).or_default().push((*check, *document, *reason));
            }
            What::Shredded { document, cause, .. } => self.shredded.entry(*document).or_default().push(*cause),
            What::CheckEnded { check, withdrawn: true } => self.withdrawn.push(*check),
            _ => {}
        }
    }
}
