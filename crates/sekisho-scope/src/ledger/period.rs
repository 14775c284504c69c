//! When something was, counted by day and hour.

use std::collections::BTreeMap;

use sekisho_core::time::{HOUR, Timestamp};
use serde::Serialize;

use super::window::in_words;

/// The longest period that is told by the hour, in hours.
const BY_THE_HOUR: u64 = 72;

/// From when to when, and how many in each day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Period {
    /// The first one.
    #[serde(serialize_with = "super::window::in_japan")]
    pub first: Option<Timestamp>,
    /// The last one.
    #[serde(serialize_with = "super::window::in_japan")]
    pub last: Option<Timestamp>,
    /// How many on each day, Japan's.
    pub days: BTreeMap<String, u64>,
    /// How many in each hour, as `2021-04-20T13`, if it is three days at most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hours: BTreeMap<String, u64>,
}

/// Times that are counted, by the hour: hours are whole in Japan's zone too.
#[derive(Debug, Default)]
pub(super) struct Times {
    span: Option<(Timestamp, Timestamp)>,
    hours: BTreeMap<u64, u64>,
    /// The hour of the last one that was added and how many there are of it that `hours` lacks: most follow each other.
    now: (u64, u64),
}

impl Times {
    /// One more.
    pub(super) fn add(&mut self, at: Timestamp) {
        self.span = Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        let hour = at.0 / HOUR;
        if hour != self.now.0 {
            self.put_down();
            self.now.0 = hour;
        }
        self.now.1 += 1;
    }

    fn put_down(&mut self) {
        let (hour, count) = self.now;
        if count > 0 {
            *self.hours.entry(hour).or_default() += count;
            self.now.1 = 0;
        }
    }

    /// What they come to.
    pub(super) fn period(mut self) -> Period {
        self.put_down();
        let mut period =
            Period { first: self.span.map(|span| span.0), last: self.span.map(|span| span.1), ..Period::default() };
        let is_short = self.span.is_some_and(|(first, last)| last.since(first) <= BY_THE_HOUR * HOUR);
        for (hour, count) in self.hours {
            let mut slot = in_words(Timestamp(hour * HOUR));
            slot.truncate("2021-04-20T13".len());
            if is_short {
                *period.hours.entry(slot.clone()).or_default() += count;
            }
            slot.truncate("2021-04-20".len());
            *period.days.entry(slot).or_default() += count;
        }
        period
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2021-04-20T00:00:00+09:00.
    const DAY: u64 = 1_618_844_400;

    fn period(times: &[u64]) -> Period {
        let mut all = Times::default();
        times.iter().for_each(|at| all.add(Timestamp(DAY + at)));
        all.period()
    }

    #[test]
    fn times_are_counted_by_japans_days_and_hours_in_whatever_order_they_come() {
        let told = period(&[7_200, 5, 86_399, 86_400, 6]);
        assert_eq!((told.first, told.last), (Some(Timestamp(DAY + 5)), Some(Timestamp(DAY + 86_400))));
        assert_eq!(told.days.into_iter().collect::<Vec<_>>(), [("2021-04-20".into(), 4), ("2021-04-21".into(), 1)]);
        assert_eq!((told.hours["2021-04-20T00"], told.hours["2021-04-20T02"], told.hours.len()), (2, 1, 4));
        assert_eq!(period(&[]), Period::default());
    }

    #[test]
    fn three_days_are_told_by_the_hour_and_more_are_not() {
        assert_eq!(period(&[0, 72 * HOUR]).hours.len(), 2);
        let longer = period(&[0, 72 * HOUR + 1]);
        assert_eq!((longer.hours.len(), longer.days.len()), (0, 2));
        let leapt = Times { now: (u64::MAX / HOUR, 1), ..Times::default() }.period();
        assert_eq!(leapt.days.len(), 1, "a clock that leapt is told as far as it can be");
    }
}
