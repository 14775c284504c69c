//! The outbox: what sites are told, written in the transaction of what happened.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    calendar::text,
    check::{CheckState, Reason},
    entropy::Entropy,
    id::{CheckId, MessageId, SiteName},
    time::{HOUR, Timestamp},
};
use serde::Serialize;

use super::{fault::Fault, registry, turn::Turn};
use crate::{
    db::columns::{At, Id, Word},
    wire::{Message, Refusal},
};

/// Seconds until the next try, by the number of tries made; the last one repeats.
const BACK_OFF: [u64; 8] = [5, 30, 2 * 60, 10 * 60, HOUR / 2, HOUR, 3 * HOUR, 6 * HOUR];
/// After this many seconds a message is given up; the site still has the API.
const GIVE_UP: u64 = 72 * HOUR;

/// A webhook's body, in the shape of Standard Webhooks: type, timestamp, data.
#[derive(Serialize)]
struct Body {
    r#type: String,
    timestamp: String,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    check: CheckId,
    state: CheckState,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestation: Option<String>,
}

/// Tells a check's site where the check stands now, if it wants webhooks.
pub(super) fn tell(turn: &mut Turn<'_>, check: CheckId) -> Result<(), Fault> {
    tell_in(turn.db, &mut *turn.room.entropy, turn.now.at, check)
}

/// The same with the database alone. The caller has a transaction open.
pub(super) fn tell_in(db: &Connection, entropy: &mut dyn Entropy, now: Timestamp, check: CheckId) -> Result<(), Fault> {
    let (Word(site), data) = load(db, check)?;
    let Some(url) = registry::site(db, &site)?.and_then(|view| view.webhook) else { return Ok(()) };
    let body = Body {
        r#type: format!("check.{}", serde_json::to_value(data.state).ok().and_then(word).unwrap_or_default()),
        timestamp: text::rfc3339(now),
        data,
    };
    let body = serde_json::to_string(&body).map_err(|e| Fault::Broken("a webhook is no JSON", e.into()))?;
    let id = MessageId::random(entropy);
    db.prepare_cached(
        "INSERT INTO outbox (id, check_id, site, url, body, created, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute((Id(id), Id(check), Word(site), url, body, At(now)))?;
    Ok(())
}

fn word(value: serde_json::Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn load(db: &Connection, check: CheckId) -> rusqlite::Result<(Word<SiteName>, Data)> {
    db.prepare_cached("SELECT site, state, sub, reason, attestation FROM checks WHERE id = ?1")?.query_row(
        [Id(check)],
        |row| {
            let state = row.get::<_, Word<_>>(1)?.0;
            let reason = row.get::<_, Option<Word<_>>>(3)?.map(|Word(reason)| reason);
            Ok((row.get(0)?, Data { check, state, sub: row.get(2)?, reason, attestation: row.get(4)? }))
        },
    )
}

/// What is due, one message a site, so that a site that doesn't answer hides no other.
pub(super) fn pull(db: &Connection, now: Timestamp, limit: u16) -> Result<Vec<Message>, Fault> {
    let mut due = db.prepare_cached(
        "SELECT id, site, url, body, tries FROM (
                 SELECT *, row_number() OVER (PARTITION BY site ORDER BY created, id) AS turn
                 FROM outbox WHERE due <= ?1)
             WHERE turn = 1 ORDER BY due, id LIMIT ?2",
    )?;
    let found = due.query_map((At(now), limit.min(100)), |row| {
        Ok(Message {
            id: row.get::<_, Id<_>>(0)?.0,
            site: row.get::<_, Word<_>>(1)?.0,
            url: row.get(2)?,
            body: row.get(3)?,
            tries: row.get(4)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn delivered(db: &Connection, message: MessageId) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([Id(message)])?;
    Ok(())
}

pub(super) fn failed(db: &Connection, now: Timestamp, message: MessageId, why: &str) -> Result<(), Fault> {
    let found: Option<(u16, At<_>)> = db
        .prepare_cached("SELECT tries, created FROM outbox WHERE id = ?1")?
        .query_row([Id(message)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (tries, At(created)) = found.ok_or(Refusal::NotFound)?;
    tracing::warn!(%message, tries, why = plain(why), "a webhook was not delivered");
    if now.since(created) >= GIVE_UP {
        return delivered(db, message);
    }
    let wait = BACK_OFF[usize::from(tries).min(BACK_OFF.len() - 1)];
    db.prepare_cached("UPDATE outbox SET tries = tries + 1, due = ?2 WHERE id = ?1")?
        .execute((Id(message), At(now + wait)))?;
    Ok(())
}

/// Drops messages that nobody fetched in time, so that none outlives what it tells about.
pub(super) fn give_up_old(turn: &Turn<'_>) -> Result<(), Fault> {
    turn.db.prepare_cached("DELETE FROM outbox WHERE created <= ?1")?.execute([At(turn.now.at - GIVE_UP)])?;
    Ok(())
}

/// Drops what still waits to be told about a check.
pub(super) fn forget(turn: &Turn<'_>, check: CheckId) -> Result<(), Fault> {
    turn.db.prepare_cached("DELETE FROM outbox WHERE check_id = ?1")?.execute([Id(check)])?;
    Ok(())
}

// The courier talks to strangers; what it says of them is cut to a plain word.
pub(super) fn plain(why: &str) -> String {
    why.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}
