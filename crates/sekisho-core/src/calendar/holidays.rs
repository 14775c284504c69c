//! Japan's public holidays by computation.
//!
//! 国民の祝日に関する法律 (昭和23年法律第178号) articles 2 and 3, as in force from 2016 (山の日), with
//! the special laws for 2019 (平成30年法律第99号: accession and enthronement) and 2020–2021 (令和三年 and
//! 平成三十二年 Olympic special-measures acts). Equinoxes follow the formula in common use for 1980–2099; the
//! binding date is announced each February for the next year, so a policy's `closed` days can add to this.

use jiff::civil::{Date, Weekday};

use super::Day;

/// The years that this table knows; outside them no day is a holiday.
pub const YEARS: core::ops::RangeInclusive<i16> = 2016..=2099;

/// The holiday's name in Japanese, or `None` for an ordinary day.
pub fn holiday(day: Day) -> Option<&'static str> {
    if !YEARS.contains(&day.0.year()) {
        return None;
    }
    national(day.0).or_else(|| in_lieu(day.0)).or_else(|| between(day.0))
}

/// Article 2: the days with a name of their own.
fn national(date: Date) -> Option<&'static str> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    if let Some(name) = exception(year, month, day) {
        return Some(name);
    }
    match (month, day) {
        (1, 1) => Some("元日"),
        (2, 11) => Some("建国記念の日"),
        (2, 23) if year >= 2020 => Some("天皇誕生日"),
        (3, day) if day == spring(year) => Some("春分の日"),
        (4, 29) => Some("昭和の日"),
        (5, 3) => Some("憲法記念日"),
        (5, 4) => Some("みどりの日"),
        (5, 5) => Some("こどもの日"),
        (8, 11) if !games(year) => Some("山の日"),
        (9, day) if day == autumn(year) => Some("秋分の日"),
        (11, 3) => Some("文化の日"),
        (11, 23) => Some("勤労感謝の日"),
        (12, 23) if year <= 2018 => Some("天皇誕生日"),
        _ => moved_to_monday(date),
    }
}

/// The years in which the Games moved three holidays.
fn games(year: i16) -> bool {
    matches!(year, 2020 | 2021)
}

/// Days that a special law named for one year.
fn exception(year: i16, month: i8, day: i8) -> Option<&'static str> {
    match (year, month, day) {
        (2019, 5, 1) => Some("天皇の即位の日"),
        (2019, 10, 22) => Some("即位礼正殿の儀の行われる日"),
        (2020, 7, 23) | (2021, 7, 22) => Some("海の日"),
        (2020, 7, 24) | (2021, 7, 23) => Some("スポーツの日"),
        (2020, 8, 10) | (2021, 8, 8) => Some("山の日"),
        _ => None,
    }
}

/// The holidays that are the n-th Monday of a month.
fn moved_to_monday(date: Date) -> Option<&'static str> {
    if date.weekday() != Weekday::Monday {
        return None;
    }
    let year = date.year();
    match (date.month(), (date.day() - 1) / 7 + 1) {
        (1, 2) => Some("成人の日"),
        (7, 3) if !games(year) => Some("海の日"),
        (9, 3) => Some("敬老の日"),
        (10, 2) if year >= 2022 => Some("スポーツの日"),
        (10, 2) if year <= 2019 => Some("体育の日"),
        _ => None,
    }
}

/// Article 3(2): the nearest later day that isn't a holiday, after one that fell on a Sunday.
fn in_lieu(date: Date) -> Option<&'static str> {
    let mut before = date.yesterday().ok()?;
    while national(before).is_some() {
        if before.weekday() == Weekday::Sunday {
            return Some("振替休日");
        }
        before = before.yesterday().ok()?;
    }
    None
}

/// Article 3(3): a day between two holidays.
fn between(date: Date) -> Option<&'static str> {
    let neighbours = [date.yesterday().ok()?, date.tomorrow().ok()?];
    neighbours.into_iter().all(|day| national(day).is_some()).then_some("国民の休日")
}

/// The day in March of the spring equinox.
fn spring(year: i16) -> i8 {
    equinox(20_843_100, year)
}

/// The day in September of the autumn equinox.
fn autumn(year: i16) -> i8 {
    equinox(23_248_800, year)
}

/// The formula in common use for 1980–2099, in millionths of a day so that no rounding differs by machine.
fn equinox(millionths_in_1980: i32, year: i16) -> i8 {
    let years = i32::from(year) - 1980;
    let day = (millionths_in_1980 + 242_194 * years) / 1_000_000 - years / 4;
    // The year is within YEARS, so this is between 19 and 24.
    i8::try_from(day).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::*;

    fn of_year(year: i16) -> Vec<String> {
        let mut day = Day::new(year, 1, 1).unwrap();
        let mut found = Vec::new();
        while day.0.year() == year {
            if holiday(day).is_some() {
                found.push(format!("{}/{}", day.0.month(), day.0.day()));
            }
            day = day.plus(1);
        }
        found
    }

    fn listed(text: &str) -> Vec<String> {
        text.split(' ').map(Into::into).collect()
    }

    #[test]
    fn known_years_are_as_the_cabinet_office_lists_them() {
        let years = [
            (
                2019,
                "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23",
            ),
            (2020, "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23"),
            (2021, "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23"),
            (2026, "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23"),
            (2027, "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23"),
        ];
        for (year, days) in years {
            assert_eq!(of_year(year), listed(days), "{year}");
        }
    }

    #[test]
    fn the_emperors_birthday_moved_with_the_accession() {
        let on = |year, month, day| holiday(Day::new(year, month, day).unwrap());
        assert_eq!(on(2018, 12, 23), Some("天皇誕生日"));
        assert_eq!(on(2018, 12, 24), Some("振替休日"));
        assert_eq!((on(2019, 2, 23), on(2019, 12, 23)), (None, None));
        assert_eq!(on(2026, 9, 22), Some("国民の休日"));
    }

    #[test]
    fn equinoxes_are_on_the_days_that_the_observatory_foresees() {
        // 2092 is the first year of the century whose spring equinox falls on the 19th.
        let spring_19 = (2016..=2099).filter(|&year| spring(year) == 19).collect::<Vec<_>>();
        assert_eq!(spring_19, [2092, 2096]);
        assert!((2016..=2099).all(|year| matches!(autumn(year), 22 | 23)));
        assert_eq!([autumn(2012), autumn(2016), autumn(2024), autumn(2028)], [22, 22, 22, 22]);
    }

    #[test]
    fn outside_the_known_years_there_is_none() {
        assert_eq!(holiday(Day::new(2100, 1, 1).unwrap()), None);
        assert_eq!(holiday(Day::new(2015, 1, 1).unwrap()), None);
    }
}
