//! Budgets in the keeper: how many documents a person, a passkey, a site and the whole vault may open.
//!
//! What is counted lies in keeper.db and is written in the transaction of the ledger's entry that it belongs to, so it
//! is there after a crash if and only if the entry is.

mod rows;
mod settings;

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Cost, Counts, Demand, Kind, Limits, Look, Past, Refused, Series, Subject, Window, Windows},
    check::Role,
    id::{DeviceId, DocumentId, SiteName, StaffId},
    time::{HOUR, Timestamp},
};

pub(super) use rows::Rows;
pub use settings::BudgetRefused;
pub(super) use settings::{enter, limits, note_of_site, require_site_budget, set_of_site};

use super::{fault::Fault, shifts::OnShift, turn::Turn};
use crate::{
    db::columns::{Id, Word},
    hash::sha256,
    wire::BudgetView,
};

/// People whom a policy wants to look. The registry takes no policy that wants more, so far.
const REVIEWERS_WANTED: u8 = 1;

/// Looks at a document: all, this person's, this passkey's.
const PAST: &str = "SELECT count(*), coalesce(sum(staff = ?2), 0), coalesce(sum(device = ?3), 0)
     FROM viewing WHERE document = ?1";
const REVIEWERS: &str = "SELECT count(*) FROM staff WHERE role = ?1";

/// A document that somebody wants to open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
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
    rows: Rows<'a>,
}

impl<'a> Reckoning<'a> {
    /// Of one person who wants one document at this moment.
    pub(super) fn of(turn: &Turn<'a>, shift: &OnShift, wanted: &Wanted<'a>) -> Result<Self, Fault> {
        let db = turn.db;
        let (staff, device) = (shift.staff(), shift.device());
        let (limits, rows) = (limits(db, wanted.site)?, Rows::of(db));
        let now = not_before_last_look(&rows, turn.now.at)?;
        let past = past(db, wanted.document, staff, device)?;
        let look = Look { staff, device, site: wanted.site, past, with_reason: wanted.with_reason };
        asked_for(&look).try_for_each(|series| rows.read_ahead(&series, now))?;
        let demand = demand(db, &rows, &limits, now)?;
        Ok(Self { limits, demand, look, now, rows })
    }

    /// Decides; nothing is written.
    pub(crate) fn decide(&self) -> rusqlite::Result<Result<Cost, Refused>> {
        sekisho_core::budget::decide(&self.limits, self.demand, &self.look, self.now, &self.rows)
    }

    /// Writes down what an opening costs.
    pub(super) fn charge(&self, cost: &Cost) -> rusqlite::Result<()> {
        cost.0.iter().try_for_each(|series| self.rows.add(series, self.now))
    }

    #[cfg(test)]
    pub(crate) fn for_test(db: &'a Connection, limits: Limits, site: &'a SiteName, now: Timestamp) -> Self {
        let (staff, device) = (StaffId::from_bytes([1; 16]), DeviceId::from_bytes([1; 16]));
        let past = Past { reviewers: REVIEWERS_WANTED, ..Past::default() };
        let look = Look { staff, device, site, past, with_reason: false };
        Self { limits, demand: Demand::default(), look, now, rows: Rows::of(db) }
    }
}

// All that a decision counts on.
fn asked_for(look: &Look<'_>) -> impl Iterator<Item = Series> {
    let shared = [Subject::Site(look.site.clone()), Subject::Vault].into_iter();
    let came_and_went = shared.flat_map(|of| [Kind::Arrived, Kind::Ended].map(|kind| Series::new(of.clone(), kind)));
    look.cost().0.into_iter().chain(came_and_went)
}

// A keeper that starts anew may be some seconds behind what it knew. What it counted then lies ahead of it, and would be
// in no window that ends now.
fn not_before_last_look(rows: &Rows<'_>, now: Timestamp) -> rusqlite::Result<Timestamp> {
    let looks = [Kind::Opened, Kind::Again].map(|kind| Series::new(Subject::Vault, kind));
    looks.iter().try_fold(now, |now, series| rows.not_before_last(series, now))
}

