//! How a budget stands: what was used of it, and what it allows. For whoever watches; nothing is decided here.

use serde::{Deserialize, Serialize};

use super::{Demand, Meter};
use crate::{
    budget::{Counts, Kind, Limits, Series, Subject, Window, Windows},
    time::{HOUR, Timestamp},
};

/// What was used and what is allowed in the windows that end at one second. In documents, or in looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What was used.
    pub used: Windows,
    /// What is allowed.
    pub allowed: Windows,
}

/// Both budgets of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standings {
    /// Documents that it opened for the first time.
    pub opened: Standing,
    /// Its looks at documents that it had opened before.
    pub again: Standing,
}

/// How the budgets of `of` stand at `now`, by the rules by which [`super::decide`] decides.
///
/// At most forty questions to the counts, however much was opened.
///
/// # Errors
/// When the counts can't be read.
pub fn standings<C: Counts>(
    limits: &Limits,
    demand: Demand,
    of: &Subject,
    now: Timestamp,
    counts: &C,
) -> Result<Standings, C::Error> {
    let meter = Meter { limits, demand, now, counts };
    let of = |kind| meter.standing(&Series::new(of.clone(), kind));
    Ok(Standings { opened: of(Kind::Opened)?, again: of(Kind::Again)? })
}

impl Demand {
    /// What is left over at `now`: what came in before [`super::super::Relief::after_hours`] and can't have ended yet,
    /// since fewer have ended.
    ///
    /// # Errors
    /// When the counts can't be read.
    pub fn at<C: Counts>(limits: &Limits, reviewers: u64, now: Timestamp, counts: &C) -> Result<Self, C::Error> {
        let since = Timestamp(now.0.saturating_sub(limits.relief.after_hours * HOUR));
        let came = counts.until(&Series::new(Subject::Vault, Kind::Arrived), since)?;
        let ended = counts.until(&Series::new(Subject::Vault, Kind::Ended), now)?;
        Ok(Self { waiting_long: came.saturating_sub(ended), reviewers })
    }
}

impl<C: Counts> Meter<'_, C> {
    fn standing(&self, series: &Series) -> Result<Standing, C::Error> {
        let all = self.counts.until(series, self.now)?;
        let used = each(|window| Ok(all - self.before(series, window)?))?;
        // Of arrivals and ends there is no limit; nobody asks for one.
        let allowed = each(|window| Ok(self.limit(series, window)?.unwrap_or(u64::MAX)))?;
        Ok(Standing { used, allowed })
    }
}

fn each<E>(of: impl Fn(Window) -> Result<u64, E>) -> Result<Windows, E> {
    let [minute, hour, day, three_days] = Window::ALL;
    Ok(Windows { minute: of(minute)?, hour: of(hour)?, day: of(day)?, three_days: of(three_days)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        budget::{Memory, decide, meter::Look},
        id::{DeviceId, SiteName, StaffId},
    };

    const NOW: Timestamp = Timestamp(1_795_000_000);

    fn memory_with(arrived: u64) -> Memory {
        let mut memory = Memory::default();
        (0..arrived).for_each(|_| memory.add(Series::new(Subject::Vault, Kind::Arrived), NOW - 10));
        memory
    }

    /// M19: what is shown as allowed is what is allowed: as many are opened, and the next is refused.
    #[test]
    fn what_a_budget_shows_as_allowed_is_what_it_allows() {
        let (limits, site) = (Limits::default(), "site-a".parse::<SiteName>().unwrap());
        for arrived in [0, 3, 400] {
            let mut memory = memory_with(arrived);
            let show =
                |memory: &Memory| standings(&limits, Demand::default(), &Subject::Vault, NOW, memory).unwrap().opened;
            let (allowed, mut opened) = (show(&memory).allowed.minute, 0);
            for person in 1..=250 {
                let look = Look {
                    staff: StaffId::from_bytes([person; 16]),
                    device: DeviceId::from_bytes([person; 16]),
                    site: &site,
                    past: Default::default(),
                    with_reason: false,
                };
                memory.add(Series::new(Subject::Site(site.clone()), Kind::Arrived), NOW);
                let Ok(Ok(cost)) = decide(&limits, Demand::default(), &look, NOW, &memory) else { continue };
                cost.0.into_iter().for_each(|series| memory.add(series, NOW));
                opened += 1;
            }
            assert_eq!(opened, allowed.min(250));
            assert_eq!(show(&memory).used.minute, opened);
        }
    }

    #[test]
    fn what_left_a_window_is_not_used_in_it() {
        let mut memory = Memory::default();
        let person = Subject::Person(StaffId::from_bytes([1; 16]));
        for ago in [90_000, 4_000, 70, 10] {
            memory.add(Series::new(person.clone(), Kind::Opened), NOW - ago);
        }
        let of = standings(&Limits::default(), Demand::default(), &person, NOW, &memory).unwrap().opened;
        assert_eq!(of.used, Windows { minute: 1, hour: 2, day: 3, three_days: 4 });
        assert_eq!(of.allowed, Limits::default().person);
    }

    #[test]
    fn what_waits_for_long_is_what_came_before_and_has_not_ended() {
        let mut memory = Memory::default();
        (0..9).for_each(|_| memory.add(Series::new(Subject::Vault, Kind::Arrived), NOW - 7 * HOUR));
        (0..9).for_each(|_| memory.add(Series::new(Subject::Vault, Kind::Arrived), NOW - HOUR / 2));
        (0..4).for_each(|_| memory.add(Series::new(Subject::Vault, Kind::Ended), NOW - 5));
        let demand = Demand::at(&Limits::default(), 3, NOW, &memory).unwrap();
        assert_eq!(demand, Demand { waiting_long: 5, reviewers: 3 });
    }
}
