//! Pause: nobody opens anything for a while. It ends by itself, or when two officers say so with their passkeys.

use rusqlite::Connection;
use sekisho_core::{author::Author, check::Role, event::What, id::StaffId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{fault::Fault, turn::Turn};
use crate::{
    db::{columns::Word, meta},
    wire::{Paused, Refusal, ShiftToken},
};

/// The longest pause that one person orders, in minutes: what takes longer wants a lockdown, or a stop.
pub(super) const MOST_MINUTES: u16 = 8 * 60;
/// A passkey's touch counts as said for this for so many seconds.
const TOUCH_SECONDS: u64 = 120;
/// Officers that a pause is lifted by; one where there is but one.
const OFFICERS: usize = 2;

/// A pause as it stands in keeper.db.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    until: Timestamp,
    /// Officers who asked to lift it.
    asked: Vec<StaffId>,
}

impl Pause {
    pub(super) const fn until(until: Timestamp) -> Self {
        Self { until, asked: Vec::new() }
    }
}

/// The pause that holds at `now`, if one does.
pub(crate) fn standing(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Pause>> {
    // Before pauses ended by themselves there was a yes or no; such a one ends by being lifted alone.
    if meta::is(db, meta::names::PAUSED)? {
        return Ok(Some(Pause::until(now + u64::from(MOST_MINUTES) * 60)));
    }
    let pause: Option<Pause> = meta::get(db, meta::names::PAUSED)?;
    Ok(pause.filter(|pause| now < pause.until))
}

/// Whether openings are paused at `now`.
pub(crate) fn holds(db: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    Ok(standing(db, now)?.is_some())
}

/// The same for whoever is shown it.
pub(super) fn view(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Paused>> {
    let needed = needed(db)?;
    Ok(standing(db, now)?.map(|pause| Paused {
        until: pause.until,
        asked: pause.asked.len() as u8,
        needed: needed as u8,
    }))
}

/// Ordered at the desk, for so many minutes. It tightens.
pub(super) fn by_staff(turn: &mut Turn<'_>, token: &ShiftToken, minutes: u16) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer, Role::Administrator], turn.now.at)?.staff();
    for_minutes(turn, by.into(), minutes)
}

/// The same by whoever may.
pub(super) fn for_minutes(turn: &mut Turn<'_>, by: Author, minutes: u16) -> Result<(), Fault> {
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Refusal::BadRequest.into());
    }
    let until = turn.now.at + u64::from(minutes) * 60;
    pause(turn, by, until)
}

/// Pauses. One that holds longer stays as it is; what was asked before counts no more.
pub(super) fn pause(turn: &mut Turn<'_>, by: Author, until: Timestamp) -> Result<(), Fault> {
    let until = standing(turn.db, turn.now.at)?.map_or(until, |known| known.until.max(until));
    meta::set(turn.db, meta::names::PAUSED, &Pause::until(until))?;
    turn.log(None, What::Paused { by, until: Some(until) })?;
    Ok(())
}

/// An officer says that opening may go on. The second one's word lifts it.
pub(super) fn resume(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer], turn.now.at)?.staff();
    let Some(mut pause) = standing(turn.db, turn.now.at)? else { return Ok(()) };
    // A session left open, or stolen, is not an officer's word.
    if turn.room.shifts.get(token, turn.now.at)?.touched + TOUCH_SECONDS < turn.now.at {
        return Err(Refusal::TouchNeeded.into());
    }
    if !pause.asked.contains(&by) {
        pause.asked.push(by);
    }
    if pause.asked.len() < needed(turn.db)? {
        meta::set(turn.db, meta::names::PAUSED, &pause)?;
        turn.log(None, What::ResumeAsked { by })?;
    } else {
        meta::clear(turn.db, meta::names::PAUSED)?;
        turn.log(None, What::Resumed { by })?;
    }
    Ok(())
}

/// How many officers it takes: two, or one in a firm that has but one.
fn needed(db: &Connection) -> rusqlite::Result<usize> {
    let officers: i64 = db
        .prepare_cached("SELECT count(*) FROM staff WHERE role = ?1")?
        .query_row([Word(Role::Officer)], |row| row.get(0))?;
    Ok(OFFICERS.min((officers as usize).max(1)))
}