fn past(db: &Connection, document: DocumentId, staff: StaffId, device: DeviceId) -> rusqlite::Result<Past> {
    db.prepare_cached(PAST)?.query_row((Id(document), Id(staff), Id(device)), |row| {
        let (by_anybody, by_person, with_device) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Past { by_person, with_device, by_anybody, reviewers: REVIEWERS_WANTED })
    })
}

// What came in before that time and can't have ended yet, since fewer have ended: two seeks however many wait, and
// never more than there are.
fn demand(db: &Connection, rows: &Rows<'_>, limits: &Limits, now: Timestamp) -> rusqlite::Result<Demand> {
    let since = Timestamp(now.0.saturating_sub(limits.relief.after_hours * HOUR));
    let came = rows.until(&Series::new(Subject::Vault, Kind::Arrived), since)?;
    let ended = rows.until(&Series::new(Subject::Vault, Kind::Ended), now)?;
    let reviewers: i64 = db.prepare_cached(REVIEWERS)?.query_row([Word(Role::Reviewer)], |row| row.get(0))?;
    Ok(Demand { waiting_long: came.saturating_sub(ended), reviewers: reviewers as u64 })
}

fn add(db: &Connection, all: &[Series], at: Timestamp) -> rusqlite::Result<()> {
    let rows = Rows::of(db);
    all.iter().try_for_each(|series| rows.add(series, at))
}

/// A document of `site` arrived: from here on it may be opened.
pub(super) fn arrived(db: &Connection, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    of_site_and_vault(db, site, Kind::Arrived, at)
}

/// A document of `site` ended.
pub(super) fn ended(db: &Connection, site: &SiteName, at: Timestamp) -> rusqlite::Result<()> {
    of_site_and_vault(db, site, Kind::Ended, at)
}

fn of_site_and_vault(db: &Connection, site: &SiteName, kind: Kind, at: Timestamp) -> rusqlite::Result<()> {
    let subjects = [Subject::Site(site.clone()), Subject::Vault];
    add(db, &subjects.map(|subject| Series::new(subject, kind)), at)
}

/// Whether a person may be given this document: what they can't open is not given to them. If it takes a reason, that
/// is asked for when they look.
pub(super) fn require(turn: &Turn<'_>, shift: &OnShift, wanted: &Wanted<'_>) -> Result<(), Fault> {
    match Reckoning::of(turn, shift, wanted)?.decide()? {
        Ok(_) | Err(Refused::ReasonNeeded) => Ok(()),
        Err(Refused::Spent(spent)) => Err(Fault::Spent(Box::new(spent))),
    }
}

/// A look that is on record and whose rows are not, as after a restore.
pub(super) fn recount(
    db: &Connection,
    (staff, document): (StaffId, DocumentId),
    site: &SiteName,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let device = device_of(db, staff)?.unwrap_or(DeviceId::from_bytes([0; 16]));
    let look = Look { staff, device, site, past: past(db, document, staff, device)?, with_reason: true };
    add(db, &look.cost().0, at)
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
pub(super) fn view(db: &Connection, now: Timestamp) -> rusqlite::Result<BudgetView> {
    let (rows, opened) = (Rows::of(db), Series::new(Subject::Vault, Kind::Opened));
    let all = rows.until(&opened, now)?;
    let mut counts = Windows::each(|_| all);
    for window in Window::ALL {
        let before = rows.until(&opened, Timestamp(now.0.saturating_sub(window.seconds())))?;
        let count = match window {
            Window::Minute => &mut counts.minute,
            Window::Hour => &mut counts.hour,
            Window::Day => &mut counts.day,
            Window::ThreeDays => &mut counts.three_days,
        };
        *count -= before;
    }
    Ok(BudgetView { limits: settings::of_the_vault(db)?, opened: counts })
}

/// Once an hour, lets go of counts that no window reaches.
pub(super) fn sweep(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let hour = Some(turn.now.at.hour());
    if turn.room.budgets_swept != hour {
        rows::sweep(turn.db, turn.now.at)?;
        turn.room.budgets_swept = hour;
    }
    Ok(())
}
