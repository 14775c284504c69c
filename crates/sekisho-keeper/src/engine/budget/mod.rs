//! Budgets in the keeper: how many documents a person, a passkey, a site and the whole vault may open.
//!
//! What is counted lies in keeper.db and is written in the transaction of the ledger's entry that it belongs to, so it
//! is there after a crash if and only if the entry is. What a look cost stands in the look's own row; counts are kept in
//! memory, and a tick writes the rows that a start reads them from.

mod rows;
mod settings;
mod tally;

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Cost, Demand, Kind, Limits, Look, Past, Refused, Series, Subject, Window, Windows},
    check::Role,
    id::{CheckId, DeviceId, DocumentId, SiteName, StaffId},
    time::Timestamp,
};

use rows::Rows;
pub use settings::BudgetRefused;
pub(super) use settings::{
    enter, limits, note_of_site, of_the_vault, put_limits, put_of_site, require_limits, require_site_budget,
    set_of_site,
};
pub(super) use tally::Paid;
pub(crate) use tally::Tally;

use super::{fault::Fault, shifts::OnShift, turn::Turn};
use crate::{
    db::{
        columns::{Id, Packed, Word},
        meta,
    },
    hash::sha256,
    wire::BudgetView,
};

/// People whom a policy wants to look. The registry takes no policy that wants more, so far.
const REVIEWERS_WANTED: u8 = 1;

/// Looks at a document: all, this person's, this passkey's.
const PAST: &str = "SELECT count(*), coalesce(sum(staff = ?3), 0), coalesce(sum(device = ?4), 0)
     FROM viewing WHERE check_id = ?1 AND document = ?2";
const REVIEWERS: &str = "SELECT count(*) FROM staff WHERE role = ?1";

/// A document that somebody wants to open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub check: CheckId,
    pub document: DocumentId,
    pub site: &'a SiteName,
    /// Whether a reason is given for looking once more.
    pub with_reason: bool,
}

/// All that a decision on one opening takes: limits, what is left over, who asks for what, and the counts.
pub(crate) struct Reckoning<'a> {
    limits: Limits,
    demand: Demand,
    look: Look<'a>,
    now: Timestamp,
    tally: &'a Tally,
}

impl<'a> Reckoning<'a> {
    /// Of one person who wants one document at this moment.
    pub(super) fn of(turn: &'a Turn<'_>, shift: &OnShift, wanted: &Wanted<'a>) -> Result<Self, Fault> {
        let (db, tally) = (turn.db, &turn.room.tally);
        let limits = limits(db, wanted.site)?;
        let now = now(turn);
        let demand = demand(db, tally, &limits, now)?;
        let (staff, device) = (shift.staff(), shift.device());
        let past = past(db, (wanted.check, wanted.document), staff, device)?;
        let look = Look { staff, device, site: wanted.site, past, with_reason: wanted.with_reason };
        Ok(Self { limits, demand, look, now, tally })
    }

    /// Decides; nothing is written.
    pub(crate) fn decide(&self) -> Result<Cost, Refused> {
        let Ok(decided) = sekisho_core::budget::decide(&self.limits, self.demand, &self.look, self.now, self.tally);
        decided
    }

    #[cfg(test)]
    pub(crate) fn for_test(tally: &'a Tally, limits: Limits, site: &'a SiteName, now: Timestamp) -> Self {
        let (staff, device) = (StaffId::from_bytes([1; 16]), DeviceId::from_bytes([1; 16]));
        let past = Past { reviewers: REVIEWERS_WANTED, ..Past::default() };
        let look = Look { staff, device, site, past, with_reason: false };
        Self { limits, demand: Demand::default(), look, now, tally }
    }
}

/// A look is counted: it cost so much. What is returned stands in the look's own row.
pub(super) fn charge(turn: &mut Turn<'_>, cost: Cost) -> Paid {
    let at = now(turn);
    turn.room.tally.look(cost.clone(), at);
    Packed((at, cost.0))
}

// A keeper that starts anew may be some seconds behind what it knew. What it counted then lies ahead of it, and would be
// in no window that ends now.
fn now(turn: &Turn<'_>) -> Timestamp {
    let looks = [Kind::Opened, Kind::Again].map(|kind| Series::new(Subject::Vault, kind));
    looks.iter().filter_map(|series| turn.room.tally.last(series)).fold(turn.now.at, Timestamp::max)
}

fn past(
    db: &Connection,
    (check, document): (CheckId, DocumentId),
    staff: StaffId,
    device: DeviceId,
) -> rusqlite::Result<Past> {
    db.prepare_cached(PAST)?.query_row((Id(check), Id(document), Id(staff), Id(device)), |row| {
        let (by_anybody, by_person, with_device) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Past { by_person, with_device, by_anybody, reviewers: REVIEWERS_WANTED })
    })
}

/// What is left over. How many reviewers there are is asked only where something is.
pub(super) fn demand(db: &Connection, tally: &Tally, limits: &Limits, now: Timestamp) -> rusqlite::Result<Demand> {
    let Ok(demand) = Demand::at(limits, 0, now, tally);
    Ok(if demand.waiting_long == 0 { demand } else { Demand { reviewers: reviewers(db)?, ..demand } })
}

