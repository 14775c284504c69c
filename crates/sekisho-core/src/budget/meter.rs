//! The decision on one opening: a function of limits and counts.

mod standing;

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

pub use standing::{Standing, Standings, standings};

use super::{Counts, Kind, Limits, Series, Subject, Window};
use crate::{
    id::{DeviceId, SiteName, StaffId},
    time::{HOUR, Timestamp},
};

/// One opening that is asked for.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// Who looks.
    pub staff: StaffId,
    /// With which passkey their presence was proven.
    pub device: DeviceId,
    /// Whose member's document it is.
    pub site: &'a SiteName,
    /// How often it was opened before.
    pub past: Past,
    /// Whether a reason was given for looking once more.
    pub with_reason: bool,
}

/// How often a document was opened before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// By this person.
    pub by_person: u32,
    /// With this passkey.
    pub with_device: u32,
    /// By anybody.
    pub by_anybody: u32,
    /// How many people the policy wants to look; 1 if it wants one.
    pub reviewers: u8,
}

impl Past {
    /// Whether the policy asks for this look by a further person.
    const fn is_asked_for(&self) -> bool {
        self.by_person == 0 && self.by_anybody < self.reviewers as u32
    }
}

/// How much work is left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// Documents that have waited for longer than [`super::Relief::after_hours`].
    pub waiting_long: u64,
    /// How many reviewers are enrolled.
    pub reviewers: u64,
}

/// What an opening costs: the series that grow by one. To be written in the transaction of the ledger's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Cost(pub Vec<Series>);

/// Why an opening is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A budget is spent.
    #[error("a budget is spent")]
    Spent(Spent),
    /// Whoever looks for the third time says why.
    #[error("a third look needs a reason")]
    ReasonNeeded,
}

/// A budget that is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Which one.
    pub series: Series,
    /// In which window.
    pub window: Window,
    /// What it allows.
    pub limit: u64,
    /// When the next opening is allowed if nothing else happens; nothing if that can't be told.
    pub frees: Option<Timestamp>,
}

/// Decides on an opening at `now`.
///
/// # Errors
/// When the counts can't be read; a refusal is no error.
pub fn decide<C: Counts>(
    limits: &Limits,
    demand: Demand,
    look: &Look<'_>,
    now: Timestamp,
    counts: &C,
) -> Result<Result<Cost, Refused>, C::Error> {
    if look.past.by_anybody >= 2 && !look.past.is_asked_for() && !look.with_reason {
        return Ok(Err(Refused::ReasonNeeded));
    }
    let (cost, meter) = (look.cost(), Meter { limits, demand, now, counts });
    let mut refused: Option<Spent> = None;
    for series in &cost.0 {
        let spent = meter.spent(series)?;
        refused = refused.into_iter().chain(spent).max_by_key(last_to_free);
    }
    Ok(refused.map_or(Ok(cost), |spent| Err(Refused::Spent(spent))))
}

/// An end that isn't known counts as the last.
fn last_to_free(spent: &Spent) -> Timestamp {
    spent.frees.unwrap_or(Timestamp(u64::MAX))
}

impl Look<'_> {
    /// What this look costs, whether it is allowed or not.
    pub fn cost(&self) -> Cost {
        let kind = |before: u32| if before == 0 { Kind::Opened } else { Kind::Again };
        let own = vec![
            Series::new(Subject::Person(self.staff), kind(self.past.by_person)),
            Series::new(Subject::Device(self.device), kind(self.past.with_device)),
        ];
        let all = kind(self.past.by_anybody);
        let further = all == Kind::Again && self.past.is_asked_for();
        let shared = [Subject::Site(self.site.clone()), Subject::Vault].map(|subject| Series::new(subject, all));
        Cost(own.into_iter().chain(shared.into_iter().filter(|_| !further)).collect())
    }
}

/// Of those who are enrolled, one of so many is at work in the hours when fewest are.
const ENROLLED_FOR_ONE_AT_WORK: u64 = 10;

struct Meter<'a, C> {
    limits: &'a Limits,
    demand: Demand,
    now: Timestamp,
    counts: &'a C,
}

impl<C: Counts> Meter<'_, C> {
    /// The window of `series` that is spent and frees last, if one is spent.
    fn spent(&self, series: &Series) -> Result<Option<Spent>, C::Error> {
        let mut found: Option<Spent> = None;
        for window in Window::ALL {
            if let Some(limit) = self.limit(series, window)? {
                found = found.into_iter().chain(self.within(series, window, limit)?).max_by_key(last_to_free);
            }
        }
        Ok(found)
    }

    fn within(&self, series: &Series, window: Window, limit: u64) -> Result<Option<Spent>, C::Error> {
        let total = self.counts.until(series, self.now)?;
        if total - self.before(series, window)? < limit {
            return Ok(None);
        }
        let frees = match (&series.of, limit) {
            (Subject::Site(_) | Subject::Vault, _) | (_, 0) => None,
            // Once this one has left the window, one fewer than the limit is in it.
            _ => self.counts.when(series, total - limit + 1)?.map(|at| at + window.seconds()),
        };
        Ok(Some(Spent { series: series.clone(), window, limit, frees }))
    }

    /// How many had been until the window began.
    fn before(&self, series: &Series, window: Window) -> Result<u64, C::Error> {
        match self.now.0.checked_sub(window.seconds()) {
            Some(begin) => self.counts.until(series, Timestamp(begin)),
            None => Ok(0),
        }
    }

    fn limit(&self, series: &Series, window: Window) -> Result<Option<u64>, C::Error> {
        let limits = self.limits;
        Ok(Some(match (&series.of, series.kind) {
            (_, Kind::Arrived | Kind::Ended) => return Ok(None),
            (Subject::Person(_), Kind::Opened) => self.relieved(limits.person.get(window), window),
            (Subject::Device(_), Kind::Opened) => self.relieved(limits.device.get(window), window),
            (Subject::Person(_) | Subject::Device(_), Kind::Again) => limits.again.get(window),
            (subject @ (Subject::Site(_) | Subject::Vault), kind) => self.shared(subject, kind, window)?,
        }))
    }

    /// What is left over is divided among those who may be at work, up to what a person can do in a day.
    fn relieved(&self, limit: u64, window: Window) -> u64 {
        let days = window.seconds() / (24 * HOUR);
        let at_work = self.demand.reviewers.div_ceil(ENROLLED_FOR_ONE_AT_WORK).max(1);
        let share = self.demand.waiting_long.div_ceil(at_work);
        let at_most = self.limits.relief.day_at_most * days;
        if days == 0 { limit } else { limit.saturating_add(share).min(at_most.max(limit)) }
    }

    fn shared(&self, subject: &Subject, kind: Kind, window: Window) -> Result<u64, C::Error> {
        let (present, slack) = (self.present(subject, window)?, self.limits.slack.get(window));
        let own = match (subject, self.limits.site) {
            (Subject::Site(_), Some(site)) => site.get(window),
            _ => u64::MAX,
        };
        Ok(match kind {
            Kind::Again => present.saturating_mul(self.limits.again_percent) / 100 + slack,
            _ => (present + slack).min(own),
        })
    }

    /// Documents that were undecided when the window began, and those that arrived within it.
    fn present(&self, subject: &Subject, window: Window) -> Result<u64, C::Error> {
        let (arrived, ended) = (Series::new(subject.clone(), Kind::Arrived), Series::new(subject.clone(), Kind::Ended));
        let backlog = self.before(&arrived, window)?.saturating_sub(self.before(&ended, window)?);
        Ok(backlog + self.counts.until(&arrived, self.now)? - self.before(&arrived, window)?)
    }
}
