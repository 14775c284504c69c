//! What an installation's own record says of an attack: looks, findings, and when.

use std::{path::Path, thread, time::Duration};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    event::{Event, What},
    time::Timestamp,
    watch::{Finding, Verdict},
};

use super::DrillError;

/// Tenths of a second that an entry may take to come.
const TRIES: u32 = 450;

/// Every event, oldest first.
pub(super) fn events(data: &Path) -> Result<Vec<Event>, DrillError> {
    let db = Connection::open_with_flags(data.join("keeper/keeper.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut rows = db.prepare("SELECT body FROM event ORDER BY place")?;
    let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(bodies.iter().filter_map(|body| Event::from_bytes(body).ok()).collect())
}

/// How many events are such.
pub(super) fn count(data: &Path, which: impl Fn(&What) -> bool) -> Result<u64, DrillError> {
    Ok(events(data)?.iter().filter(|event| which(&event.what)).count() as u64)
}

/// How many looks there were.
pub(super) fn looks(data: &Path) -> Result<u64, DrillError> {
    count(data, |what| matches!(what, What::Viewed { .. }))
}

/// What the watch found, oldest first, and when.
pub(super) fn found(data: &Path) -> Result<Vec<(Timestamp, Finding)>, DrillError> {
    let finding = |event: Event| match event.what {
        What::Found { finding } if !finding.shadow => Some((event.at, finding)),
        _ => None,
    };
    Ok(events(data)?.into_iter().filter_map(finding).collect())
}

/// Waits for the first finding of this verdict, or a graver one.
pub(super) fn must_be_found(data: &Path, verdict: Verdict) -> Result<Option<(Timestamp, Finding)>, DrillError> {
    for _ in 0..TRIES {
        let first = found(data)?.into_iter().find(|(_, finding)| finding.verdict() >= verdict);
        if first.is_some() {
            return Ok(first);
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(None)
}

/// When somebody looked for the first time.
pub(super) fn first_look(data: &Path) -> Result<Option<Timestamp>, DrillError> {
    let first = events(data)?.into_iter().find(|event| matches!(event.what, What::Viewed { .. }));
    Ok(first.map(|event| event.at))
}
