//! Alerts: raised with the event that causes them, called until somebody acknowledges.
//!
//! Everything about them is rows of the database, written in the transaction of the event or of the step: a crash
//! loses none, and nobody is forgotten half-way down the rota.

mod calls;
mod list;
mod locked;
mod pulse;

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    alert::{Alert, Alerting, Audience, Kind, Rota, Urgency},
    author::Author,
    calendar::DAY,
    check::Role,
    entropy::Entropy,
    event::What,
    id::{AlertId, CallId},
    time::Timestamp,
};

pub(super) use calls::answer;
pub(super) use list::list;
pub(super) use locked::{acknowledge_locked, enter_acknowledged};
pub(super) use pulse::{Heard, listen, pulse};

use super::{fault::Fault, turn::Turn};
use crate::{
    db::{
        columns::{At, Id, Word},
        meta,
    },
    wire::{Refusal, ShiftToken},
};

/// An alert that was acknowledged is kept for so many seconds; the ledger keeps the event for ever.
const KEPT: u64 = 90 * DAY;

/// Raises what `what`, at `place` in the ledger, calls for. In the transaction of that event.
pub(super) fn raise(turn: &mut Turn<'_>, place: u64, what: &What) -> Result<(), Fault> {
    raise_in(turn.db, &mut *turn.room.entropy, turn.now.at, (place, what))
}

/// The same with the database alone.
pub(super) fn raise_in(
    db: &Connection,
    entropy: &mut dyn Entropy,
    now: Timestamp,
    (place, what): (u64, &What),
) -> Result<(), Fault> {
    let Some(alert) = Alert::of(what) else { return Ok(()) };
    let waiting = db
        .prepare_cached(
            "UPDATE alert SET count = count + 1, newest = ?3
             WHERE kind = ?1 AND urgency = ?2 AND acknowledged IS NULL",
        )?
        .execute((alert.kind.name(), Word(alert.urgency), place as i64))?;
    if waiting > 0 { Ok(()) } else { raise_anew(db, entropy, now, (place, &alert)) }
}

fn raise_anew(
    db: &Connection,
    entropy: &mut dyn Entropy,
    now: Timestamp,
    (place, alert): (u64, &Alert),
) -> Result<(), Fault> {
    let id = AlertId::random(entropy);
    let words = json(&alert.words)?;
    db.prepare_cached(
        "INSERT INTO alert (id, kind, urgency, audience, words, place, newest, count, raised, steps, due)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, ?7, 0, ?7)",
    )?
    .execute((
        Id(id),
        alert.kind.name(),
        Word(alert.urgency),
        Word(alert.audience),
        words,
        place as i64,
        At(now),
    ))?;
    advance(db, entropy, now, id)
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|e| Fault::Broken("an alert is no JSON", e.into()))
}

