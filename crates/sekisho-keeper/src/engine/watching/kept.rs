//! What the watch remembers, and how it outlives a process.
//!
//! Now and then it is stored with its place in the ledger; what stands there after that place is looked at once more
//! at the next start. It needs no care about crashes: it follows from the entries, and the row only saves time.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    event::{Event, What},
    watch::{Finding, Sight, Watch},
};
use serde::{Deserialize, Serialize};

use super::{super::fault::Fault, denied::Denied};
use crate::engine::turn::Turn;

/// After so many entries it is stored anew, and once an hour: a start looks at no more of them, which takes some
/// milliseconds.
const STORED_EVERY: u64 = 1_000;

/// What follows from the entries so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::engine) struct Kept {
    /// The place of the next entry.
    pub(super) next: u64,
    pub(super) watch: Watch,
    pub(super) denied: Denied,
}

impl Kept {
    /// Looks at the next entry.
    pub(in crate::engine) fn see(&mut self, place: u64, event: &Event) -> Vec<Finding> {
        self.next = place + 1;
        if let What::Found { finding } = &event.what {
            self.denied.take(finding, event.at);
        }
        self.watch.see(Sight { place, event })
    }
}

/// What follows from the entries before `place`, and up to which one it was stored.
pub(super) fn load(db: &Connection, place: u64) -> Result<(Kept, u64), Fault> {
    let mut kept = stored(db)?.filter(|kept| kept.next <= place).unwrap_or_default();
    let stored = kept.next;
    let mut after =
        db.prepare_cached("SELECT place, body FROM event WHERE place >= ?1 AND place < ?2 ORDER BY place")?;
    let mut rows = after.query((stored as i64, place as i64))?;
    while let Some(row) = rows.next()? {
        let (place, body): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        match Event::from_bytes(&body) {
            // What is found once more stands in the ledger already.
            Ok(event) => drop(kept.see(place as u64, &event)),
            Err(_) => tracing::error!(place, "the watch passes over an entry that is no event"),
        }
    }
    Ok((kept, stored))
}

// One that this version can't read is as good as none: all of it follows from the entries.
fn stored(db: &Connection) -> rusqlite::Result<Option<Kept>> {
    let text: Option<String> =
        db.prepare_cached("SELECT state FROM watch")?.query_row([], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Stores it, if that was long ago.
pub(in crate::engine) fn keep(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let (next, hour) = (turn.room.ledger.next_index(), Some(turn.now.at.hour()));
    let watching = &mut turn.room.watching;
    watching.kept(turn.db, next)?;
    let (upto, when) = watching.stored;
    if upto + STORED_EVERY <= next || upto < next && when < hour {
        store(turn.db, watching.kept(turn.db, next)?)?;
        watching.stored = (next, hour);
    }
    Ok(())
}

fn store(db: &Connection, kept: &Kept) -> Result<(), Fault> {
    let text =
        serde_json::to_string(kept).map_err(|e| Fault::Broken("what the watch remembers is no JSON", e.into()))?;
    db.prepare_cached(
        "INSERT INTO watch (only, next, state) VALUES (1, ?1, ?2)
         ON CONFLICT (only) DO UPDATE SET next = excluded.next, state = excluded.state",
    )?
    .execute((kept.next as i64, text))?;
    Ok(())
}
