//! What an installation's own record says of an attack: looks, findings, and when.

use std::{path::Path, thread, time::Duration};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    event::{Event, What},
    time::Timestamp,
    watch::{Finding, Verdict},
};

use super::{DrillError, Moment};

/// Tenths of a second that an entry may take to come.
const TRIES: u32 = 450;

/// Every event from the place `from` on and its place, oldest first.
pub(super) fn entries(data: &Path, from: u64) -> Result<Vec<(u64, Event)>, DrillError> {
    let db = Connection::open_with_flags(data.join("keeper/keeper.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut rows = db.prepare("SELECT place, body FROM event WHERE place >= ?1 ORDER BY place")?;
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let rows = rows.query_map([from], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let event = |(place, body): (i64, Vec<u8>)| Some((u64::try_from(place).ok()?, Event::from_bytes(&body).ok()?));
    Ok(rows.into_iter().filter_map(event).collect())
}

/// Every event, oldest first.
fn events(data: &Path) -> Result<Vec<Event>, DrillError> {
    Ok(entries(data, 0)?.into_iter().map(|(_, event)| event).collect())
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

/// What ended the shift in which somebody looked, and how many seconds after the first look; nothing, if the watch
/// found nothing.
pub(super) fn shift_ended(data: &Path) -> Result<Option<(Finding, u64)>, DrillError> {
    let Some((at, finding)) = must_be_found(data, Verdict::EndShift)? else { return Ok(None) };
    let took = at.since(first_look(data)?.unwrap_or(at));
    Ok(Some((finding, took)))
}

/// Who noticed it, after as many refusals or looks as the detector counted, and that the shift ended then.
pub(super) fn told(ended: Option<&(Finding, u64)>) -> (Moment, Moment) {
    let Some((finding, took)) = ended else {
        return (Moment::never("no detector found anything"), Moment::never("nobody noticed"));
    };
    let came = |how: String| Moment::came(how).after(finding.evidence.count, *took);
    (came(format!("by the watch ({})", finding.detector)), came("that shift ended".into()))
}

/// When somebody looked for the first time.
fn first_look(data: &Path) -> Result<Option<Timestamp>, DrillError> {
    let first = events(data)?.into_iter().find(|event| matches!(event.what, What::Viewed { .. }));
    Ok(first.map(|event| event.at))
}
