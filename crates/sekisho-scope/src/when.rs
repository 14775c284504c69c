//! Points in time as logs and questions write them: whole seconds since 1970-01-01T00:00:00Z.

use thiserror::Error;

/// Japan's zone, in seconds east of Greenwich. No summer time since 1951.
pub const JAPAN: i64 = 9 * 3600;

/// A bound that was not understood.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0} is no time; write 2021-04-20T00:00:00+09:00, or without a zone for Japan's, or a date alone")]
pub struct NoTime(String);

/// Which end of a window a text gives: it says what a date alone means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A date is its first second.
    First,
    /// A date is its last second.
    Last,
}

/// The second that bounds a window. Both bounds lie within it, a last second until its end.
pub fn bound(text: &str, end: End) -> Result<i64, NoTime> {
    let bytes = text.trim().as_bytes();
    let date = || date(bytes).filter(|_| bytes.len() == 10).map(|days| days * 86_400 - JAPAN);
    let whole = || match end {
        End::First => date(),
        End::Last => date().map(|start| start + 86_399),
    };
    rfc3339(bytes).or_else(whole).ok_or_else(|| NoTime(text.into()))
}

/// Writes a second in Japan's zone.
pub fn say(at: i64) -> String {
    let local = jiff::Timestamp::from_second(at.saturating_add(JAPAN));
    local.map_or_else(|_| format!("{at} s"), |local| local.strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string())
}

/// Days since 1970-01-01 in the Gregorian calendar; `month` from 1. The year begins in March here, so that the day
/// that leap years add is its last.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn two(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// `hh:mm:ss` at a place. A leap second is the one behind it.
fn clock(text: &[u8], at: usize) -> Option<i64> {
    let (hour, minute, second) = (two(text, at)?, two(text, at + 3)?, two(text, at + 6)?);
    let colons = text[at + 2] == b':' && text[at + 5] == b':';
    (colons && hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// `+hhmm` or `+hh:mm`.
fn zone(text: &[u8]) -> Option<i64> {
    let minutes = if text.get(3) == Some(&b':') { 4 } else { 3 };
    let seconds = two(text, 1)? * 3600 + two(text, minutes)? * 60;
    match (text[0], text.len() == minutes + 2) {
        (b'+', true) => Some(seconds),
        (b'-', true) => Some(-seconds),
        _ => None,
    }
}

fn in_month(year: i64, month: i64, day: i64) -> bool {
    // The calendar's arithmetic takes a thirteenth month for the January that follows.
    (1..=12).contains(&month) && day >= 1 && day <= days(year, month + 1, 1) - days(year, month, 1)
}

fn date(text: &[u8]) -> Option<i64> {
    let (year, month, day) = (digits(text.get(..4)?)?, two(text, 5)?, two(text, 8)?);
    (text[4] == b'-' && text[7] == b'-' && in_month(year, month, day)).then(|| days(year, month, day))
}

/// `2021-04-20T00:00:00.123Z`, with any zone, a blank for the T, or no zone, which is Japan's then (RFC 3339, 5.6).
pub(crate) fn rfc3339(text: &[u8]) -> Option<i64> {
    let day = date(text)?;
    let second = matches!(text.get(10)?, b'T' | b't' | b' ').then(|| clock(text, 11))??;
    let mut rest = &text[19..];
    if let [b'.' | b',', fraction @ ..] = rest {
        let end = fraction.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len());
        rest = (end > 0).then(|| &fraction[end..])?;
    }
    let east = match rest {
        b"Z" | b"z" => 0,
        b"" => JAPAN,
        rest => zone(rest)?,
    };
    Some(day * 86_400 + second - east)
}

/// A day and a time of it in Greenwich's zone, as columns of their own: `2021-04-19` and `15:00:00`.
pub(crate) fn utc(day: &[u8], time: &[u8]) -> Option<i64> {
    let second = clock(time.get(..8)?, 0)?;
    let is_whole = matches!(time[8..], [] | [b'.', _, ..]) && time[8..].iter().skip(1).all(u8::is_ascii_digit);
    (day.len() == 10 && is_whole).then(|| Some(date(day)? * 86_400 + second))?
}

/// The day and the zone that were read last: the next line mostly has the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latest {
    /// `20/Apr/2021:`.
    day: [u8; 12],
    /// ` +0900`.
    zone: [u8; 6],
    /// The second in which that day begins there.
    begins: i64,
}

