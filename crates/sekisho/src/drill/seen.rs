//! What an officer sees of an attack: a sentence of the running system, never one of ours.

use std::path::Path;

use sekisho_core::event::What;
use serde::{Deserialize, Serialize};

use super::{DrillError, record};
use crate::desk::told;

/// A sentence, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where an officer reads it: a page of the desk, or the ledger's entry.
    pub place: String,
    /// The sentence in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// The newest entry of the ledger below `data` that is such, in the desk's words.
pub(super) fn on_the_ledger(data: &Path, which: impl Fn(&What) -> bool) -> Result<Option<Seen>, DrillError> {
    let found = record::entries(data, 0)?.into_iter().rev().map(|(_, event)| event).find(|event| which(&event.what));
    Ok(found.map(|event| {
        let said = told(&event.what);
        Seen { place: "the ledger's entry, on /watch".into(), ja: said.ja, en: said.en }
    }))
}
