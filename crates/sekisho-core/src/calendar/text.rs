//! Points in time as members read them: absolute, never "in three days".

use alloc::{format, string::String};

use jiff::civil::DateTime;

use super::{Day, civil};
use crate::time::Timestamp;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The first day and the name of each era that people now living were born in, newest first.
const ERAS: [(i16, i8, i8, &str); 5] =
    [(2019, 5, 1, "令和"), (1989, 1, 8, "平成"), (1926, 12, 25, "昭和"), (1912, 7, 30, "大正"), (1873, 1, 1, "明治")];

/// `11月24日 19時30分`. The minute is cut, never rounded up: nobody is promised time they don't have.
pub fn ja(at: Timestamp) -> String {
    let at = civil(at);
    format!("{}月{}日 {}", at.month(), at.day(), clock_ja(at))
}

/// `2026年11月24日 19時30分`, where the year matters.
pub fn ja_with_year(at: Timestamp) -> String {
    format!("{}年{}", civil(at).year(), ja(at))
}

fn clock_ja(at: DateTime) -> String {
    format!("{}時{:02}分", at.hour(), at.minute())
}

/// `24 November 2026, 19:30 (Japan time)`.
pub fn en(at: Timestamp) -> String {
    let civil = civil(at);
    format!("{}, {:02}:{:02} (Japan time)", day_en(Day(civil.date())), civil.hour(), civil.minute())
}

/// RFC 3339 with Japan's offset, `2026-11-24T19:30:00+09:00`.
pub fn rfc3339(at: Timestamp) -> String {
    format!("{}+09:00", civil(at))
}

/// `2008年11月21日`.
pub fn day_ja(day: Day) -> String {
    format!("{}年{}月{}日", day.0.year(), day.0.month(), day.0.day())
}

/// `21 November 2008`.
pub fn day_en(day: Day) -> String {
    let month = MONTHS[usize::from(day.0.month().unsigned_abs()) - 1];
    format!("{} {month} {}", day.0.day(), day.0.year())
}

/// The year by era, as licences and certificates print it: `平成20年`. `None` before 1873, when Japan's
/// calendar was another one.
pub fn era_year(day: Day) -> Option<String> {
    let at = (day.0.year(), day.0.month(), day.0.day());
    let (first, .., era) = ERAS.iter().find(|(year, month, date, _)| (*year, *month, *date) <= at)?;
    // Meiji began in 1868, five years before the calendar that this table begins with.
    let first = if *era == "明治" { 1868 } else { *first };
    match day.0.year() - first + 1 {
        1 => Some(format!("{era}元年")),
        year => Some(format!("{era}{year}年")),
    }
}

/// Both calendars at once: `2008年(平成20年)11月21日`.
pub fn day_ja_with_era(day: Day) -> String {
    match era_year(day) {
        Some(era) => format!("{}年({era}){}月{}日", day.0.year(), day.0.month(), day.0.day()),
        None => day_ja(day),
    }
}

/// `21 November 2008 (平成20年)`: in English, yet as the document prints the year.
pub fn day_en_with_era(day: Day) -> String {
    match era_year(day) {
        Some(era) => format!("{} ({era})", day_en(day)),
        None => day_en(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_reads_an_absolute_time_in_japan() {
        let at = Day::new(2026, 11, 24).unwrap().at_minute(19 * 60 + 30) + 59;
        assert_eq!(ja(at), "11月24日 19時30分");
        assert_eq!(ja_with_year(at), "2026年11月24日 19時30分");
        assert_eq!(en(at), "24 November 2026, 19:30 (Japan time)");
        assert_eq!(rfc3339(at), "2026-11-24T19:30:59+09:00");
    }

    #[test]
    fn midnight_belongs_to_the_new_day() {
        let at = Day::new(2027, 1, 1).unwrap().start();
        assert_eq!(ja(at), "1月1日 0時00分");
        assert_eq!(en(at), "1 January 2027, 00:00 (Japan time)");
        assert_eq!(ja_with_year(at - 1), "2026年12月31日 23時59分");
    }

    #[test]
    fn an_era_changes_on_its_day_not_with_the_year() {
        let cases = [
            ((2008, 11, 21), "2008年(平成20年)11月21日"),
            ((1989, 1, 7), "1989年(昭和64年)1月7日"),
            ((1989, 1, 8), "1989年(平成元年)1月8日"),
            ((2019, 4, 30), "2019年(平成31年)4月30日"),
            ((2019, 5, 1), "2019年(令和元年)5月1日"),
            ((1926, 12, 24), "1926年(大正15年)12月24日"),
            ((1912, 7, 29), "1912年(明治45年)7月29日"),
            ((1872, 12, 31), "1872年12月31日"),
        ];
        for ((year, month, day), text) in cases {
            assert_eq!(day_ja_with_era(Day::new(year, month, day).unwrap()), text);
        }
    }
}