impl Latest {
    /// What [`common`] gives.
    #[inline]
    pub(crate) fn common(&mut self, text: &[u8]) -> Option<i64> {
        let text: &[u8; 26] = text.try_into().ok()?;
        if text[..12] == self.day && text[20..] == self.zone {
            return clock(text, 12).map(|second| self.begins + second);
        }
        let at = common(text)?;
        self.day.copy_from_slice(&text[..12]);
        self.zone.copy_from_slice(&text[20..]);
        self.begins = at - clock(text, 12)?;
        Some(at)
    }

    /// `20/Apr/2021:00:00:00.655` without a zone, which is Japan's then, and so many milliseconds later.
    pub(crate) fn local(&mut self, text: &[u8], later: u64) -> Option<i64> {
        let (second, fraction) = text.split_at_checked(20)?;
        let millis = fraction.strip_prefix(b".").filter(|rest| rest.len() == 3).and_then(digits)?;
        let mut whole = *b"20/Apr/2021:00:00:00 +0900";
        whole[..20].copy_from_slice(second);
        let later = i64::try_from(later).ok()?.checked_add(millis)? / 1000;
        self.common(&whole).map(|at| at.saturating_add(later))
    }
}

/// `20/Apr/2021:00:00:00 +0900`, as web servers write it.
#[inline]
pub(crate) fn common(text: &[u8]) -> Option<i64> {
    if text.len() != 26 || text[2] != b'/' || text[6] != b'/' || text[11] != b':' || text[20] != b' ' {
        return None;
    }
    let (day, month, year) = (two(text, 0)?, month(&text[3..6])?, digits(&text[7..11])?);
    let east = zone(&text[21..])?;
    in_month(year, month, day).then(|| Some(days(year, month, day) * 86_400 + clock(text, 12)? - east))?
}

/// Whether this is `Apr 20 00:00:00`, or ` 2` for a day: a time without a year (RFC 3164, 4.1.2).
pub(crate) fn is_short(text: &[u8]) -> bool {
    let day = |text: &[u8]| match text {
        [b' ', ones] => two(&[b'0', *ones], 0),
        text => two(text, 0),
    };
    let is_day = text.len() == 15 && day(&text[4..6]).is_some_and(|day| (1..=31).contains(&day));
    is_day && text[3] == b' ' && text[6] == b' ' && month(&text[..3]).is_some() && clock(text, 7).is_some()
}

fn month(name: &[u8]) -> Option<i64> {
    let months = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let at = months.chunks_exact(3).position(|month| month == name)?;
    i64::try_from(at + 1).ok()
}

