//! Absolute times, as staff read them: on Japan's clock, which knows no summer time.

use jiff::{fmt::strtime, tz};
use sekisho_core::time::Timestamp;

use super::lang::Lang;

/// Japan's offset from UTC in hours.
const JAPAN: i8 = 9;

fn format(time: Timestamp, pattern: &str) -> String {
    let seconds = i64::try_from(time.0).unwrap_or(i64::MAX);
    let Ok(instant) = jiff::Timestamp::from_second(seconds) else { return "–".into() };
    let there = instant.to_zoned(tz::Offset::constant(JAPAN).to_time_zone());
    strtime::format(pattern, &there).unwrap_or_else(|_| "–".into())
}

/// A day and a minute: `11月21日 21:34`, `21 Nov, 21:34`.
pub(crate) fn day_and_minute(time: Timestamp, lang: Lang) -> String {
    format(time, lang.pick("%-m月%-d日 %H:%M", "%-d %b, %H:%M"))
}

/// A day: `11/21`, `21 Nov`.
pub(crate) fn day(time: Timestamp, lang: Lang) -> String {
    format(time, lang.pick("%-m/%-d", "%-d %b"))
}

/// A minute of today: `21:34`.
pub(crate) fn minute(time: Timestamp) -> String {
    format(time, "%H:%M")
}

/// To the second, for lists of events: `2026-11-21 21:34:05`.
pub(crate) fn to_the_second(time: Timestamp) -> String {
    format(time, "%Y-%m-%d %H:%M:%S")
}

/// For machines that read pages: RFC 3339 with Japan's offset.
pub(crate) fn machine(time: Timestamp) -> String {
    format(time, "%Y-%m-%dT%H:%M:%S+09:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_japans() {
        let time = Timestamp(1_795_263_245); // 2026-11-21T12:14:05Z
        assert_eq!(day_and_minute(time, Lang::Ja), "11月21日 21:14");
        assert_eq!(day_and_minute(time, Lang::En), "21 Nov, 21:14");
        assert_eq!(to_the_second(time), "2026-11-21 21:14:05");
        assert_eq!(machine(time), "2026-11-21T21:14:05+09:00");
    }

    #[test]
    fn a_time_beyond_the_calendar_is_a_dash_and_no_panic() {
        assert_eq!(minute(Timestamp(u64::MAX)), "–");
    }
}
