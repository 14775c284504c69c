//! Whether somebody born on a day is old enough on another.
//!
//! 年齢計算ニ関スル法律 (明治35年法律第50号) counts age from the day of birth, and 民法 143(2) ends a year with
//! the day *before* the one that corresponds to it: a year of age is added at 24:00 of that day. Most rules
//! follow the birthday's first second ([`Reached::Birthday`]); some count the whole day before it
//! ([`Reached::DayBefore`]). Which one a law means is the policy's to say, not ours.

use jiff::civil::Date;

use super::Day;
use crate::policy::{AgeRule, LeapDay, Reached};

/// The latest birth date that is old enough on `today`: whoever was born on it or earlier is.
pub fn latest_birth_date(rule: &AgeRule, today: Day) -> Day {
    let birthday = counted_day(rule, today).0;
    let year = birthday.year().saturating_sub(i16::from(rule.at_least));
    let stands_for_leap_day = rule.leap_day == LeapDay::February28 && is_end_of_february(birthday);
    let day = match (birthday.month(), birthday.day()) {
        // Somebody born on the 29th of such a year has their birthday today.
        (2, 28) if stands_for_leap_day => last_of_february(year),
        // Nobody was born on the 29th of a common year.
        (2, 29) => last_of_february(year),
        _ => birthday.day(),
    };
    Day(Date::new(year, birthday.month(), day).unwrap_or(Date::MIN))
}

/// Whether somebody born on `birth` is old enough on `today`.
pub fn is_old_enough(rule: &AgeRule, birth: Day, today: Day) -> bool {
    anniversary(rule, birth).is_some_and(|first| first <= counted_day(rule, today))
}

/// The day whose birthday counts today.
fn counted_day(rule: &AgeRule, today: Day) -> Day {
    match rule.reached {
        Reached::Birthday => today,
        Reached::DayBefore => today.plus(1),
    }
}

/// The birthday with which the age is full; `None` beyond the calendar's end.
fn anniversary(rule: &AgeRule, birth: Day) -> Option<Day> {
    let year = birth.0.year().checked_add(i16::from(rule.at_least))?;
    let same = Date::new(year, birth.0.month(), birth.0.day()).ok();
    let instead = || match rule.leap_day {
        LeapDay::March1 => Date::new(year, 3, 1).ok(),
        LeapDay::February28 => Date::new(year, 2, 28).ok(),
    };
    same.or_else(instead).map(Day)
}

fn is_end_of_february(date: Date) -> bool {
    date.month() == 2 && date.day() == date.days_in_month()
}

fn last_of_february(year: i16) -> i8 {
    Date::new(year, 2, 1).map_or(28, Date::days_in_month)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::Timestamp;

    fn rule(at_least: u8, reached: Reached, leap_day: LeapDay) -> AgeRule {
        AgeRule { at_least, reached, leap_day }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    const EIGHTEEN: AgeRule = AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 };

    #[test]
    fn on_the_birthday_one_is_old_enough_and_not_a_day_earlier() {
        assert!(is_old_enough(&EIGHTEEN, day("2008-11-21"), day("2026-11-21")));
        assert!(!is_old_enough(&EIGHTEEN, day("2008-11-22"), day("2026-11-21")));
        assert_eq!(latest_birth_date(&EIGHTEEN, day("2026-11-21")), day("2008-11-21"));
    }

    #[test]
    fn the_other_reading_counts_the_day_before_the_birthday() {
        let rule = rule(18, Reached::DayBefore, LeapDay::March1);
        assert!(is_old_enough(&rule, day("2008-11-22"), day("2026-11-21")));
        assert!(!is_old_enough(&rule, day("2008-11-23"), day("2026-11-21")));
        assert_eq!(latest_birth_date(&rule, day("2026-11-21")), day("2008-11-22"));
        assert_eq!(latest_birth_date(&rule, day("2026-12-31")), day("2009-01-01"));
    }

    #[test]
    fn the_age_changes_at_midnight_in_japan() {
        let midnight = day("2026-11-21").start();
        let on = |at: Timestamp| is_old_enough(&EIGHTEEN, day("2008-11-21"), Day::of(at));
        assert!(!on(midnight - 1));
        assert!(on(midnight));
    }

    #[test]
    fn born_on_29_february_one_comes_of_age_as_the_setting_says() {
        let born = day("2008-02-29");
        let first = |reached, leap_day| {
            let rule = rule(18, reached, leap_day);
            let mut today = day("2026-02-01");
            while !is_old_enough(&rule, born, today) {
                today = today.plus(1);
            }
            today
        };
        assert_eq!(first(Reached::Birthday, LeapDay::March1), day("2026-03-01"));
        assert_eq!(first(Reached::Birthday, LeapDay::February28), day("2026-02-28"));
        // The year of age ends with 28 February (民法 143(2)), so that day counts as the day before.
        assert_eq!(first(Reached::DayBefore, LeapDay::March1), day("2026-02-28"));
        assert_eq!(first(Reached::DayBefore, LeapDay::February28), day("2026-02-27"));
    }

    #[test]
    fn in_a_leap_year_29_february_is_a_birthday_like_any_other() {
        let twenty = rule(20, Reached::Birthday, LeapDay::February28);
        assert!(!is_old_enough(&twenty, day("2008-02-29"), day("2028-02-28")));
        assert!(is_old_enough(&twenty, day("2008-02-29"), day("2028-02-29")));
        assert_eq!(latest_birth_date(&twenty, day("2028-02-29")), day("2008-02-29"));
        assert_eq!(latest_birth_date(&EIGHTEEN, day("2028-02-29")), day("2010-02-28"));
        assert_eq!(latest_birth_date(&EIGHTEEN, day("2028-03-01")), day("2010-03-01"));
    }

    #[test]
    fn the_question_and_the_answer_agree_around_every_end_of_february() {
        let settings = [Reached::Birthday, Reached::DayBefore]
            .into_iter()
            .flat_map(|reached| [LeapDay::March1, LeapDay::February28].map(|leap_day| (reached, leap_day)));
        // 18 years after a leap year is a common one, 20 years after it is another leap year.
        for ((reached, leap_day), at_least) in settings.flat_map(|setting| [18, 20].map(|age| (setting, age))) {
            let rule = rule(at_least, reached, leap_day);
            let days = (2020..=2032).flat_map(|year| (-4..=4).map(move |n| Day::new(year, 3, 1).unwrap().plus(n)));
            for today in days {
                let latest = latest_birth_date(&rule, today);
                assert!(is_old_enough(&rule, latest, today), "{rule:?} {today}");
                assert!(!is_old_enough(&rule, latest.plus(1), today), "{rule:?} {today}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_question_and_the_answer_agree_on_every_day(
            today in 0_i64..40_000, birth in -40_000_i64..40_000, at_least in 0_u8..=120,
            before: bool, february: bool,
        ) {
            let epoch = day("1970-01-01");
            let (today, birth) = (epoch.plus(today), epoch.plus(birth));
            let reached = if before { Reached::DayBefore } else { Reached::Birthday };
            let leap_day = if february { LeapDay::February28 } else { LeapDay::March1 };
            let rule = rule(at_least, reached, leap_day);
            let latest = latest_birth_date(&rule, today);
            prop_assert_eq!(is_old_enough(&rule, birth, today), birth <= latest);
            prop_assert!(is_old_enough(&rule, latest, today) && !is_old_enough(&rule, latest.plus(1), today));
        }
    }
}
