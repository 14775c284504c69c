//! The live board for officers: read from rows that follow from the ledger, and never counted while anybody looks.
//!
//! What it costs is bounded: budgets stand in memory, an assignment or an entry is a seek or two, and of each there is a most, and
//! what happened in seven days is kept by the [`Week`], which reads each entry of the ledger once.

mod now;
mod spending;
mod week;

use sekisho_core::check::Role;
pub(super) use spending::of_the_vault;
pub(super) use week::Week;

use super::{fault::Fault, turn::Turn};
use crate::wire::{Board, LoggedEvent, Refusal, ShiftToken};

/// Who may see it.
const WATCHERS: [Role; 2] = [Role::Officer, Role::Administrator];

/// All that the board shows, as of this turn.
pub(super) fn board(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<Board, Fault> {
    turn.room.shifts.require(token, &WATCHERS, turn.now.at)?;
    let (shifts, ledger_size) = (now::shifts(turn), turn.room.ledger.next_index());
    let week = week::as_of_this_turn(turn, ledger_size)?;
    let spending = spending::all(turn, &shifts)?;
    Ok(Board {
        now: turn.now.at,
        ledger_size,
        open: now::open(turn.db)?,
        budgets: spending.all,
        more: spending.more,
        flow: week.flow(turn.now.at),
        found: entries(turn, &week.found(turn.now.at))?,
        shifts,
    })
}

/// The entries at these places, in their order; a place without an entry is passed over.
pub(super) fn entries_at(turn: &mut Turn<'_>, token: &ShiftToken, places: &[u64]) -> Result<Vec<LoggedEvent>, Fault> {
    turn.room.shifts.require(token, &WATCHERS, turn.now.at)?;
    if places.len() > Board::ENTRIES_MOST {
        return Err(Refusal::BadRequest.into());
    }
    entries(turn, places)
}

fn entries(turn: &Turn<'_>, places: &[u64]) -> Result<Vec<LoggedEvent>, Fault> {
    let mut body = turn.db.prepare_cached("SELECT body FROM event WHERE place = ?1")?;
    let mut found = Vec::new();
    for index in places.iter().filter_map(|place| i64::try_from(*place).ok()) {
        let mut rows = body.query_map([index], |row| row.get::<_, Vec<u8>>(0))?;
        if let Some(body) = rows.next().transpose()? {
            found.push(LoggedEvent { index: index as u64, body: String::from_utf8_lossy(&body).into_owned() });
        }
    }
    Ok(found)
}

/// A tick's share: what the ledger got since, and some of what it had before a start.
pub(super) fn keep_week(turn: &mut Turn<'_>) -> Result<(), Fault> {
    week::keep(turn)
}
