//! How budgets stand, of whoever used one in the last 72 hours and of every reviewer on shift.

use std::{cmp::Reverse, collections::BTreeMap};

use rusqlite::Connection;
use sekisho_core::{
    budget::{Demand, Kind, Limits, Standing, Subject, Window, standings},
    check::Role,
    id::{DeviceId, StaffId},
    time::Timestamp,
};

use super::super::{
    budget::{self, Tally},
    fault::Fault,
    turn::Turn,
};
use crate::{
    db::columns::Id,
    wire::{Board, ShiftNow, Spending},
};

/// Budgets as the board shows them.
pub(super) struct All {
    pub all: Vec<Spending>,
    /// Whether there are more subjects than are shown.
    pub more: bool,
}

const CREDENTIALS: &str = "SELECT credential FROM staff WHERE id = ?1";

/// All that is shown.
pub(super) fn all(turn: &mut Turn<'_>, shifts: &[ShiftNow]) -> Result<All, Fault> {
    let (db, now) = (turn.db, turn.now.at);
    let tally = &turn.room.tally;
    let vault = budget::of_the_vault(db)?;
    let demand = budget::demand(db, tally, &vault, now)?;
    let (reckoner, recent) = (Reckoner { db, tally, demand, now }, recent(tally, now));
    let mut shown = Shown { subjects: vec![(Subject::Vault, None)], more: false };
    shown.add(recent.iter().filter(|of| matches!(of, Subject::Site(_))).map(|of| (of.clone(), None)));
    let people = people(&recent, shifts);
    shown.add(people.iter().map(|staff| (Subject::Person(*staff), None)));
    shown.add(passkeys(db, &recent, &people)?.into_iter().map(|(device, holder)| (Subject::Device(device), holder)));
    let all = shown.subjects.into_iter().map(|(of, holder)| reckoner.spending(of, holder, &vault));
    Ok(All { all: all.collect::<Result<_, _>>()?, more: shown.more })
}

/// How the vault's own budget stands.
pub(in crate::engine) fn of_the_vault(turn: &Turn<'_>) -> Result<Standing, Fault> {
    let (now, tally) = (turn.now.at, &turn.room.tally);
    let limits = budget::of_the_vault(turn.db)?;
    // What is left over is divided among people; the vault's own budget has no part of it.
    let Ok(standings) = standings(&limits, Demand::default(), &Subject::Vault, now, tally);
    Ok(standings.opened)
}

struct Shown {
    subjects: Vec<(Subject, Option<StaffId>)>,
    more: bool,
}

impl Shown {
    fn add(&mut self, found: impl Iterator<Item = (Subject, Option<StaffId>)>) {
        let before = self.subjects.len();
        self.subjects.extend(found.take(Board::SUBJECTS_MOST + 1));
        self.more |= self.subjects.len() > before + Board::SUBJECTS_MOST;
        self.subjects.truncate(before + Board::SUBJECTS_MOST);
    }
}

struct Reckoner<'a> {
    db: &'a Connection,
    tally: &'a Tally,
    demand: Demand,
    now: Timestamp,
}

impl Reckoner<'_> {
    fn spending(&self, of: Subject, holder: Option<StaffId>, vault: &Limits) -> Result<Spending, Fault> {
        let own = match &of {
            Subject::Site(site) => Some(budget::limits(self.db, site)?),
            _ => None,
        };
        let Ok(standings) = standings(own.as_ref().unwrap_or(vault), self.demand, &of, self.now, self.tally);
        Ok(Spending { of, holder, standings })
    }
}

/// Whoever used a budget in the last 72 hours, or for whom something arrived; the latest first.
fn recent(tally: &Tally, now: Timestamp) -> Vec<Subject> {
    let since = Timestamp(now.0.saturating_sub(Window::ThreeDays.seconds()));
    let mut last: BTreeMap<&Subject, Timestamp> = BTreeMap::new();
    for (series, at) in tally.lasts().filter(|(series, at)| *at > since && series.kind != Kind::Ended) {
        let known = last.entry(&series.of).or_insert(at);
        *known = at.max(*known);
    }
    let mut recent: Vec<_> = last.into_iter().collect();
    recent.sort_by_key(|(_, at)| Reverse(*at));
    recent.into_iter().map(|(of, _)| of.clone()).collect()
}

/// Reviewers on shift first: what is theirs is what a stolen session would have.
fn people(recent: &[Subject], shifts: &[ShiftNow]) -> Vec<StaffId> {
    let reviewers = shifts.iter().filter(|shift| shift.role == Role::Reviewer).map(|shift| shift.staff);
    let mut people: Vec<StaffId> = reviewers.collect();
    people.dedup();
    let at_work = people.len();
    for of in recent {
        match of {
            Subject::Person(staff) if !people[..at_work].contains(staff) => people.push(*staff),
            _ => {}
        }
    }
    people
}

type Held = (DeviceId, Option<StaffId>);

fn passkeys(db: &Connection, recent: &[Subject], people: &[StaffId]) -> rusqlite::Result<Vec<Held>> {
    let mut of = db.prepare_cached(CREDENTIALS)?;
    let mut held: Vec<Held> = Vec::new();
    for staff in people.iter().take(Board::SUBJECTS_MOST) {
        let mut rows = of.query_map([Id(*staff)], |row| row.get::<_, Vec<u8>>(0))?;
        held.extend(rows.next().transpose()?.map(|credential| (budget::device(&credential), Some(*staff))));
    }
    // One that nobody has any more: of somebody who was removed.
    for of in recent {
        match of {
            Subject::Device(device) if held.iter().all(|(known, _)| known != device) => held.push((*device, None)),
            _ => {}
        }
    }
    Ok(held)
}
