//! Acknowledging while the keeper has no keys, as in a lockdown, when everybody is called and nobody can come to the
//! desk.
//!
//! Only whoever runs the machine can, through the socket that is theirs alone: shifts need the keeper's keys, and a link
//! in a mail would be a proof that lies in somebody's inbox. It ends the calling at once, opens nothing, and stands in the
//! ledger as the first thing that an unlocked keeper says.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{alert::Alerting, author::Author, event::What, id::AlertId, time::Timestamp};

use super::{
    super::{fault::Fault, turn::Turn},
    close_in,
};
use crate::{
    db::{
        columns::Id,
        meta::{self, names::ACKNOWLEDGED},
    },
    wire::Refusal,
};

/// Nobody else is called. Doing it twice is doing it once.
pub(in crate::engine) fn acknowledge_locked(db: &Connection, id: AlertId, now: Timestamp) -> Result<(), Fault> {
    let done = db.unchecked_transaction()?;
    let waits: Option<bool> = done
        .prepare_cached("SELECT acknowledged IS NULL FROM alert WHERE id = ?1")?
        .query_row([Id(id)], |row| row.get(0))
        .optional()?;
    if !waits.ok_or(Refusal::NotFound)? {
        return Ok(());
    }
    close_in(&done, id, Author::Operator, now)?;
    let mut unwritten: Vec<AlertId> = meta::get(&done, ACKNOWLEDGED)?.unwrap_or_default();
    unwritten.push(id);
    meta::set(&done, ACKNOWLEDGED, &unwritten)?;
    Ok(done.commit()?)
}

/// Enters what was acknowledged without keys.
pub(in crate::engine) fn enter_acknowledged(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let unwritten: Vec<AlertId> = meta::get(turn.db, ACKNOWLEDGED)?.unwrap_or_default();
    for alert in unwritten {
        turn.log(None, What::Alerting { alerting: Alerting::Acknowledged { alert, by: Author::Operator } })?;
    }
    Ok(meta::clear(turn.db, ACKNOWLEDGED)?)
}
