//! What an officer sees of an attack: a sentence of the running system, never one of ours.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use sekisho_core::event::{Event, What};
use serde::{Deserialize, Serialize};

use super::DrillError;
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
    let path = data.join("keeper/keeper.db");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut rows = db.prepare("SELECT body FROM event ORDER BY rowid DESC")?;
    let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    let found = bodies.iter().filter_map(|body| Event::from_bytes(body).ok()).find(|event| which(&event.what));
    Ok(found.map(|event| {
        let said = told(&event.what);
        Seen { place: "the ledger's entry, on /watch".into(), ja: said.ja, en: said.en }
    }))
}
