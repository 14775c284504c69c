//! Years of two digits, on a given day.

use sekisho_core::calendar::Day;

use super::Short;

/// Nobody who is older, in days, is thought of: else everybody of 18 might be 118.
const OLDEST: i64 = 110 * 365;

/// A document is valid for less than this, in days.
const LONGEST: i64 = 50 * 366;

/// The days that a birth date may mean: not to come, and not of somebody who can't be alive.
pub(super) fn births(date: Short, today: Day) -> Vec<Day> {
    let alive = |day: &Day| (0..=OLDEST).contains(&today.days_since(*day));
    [1800, 1900, 2000, 2100].into_iter().filter_map(|century| in_century(date, century)).filter(alive).collect()
}

/// The day that an expiry means: the last one that isn't too far ahead.
pub(super) fn expiry(date: Short, today: Day) -> Option<Day> {
    let near = |day: &Day| day.days_since(today) < LONGEST;
    [2100, 2000, 1900].into_iter().filter_map(|century| in_century(date, century)).find(near)
}

fn in_century((year, month, day): Short, century: i16) -> Option<Day> {
    Day::new(century + i16::try_from(year).ok()?, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(days: &[Day]) -> Vec<String> {
        days.iter().map(Day::to_string).collect()
    }

    fn today() -> Day {
        "2026-11-22".parse().unwrap()
    }

    #[test]
    fn a_year_of_two_digits_is_one_or_two_years() {
        assert_eq!(said(&births((74, 8, 12), today())), ["1974-08-12"]);
        assert_eq!(said(&births((26, 11, 23), today())), ["1926-11-23"], "nobody is born tomorrow");
        assert_eq!(said(&births((26, 11, 22), today())), ["1926-11-22", "2026-11-22"]);
        assert_eq!(said(&births((8, 2, 29), today())), ["2008-02-29"], "nobody is 118");
        assert_eq!(said(&births((20, 2, 29), today())), ["1920-02-29", "2020-02-29"]);
        assert_eq!(said(&births((1, 2, 29), today())), Vec::<String>::new());
    }

    #[test]
    fn an_expiry_lies_less_than_fifty_years_ahead() {
        let of = |date| expiry(date, today()).map(|day| day.to_string());
        assert_eq!(of((12, 4, 15)).as_deref(), Some("2012-04-15"));
        assert_eq!(of((36, 1, 1)).as_deref(), Some("2036-01-01"));
        assert_eq!(of((99, 12, 31)).as_deref(), Some("1999-12-31"));
    }
}