/// Makes the next step of an alert: whoever's turn it is, is to be called.
fn advance(db: &Connection, entropy: &mut dyn Entropy, now: Timestamp, id: AlertId) -> Result<(), Fault> {
    let Some(rota) = rota(db)? else {
        db.prepare_cached("UPDATE alert SET due = NULL WHERE id = ?1")?.execute([Id(id)])?;
        return Ok(());
    };
    let (urgency, audience, At(raised), made): (Word<Urgency>, Word<Audience>, At<Timestamp>, u32) = db
        .prepare_cached("SELECT urgency, audience, raised, steps FROM alert WHERE id = ?1")?
        .query_row([Id(id)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let step = rota.step(urgency.0, audience.0, raised, made);
    for contact in step.whom {
        db.prepare_cached(
            "INSERT INTO alert_call (id, alert, contact, step, created, due) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .execute((Id(CallId::random(entropy)), Id(id), Word(contact), made, At(now)))?;
    }
    db.prepare_cached("UPDATE alert SET steps = steps + 1, due = ?2 WHERE id = ?1")?
        .execute((Id(id), At(now + step.next)))?;
    Ok(())
}

fn rota(db: &Connection) -> rusqlite::Result<Option<Rota>> {
    meta::get(db, meta::names::ROTA)
}

/// Makes the steps that are due: of each alert that nobody acknowledged in time.
pub(super) fn escalate(turn: &mut Turn<'_>) -> Result<(), Fault> {
    escalate_in(turn.db, &mut *turn.room.entropy, turn.now.at)
}

/// The same with the database alone. The caller has a transaction open.
pub(super) fn escalate_in(db: &Connection, entropy: &mut dyn Entropy, now: Timestamp) -> Result<(), Fault> {
    let due: Vec<AlertId> = db
        .prepare_cached("SELECT id FROM alert WHERE due <= ?1 ORDER BY due")?
        .query_map([At(now)], |row| Ok(row.get::<_, Id<_>>(0)?.0))?
        .collect::<rusqlite::Result<_>>()?;
    due.into_iter().try_for_each(|id| advance(db, entropy, now, id))
}

/// An officer or an administrator has seen an alert.
pub(super) fn acknowledge_at_desk(turn: &mut Turn<'_>, token: &ShiftToken, id: AlertId) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer, Role::Administrator], turn.now.at)?.staff();
    acknowledge(turn, id, Author::Staff(by))
}

/// Nobody else is called. Doing it twice is doing it once.
pub(super) fn acknowledge(turn: &mut Turn<'_>, id: AlertId, by: Author) -> Result<(), Fault> {
    let waits: Option<bool> = turn
        .db
        .prepare_cached("SELECT acknowledged IS NULL FROM alert WHERE id = ?1")?
        .query_row([Id(id)], |row| row.get(0))
        .optional()?;
    if !waits.ok_or(Refusal::NotFound)? {
        return Ok(());
    }
    close(turn, id, by)?;
    turn.log(None, What::Alerting { alerting: Alerting::Acknowledged { alert: id, by } })?;
    Ok(())
}

fn close(turn: &Turn<'_>, id: AlertId, by: Author) -> Result<(), Fault> {
    close_in(turn.db, id, by, turn.now.at)
}

fn close_in(db: &Connection, id: AlertId, by: Author, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("UPDATE alert SET acknowledged = ?2, acknowledged_by = ?3, due = NULL WHERE id = ?1")?
        .execute((Id(id), At(now), json(&by)?))?;
    db.prepare_cached("DELETE FROM alert_call WHERE alert = ?1 AND made IS NULL")?.execute([Id(id)])?;
    Ok(())
}

/// Raises a test alert, in the place of an earlier one.
pub(super) fn test(turn: &mut Turn<'_>, by: Author) -> Result<AlertId, Fault> {
    if let Some(earlier) = waiting(turn, Kind::Test)? {
        close(turn, earlier, by)?;
    }
    turn.log(None, What::Alerting { alerting: Alerting::Tested { by } })?;
    waiting(turn, Kind::Test)?.ok_or_else(|| Fault::Broken("a test alert", "was not raised".into()))
}

fn waiting(turn: &Turn<'_>, kind: Kind) -> rusqlite::Result<Option<AlertId>> {
    turn.db
        .prepare_cached("SELECT id FROM alert WHERE kind = ?1 AND acknowledged IS NULL")?
        .query_row([kind.name()], |row| Ok(row.get::<_, Id<_>>(0)?.0))
        .optional()
}

/// Says who is called from now on. Alerts that wait begin anew with them.
pub(super) fn set_rota(turn: &mut Turn<'_>, rota: &Rota, by: Author) -> Result<(), Fault> {
    rota.check().map_err(|_| Refusal::BadRequest)?;
    meta::set(turn.db, meta::names::ROTA, rota)?;
    turn.log(None, What::Alerting { alerting: Alerting::RotaSet { people: rota.people.clone(), by } })?;
    turn.db.prepare_cached("DELETE FROM alert_call WHERE made IS NULL")?.execute([])?;
    turn.db
        .prepare_cached("UPDATE alert SET steps = 0, due = ?1 WHERE acknowledged IS NULL")?
        .execute([At(turn.now.at)])?;
    escalate(turn)
}

/// Drops alerts that were acknowledged long ago.
pub(super) fn sweep(turn: &Turn<'_>) -> Result<(), Fault> {
    let before = At(turn.now.at - KEPT);
    turn.db
        .prepare_cached("DELETE FROM alert_call WHERE alert IN (SELECT id FROM alert WHERE acknowledged <= ?1)")?
        .execute([before])?;
    turn.db.prepare_cached("DELETE FROM alert WHERE acknowledged <= ?1")?.execute([before])?;
    Ok(())
}
