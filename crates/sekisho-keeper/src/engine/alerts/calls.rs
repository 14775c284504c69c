//! Calls: what the courier fetches, and what it says came of them.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{alert::Words, id::CallId, time::Timestamp};

use super::super::{fault::Fault, outbox::plain};
use crate::{
    db::columns::{At, Id, Word},
    wire::{Call, CourierAnswer, CourierRequest, Refusal},
};

/// Seconds until the next try, by the number of tries made; the last one repeats until the alert is acknowledged.
const BACK_OFF: [u64; 6] = [5, 15, 30, 60, 120, 300];

/// What is due, the most urgent first, one a person.
pub(in super::super) fn pull(db: &Connection, now: Timestamp, desk: &str, limit: u16) -> Result<Vec<Call>, Fault> {
    let mut due = db.prepare_cached(
        "SELECT id, alert, contact, step, kind, urgency, words, place, count, raised FROM (
             SELECT c.*, a.kind, a.urgency, a.words, a.place, a.count, a.raised,
                    row_number() OVER (PARTITION BY c.contact ORDER BY a.urgency, c.created, c.id) AS turn
             FROM alert_call AS c JOIN alert AS a ON a.id = c.alert WHERE c.made IS NULL AND c.due <= ?1)
         WHERE turn = 1 ORDER BY urgency, due, contact LIMIT ?2",
    )?;
    let found = due.query_map((At(now), limit), |row| {
        Ok(Call {
            id: row.get::<_, Id<_>>(0)?.0,
            alert: row.get::<_, Id<_>>(1)?.0,
            contact: row.get::<_, Word<_>>(2)?.0,
            step: row.get(3)?,
            kind: row.get(4)?,
            urgency: row.get::<_, Word<_>>(5)?.0,
            words: words(row, 6)?,
            place: row.get::<_, i64>(7)? as u64,
            count: row.get::<_, i64>(8)? as u64,
            raised: row.get::<_, At<_>>(9)?.0,
            desk: desk.to_owned(),
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn words(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Words> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| rusqlite::Error::InvalidQuery)
}

/// Somebody was reached. One that is gone was acknowledged meanwhile.
pub(in super::super) fn made(db: &Connection, now: Timestamp, call: CallId) -> Result<(), Fault> {
    db.prepare_cached("UPDATE alert_call SET made = ?2 WHERE id = ?1 AND made IS NULL")?
        .execute((Id(call), At(now)))?;
    Ok(())
}

/// Somebody was not reached; they are called again later. The rota goes on meanwhile.
pub(in super::super) fn failed(db: &Connection, now: Timestamp, call: CallId) -> Result<(), Fault> {
    let tries: Option<u16> = db
        .prepare_cached("SELECT tries FROM alert_call WHERE id = ?1 AND made IS NULL")?
        .query_row([Id(call)], |row| row.get(0))
        .optional()?;
    let tries = tries.ok_or(Refusal::NotFound)?;
    let wait = BACK_OFF[usize::from(tries).min(BACK_OFF.len() - 1)];
    db.prepare_cached("UPDATE alert_call SET tries = tries + 1, due = ?2 WHERE id = ?1")?
        .execute((Id(call), At(now + wait)))?;
    Ok(())
}

/// Answers the courier about calls with the database alone: a keeper without its keys has people called all the same,
/// and a lockdown is what they have to be told of.
pub(in super::super) fn answer(
    db: &Connection,
    now: Timestamp,
    desk: &str,
    request: &CourierRequest,
) -> Option<Result<CourierAnswer, Fault>> {
    Some(match request {
        CourierRequest::Calls { limit } => pull(db, now, desk, (*limit).min(100)).map(CourierAnswer::Calls),
        CourierRequest::Called(call) => made(db, now, *call).map(|()| CourierAnswer::Done),
        CourierRequest::CallFailed { call, why } => {
            tracing::warn!(%call, why = plain(why), "somebody was not reached");
            failed(db, now, *call).map(|()| CourierAnswer::Done)
        }
        _ => return None,
    })
}
