//! Japan's calendar: which day a point in time lies in, and when a day begins there.
//!
//! Japan has kept +09:00 without summer time since 1951, so the offset is a
//! constant and no time zone database is needed.

pub mod age;
pub mod holidays;
pub mod hours;
pub mod text;

use jiff::{
    Span,
    civil::{Date, DateTime},
    tz::Offset,
};

pub use crate::policy::Day;
use crate::time::Timestamp;

/// Japan's offset from UTC in seconds.
const OFFSET: i64 = 9 * 3600;

/// Seconds in a day.
pub const DAY: u64 = 24 * 3600;

/// What clocks in Japan show at `at`. Points beyond the year 9999 read as its last second.
pub(crate) fn civil(at: Timestamp) -> DateTime {
    let seconds = i64::try_from(at.0).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    Offset::constant(9).to_datetime(at)
}

impl Day {
    /// The day of this year, month and day of month; `None` if the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day)
    }

    /// The day in Japan that `at` lies in.
    pub fn of(at: Timestamp) -> Day {
        Day(civil(at).date())
    }

    /// Midnight in Japan at the beginning of this day; days before 1970 read as the first second of 1970 in UTC.
    pub fn start(self) -> Timestamp {
        let midnight = self.0.at(0, 0, 0, 0);
        let as_utc = Offset::UTC.to_timestamp(midnight).map_or(0, jiff::Timestamp::as_second);
        Timestamp(u64::try_from(as_utc - OFFSET).unwrap_or(0))
    }

    /// `minute` minutes after this day's midnight.
    pub fn at_minute(self, minute: u16) -> Timestamp {
        self.start() + u64::from(minute) * 60
    }

    /// The day `count` days later, or earlier if negative; the calendar's ends stand for what lies beyond them.
    pub fn plus(self, count: i64) -> Day {
        let beyond = if count < 0 { Date::MIN } else { Date::MAX };
        Day(Span::new().try_days(count).ok().and_then(|span| self.0.checked_add(span).ok()).unwrap_or(beyond))
    }

    /// Whole days from `earlier` to this day; negative if `earlier` is later.
    pub fn days_since(self, earlier: Day) -> i64 {
        self.0.duration_since(earlier.0).as_hours() / 24
    }
}

impl core::fmt::Display for Day {
    /// `YYYY-MM-DD`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}

impl core::str::FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A longer form (with a time or a zone) would parse too and be cut silently.
        let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        plain.then(|| text.parse().ok()).flatten().map(Day).ok_or(ParseDayError)
    }
}

/// Why a text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD and must be on the calendar")]
pub struct ParseDayError;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    /// 2026-11-21T15:00:00Z, which is midnight in Japan.
    const MIDNIGHT: Timestamp = Timestamp(1_795_273_200);

    #[test]
    fn a_day_ends_at_midnight_in_japan_not_in_utc() {
        assert_eq!(Day::of(MIDNIGHT - 1).to_string(), "2026-11-21");
        assert_eq!(Day::of(MIDNIGHT).to_string(), "2026-11-22");
        assert_eq!(Day::of(MIDNIGHT).start(), MIDNIGHT);
    }

    #[test]
    fn a_text_that_is_more_than_a_day_is_refused() {
        for bad in ["2026-11-31", "2026-11-21T00:00", "20261121", "", "2026-1-1", "+02026-1-1"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        assert_eq!("2026-11-21".parse(), Ok(Day::new(2026, 11, 21).unwrap()));
    }

    #[test]
    fn far_ends_do_not_panic() {
        assert_eq!(Day::of(Timestamp(u64::MAX)).0.year(), 9999);
        assert_eq!(Day::new(1950, 1, 1).unwrap().start(), Timestamp(0));
        assert_eq!(Day(Date::MAX).plus(i64::MAX), Day(Date::MAX));
        assert_eq!(Day(Date::MAX).plus(i64::MIN), Day(Date::MIN));
    }

    proptest! {
        #[test]
        fn every_second_lies_in_its_day(seconds in 0_u64..8_000_000_000) {
            let at = Timestamp(seconds);
            let day = Day::of(at);
            prop_assert!(day.start() <= at && at < day.plus(1).start());
            prop_assert_eq!(day.plus(1).days_since(day), 1);
        }
    }
}