fn reviewers(db: &Connection) -> rusqlite::Result<u64> {
    let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|count| count as u64);
    db.prepare_cached(REVIEWERS)?.query_row([Word(Role::Reviewer)], count)
}

fn add(turn: &mut Turn<'_>, all: impl IntoIterator<Item = Series>, at: Timestamp) -> rusqlite::Result<()> {
    all.into_iter().try_for_each(|series| {
        Rows::of(turn.db).add(&series, at)?;
        turn.room.tally.add(series, at);
        Ok(())
    })
}

/// A document of `site` arrived: from here on it may be opened.
pub(super) fn arrived(turn: &mut Turn<'_>, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    of_site_and_vault(turn, site, Kind::Arrived, at)
}

/// A document of `site` ended.
pub(super) fn ended(turn: &mut Turn<'_>, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    of_site_and_vault(turn, site, Kind::Ended, at)
}

/// As [`arrived`], by a keeper without keys: nothing is counted in memory then.
pub(super) fn note_arrived(db: &Connection, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    series(site, Kind::Arrived).iter().try_for_each(|series| Rows::of(db).add(series, at))
}

/// As [`ended`], by a keeper without keys.
pub(super) fn note_ended(db: &Connection, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    series(site, Kind::Ended).iter().try_for_each(|series| Rows::of(db).add(series, at))
}

fn of_site_and_vault(turn: &mut Turn<'_>, site: &SiteName, kind: Kind, at: Timestamp) -> rusqlite::Result<()> {
    add(turn, series(site, kind), at)
}

fn series(site: &SiteName, kind: Kind) -> [Series; 2] {
    [Subject::Site(site.clone()), Subject::Vault].map(|subject| Series::new(subject, kind))
}

/// Whether a person may be given this document: what they can't open is not given to them. If it takes a reason, that
/// is asked for when they look.
pub(super) fn require(turn: &Turn<'_>, shift: &OnShift, wanted: &Wanted<'_>) -> Result<(), Fault> {
    match Reckoning::of(turn, shift, wanted)?.decide() {
        Ok(_) | Err(Refused::ReasonNeeded) => Ok(()),
        Err(Refused::Spent(spent)) => Err(Fault::Spent(Box::new(spent))),
    }
}

/// A look that is on record and whose cost is not, as after a restore.
pub(super) fn recount(
    turn: &mut Turn<'_>,
    (staff, check, document): (StaffId, CheckId, DocumentId),
    site: &SiteName,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let device = device_of(turn.db, staff)?.unwrap_or(DeviceId::from_bytes([0; 16]));
    let past = past(turn.db, (check, document), staff, device)?;
    let look = Look { staff, device, site, past, with_reason: true };
    add(turn, look.cost().0, at)
}

// A person has one passkey.
fn device_of(db: &Connection, staff: StaffId) -> rusqlite::Result<Option<DeviceId>> {
    db.prepare_cached("SELECT credential FROM staff WHERE id = ?1")?
        .query_row([Id(staff)], |row| row.get::<_, Vec<u8>>(0))
        .optional()
        .map(|found| found.map(|credential| device(&credential)))
}

/// A passkey, by the hash of its credential's id.
pub(super) fn device(credential: &[u8]) -> DeviceId {
    let mut id = [0; 16];
    id.copy_from_slice(&sha256(credential)[..16]);
    DeviceId::from_bytes(id)
}

/// What is allowed and what was opened, for whoever asks how the keeper is.
pub(super) fn view(db: &Connection, tally: &Tally, now: Timestamp) -> rusqlite::Result<BudgetView> {
    let series = Series::new(Subject::Vault, Kind::Opened);
    let until = |at| tally.count(&series, at);
    let opened = Windows::each(|window| until(now) - until(Timestamp(now.0.saturating_sub(window.seconds()))));
    Ok(BudgetView { limits: of_the_vault(db)?, opened })
}

/// Writes down what looks cost since it was last done: from then on a start reads it from the rows.
pub(super) fn write_down(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let rows = Rows::of(turn.db);
    if turn.room.tally.unwritten().is_empty() {
        return Ok(());
    }
    for (cost, at) in turn.room.tally.unwritten() {
        cost.0.iter().try_for_each(|series| rows.add(series, *at))?;
    }
    meta::set(turn.db, meta::names::METERED, &turn.room.ledger.next_index())?;
    turn.room.tally.written();
    Ok(())
}

/// Once an hour, lets go of counts that no window reaches.
pub(super) fn sweep(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let hour = Some(turn.now.at.hour());
    if turn.room.budgets_swept != hour {
        rows::sweep(turn.db, turn.now.at)?;
        turn.room.tally.forget_before(Timestamp(turn.now.at.0.saturating_sub(Window::ThreeDays.seconds())));
        turn.room.budgets_swept = hour;
    }
    Ok(())
}
