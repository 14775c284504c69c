//! Custody: every document is waiting, assigned, or ended on record; none twice; nothing left of what ended.

use std::collections::BTreeSet;

use sekisho_core::{check::ShredCause, id::DocumentId};

use super::{
    Finding,
    files::{self, Document, State},
    ledger::Past,
};
use crate::ground::Ground;

pub(super) fn verify(ground: &Ground, state: &State, past: &Past, finding: &mut Finding) {
    let blobs = files::blobs(ground);
    let mut undecided = BTreeSet::new();
    for (id, document) in &state.documents {
        finding.demand(past.received.get(id).is_some_and(|checks| checks[..] == [document.check]), || {
            format!("{id} has not exactly one entry of its arrival")
        });
        if document.has_key {
            finding.demand(undecided.insert(document.check), || format!("{} has two open documents", document.check));
            held(id, document, blobs.get(id), past, finding);
        } else {
            ended(id, document, blobs.contains_key(id), past, finding);
        }
    }
    for id in past.received.keys() {
        finding.demand(state.documents.contains_key(id), || format!("{id} was received and has no row"));
    }
    for id in &state.open {
        let assigned = state.documents.get(id).is_some_and(|document| document.state == "assigned");
        finding.demand(assigned, || format!("{id} has an open assignment and is not assigned"));
    }
    let known = |id: &DocumentId| state.documents.contains_key(id);
    // What no row names is an upload that nobody was told came in; the keeper sweeps it after two hours.
    finding.orphans = blobs.keys().filter(|id| !known(id)).count();
}

fn held(id: &DocumentId, document: &Document, blob: Option<&Vec<u8>>, past: &Past, finding: &mut Finding) {
    let state = document.state.as_str();
    finding.demand(matches!(state, "waiting" | "assigned"), || format!("{id} has a key and is {state}"));
    finding.demand(!past.shredded.contains_key(id), || format!("{id} was shredded and has a key"));
    let whole = blob.is_some_and(|blob| blob.len() as u64 == document.length && files::sha256(blob) == document.sha256);
    finding.demand(whole, || format!("{id} waits and its ciphertext is missing or altered"));
}

fn ended(id: &DocumentId, document: &Document, has_blob: bool, past: &Past, finding: &mut Finding) {
    finding.demand(document.state == "shredded", || format!("{id} has no key and is {}", document.state));
    finding.demand(!has_blob, || format!("{id} ended and its ciphertext is still there"));
    let causes = past.shredded.get(id).map_or(&[][..], Vec::as_slice);
    finding.demand(causes.len() == 1, || format!("{id} ended {} times on record", causes.len()));
    let decisions = past.decided.values().flatten().filter(|(_, document, _)| document == id).count();
    let by_decision = matches!(causes, [ShredCause::Decided | ShredCause::Retake]);
    finding.demand(decisions == usize::from(by_decision), || {
        format!("{id} has {decisions} decisions and ended as {causes:?}")
    });
}
