//! The alerts as people see them.

use rusqlite::Connection;
use sekisho_core::{
    author::Author,
    id::{AlertId, ContactName},
    time::Timestamp,
};

use super::{super::fault::Fault, calls::words};
use crate::{
    db::columns::{At, Id, Word},
    wire::{AlertView, Alerts},
};

/// The most that are listed.
const MOST: u16 = 200;

/// Those that wait, then those that were acknowledged; the newest first.
pub(in super::super) fn list(db: &Connection) -> Result<Alerts, Fault> {
    let mut all = db.prepare_cached(
        "SELECT id, kind, urgency, words, place, newest, count, raised, acknowledged, acknowledged_by FROM alert
         ORDER BY acknowledged IS NOT NULL, urgency, raised DESC, id LIMIT ?1",
    )?;
    let found = all.query_map([MOST], alert)?;
    let mut alerts: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
    for alert in &mut alerts {
        alert.called = called(db, alert.id)?;
    }
    Ok(Alerts { rota: super::rota(db)?, alerts })
}

fn alert(row: &rusqlite::Row<'_>) -> rusqlite::Result<AlertView> {
    let at: Option<At<Timestamp>> = row.get(8)?;
    let by: Option<String> = row.get(9)?;
    let by: Option<Author> = by.and_then(|by| serde_json::from_str(&by).ok());
    Ok(AlertView {
        id: row.get::<_, Id<_>>(0)?.0,
        kind: row.get(1)?,
        urgency: row.get::<_, Word<_>>(2)?.0,
        words: words(row, 3)?,
        place: row.get::<_, i64>(4)? as u64,
        newest: row.get::<_, i64>(5)? as u64,
        count: row.get::<_, i64>(6)? as u64,
        raised: row.get::<_, At<_>>(7)?.0,
        called: Vec::new(),
        acknowledged: at.map(|At(at)| at).zip(by),
    })
}

fn called(db: &Connection, id: AlertId) -> rusqlite::Result<Vec<(ContactName, Option<Timestamp>)>> {
    db.prepare_cached("SELECT contact, made FROM alert_call WHERE alert = ?1 ORDER BY step, contact")?
        .query_map([Id(id)], |row| {
            let made: Option<At<Timestamp>> = row.get(1)?;
            Ok((row.get::<_, Word<_>>(0)?.0, made.map(|At(at)| at)))
        })?
        .collect()
}