/// Seconds, or thousandths, millionths or billionths of them, since 1970: told apart by their size, which holds until
/// 2286. What would lie before 1973 is no time of a log, but how long something took.
pub(crate) fn epoch(number: f64) -> Option<i64> {
    let scale = match number {
        n if !(1e8..1e19).contains(&n) => return None,
        n if n < 1e10 => 1.0,
        n if n < 1e13 => 1e3,
        n if n < 1e16 => 1e6,
        _ => 1e9,
    };
    #[allow(clippy::cast_possible_truncation, reason = "below 1e10 by then")]
    Some((number / scale).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_second_are_that_second() {
        let at = 1_618_844_400;
        assert_eq!(common(b"20/Apr/2021:00:00:00 +0900"), Some(at));
        assert_eq!(common(b"19/Apr/2021:08:00:00 -0700"), Some(at));
        for text in ["2021-04-20T00:00:00+09:00", "2021-04-19T15:00:00.999Z", "2021-04-20 00:00:00"] {
            assert_eq!(rfc3339(text.as_bytes()), Some(at), "{text}");
        }
        assert_eq!((epoch(1_618_844_400.5), epoch(1_618_844_400_500.0)), (Some(at), Some(at)));
        assert_eq!((epoch(1_618_844_400_500_000.0), epoch(1_618_844_400_500_000_000.0)), (Some(at), Some(at)));
        assert_eq!((epoch(0.003), epoch(12_345.0), epoch(1e19), epoch(f64::NAN)), (None, None, None, None));
        assert_eq!(say(at), "2021-04-20T00:00:00+09:00");
        for (text, later, told) in [
            ("20/Apr/2021:00:00:00.655", 344, Some(at)),
            ("20/Apr/2021:00:00:00.655", 345, Some(at + 1)),
            ("19/Apr/2021:23:59:58.000", 2000, Some(at)),
            ("20/Apr/2021:00:00:00.655", u64::MAX, None),
            ("20/Apr/2021:00:00:00.65", 0, None),
            ("20/Apr/2021:00:00:00", 0, None),
        ] {
            assert_eq!(Latest::default().local(text.as_bytes(), later), told, "{text} {later}");
        }
        for (day, time, told) in [
            ("2021-04-19", "15:00:00", Some(at)),
            ("2021-04-19", "15:00:00.25", Some(at)),
            ("2021-4-19", "15:00:00", None),
            ("2021-04-19", "15:00:00.", None),
            ("2021-04-19", "15:00", None),
            ("2021-04-19", "15:00:00Z", None),
            ("2021-04-31", "15:00:00", None),
        ] {
            assert_eq!(utc(day.as_bytes(), time.as_bytes()), told, "{day} {time}");
        }
    }

    #[test]
    fn a_day_that_is_known_already_gives_the_same_seconds() {
        let mut latest = Latest::default();
        let days =
            ["20/Apr/2021", "21/Apr/2021", "31/Apr/2021", "29/Feb/2020", "20/Foo/2021", "\0\0\0\0\0\0\0\0\0\0\0"];
        let zones = [" +0900", " -0700", " 0900", "\0+0900", " +09:0", "\0\0\0\0\0\0"];
        let clocks = [":00:00:00", ":23:59:60", ":24:00:00", " 00:00:00", ":00-00:00", ":0x:00:00"];
        // Each twice, so that every one is read after itself and after others.
        for (day, zone, clock) in (0..216 * 5).map(|at| (days[at / 3 % 6], zones[at / 18 % 6], clocks[at * 7 / 2 % 6]))
        {
            let text = format!("{day}{clock}{zone}");
            assert_eq!(latest.common(text.as_bytes()), common(text.as_bytes()), "{text:?}");
        }
        assert_eq!(latest.common(b"20/Apr/2021:00:00:00 +0900 "), None);
    }

    #[test]
    fn a_date_alone_bounds_a_window_with_its_whole_day_in_japan() {
        assert_eq!(bound("2021-04-20", End::First), Ok(1_618_844_400));
        assert_eq!(bound("2021-04-20", End::Last), Ok(1_618_844_400 + 86_399));
        assert_eq!(bound("2021-04-20T15:00:00Z", End::Last), Ok(1_618_930_800));
        assert!(bound("yesterday", End::First).is_err() && bound("2021-04-31", End::First).is_err());
    }

    #[test]
    fn no_day_that_the_calendar_lacks_is_read() {
        for text in ["30/Feb/2021:00:00:00 +0000", "00/Apr/2021:00:00:00 +0000", "20/Foo/2021:00:00:00 +0000"] {
            assert_eq!(common(text.as_bytes()), None, "{text}");
        }
        assert!(common(b"29/Feb/2020:23:59:60 +0000").is_some() && common(b"31/Dec/2021:00:00:00 +0000").is_some());
        assert_eq!(common(b"\xff\xff/Apr/2021:\xff\xff:00:00 +\xff\xff00"), None, "no byte is a digit by overflow");
        for text in ["", "2021", "2021-04-20T", "2021-04-20T00:00:00+9", "2021-04-20T24:00:00Z", "2021-04-20T00:00:00."]
        {
            assert_eq!(rfc3339(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn days_agree_with_a_calendar_that_is_not_ours() {
        for day in (-200_000..200_000).step_by(37) {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let ours = days(date.year().into(), date.month().into(), date.day().into());
            assert_eq!(ours, day, "{date}");
        }
    }
}
