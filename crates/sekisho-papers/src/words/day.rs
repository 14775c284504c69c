//! Days as Japanese documents write them.
//!
//! The eras are written down here once more, not taken from the program that is judged.

use jiff::{ToSpan, civil::Date};

use crate::dice::Dice;

/// Eras by their first day, the youngest first. In a document's own words: 昭和64年 ends on 1989-01-07.
const ERAS: [(&str, i16, i8, i8); 4] =
    [("令和", 2019, 5, 1), ("平成", 1989, 1, 8), ("昭和", 1926, 12, 25), ("大正", 1912, 7, 30)];

/// Days at which eras change, and others that are easily read wrong.
const CORNERS: [(i16, i8, i8); 12] = [
    (1989, 1, 7),
    (1989, 1, 8),
    (1989, 12, 31),
    (1989, 1, 1),
    (1926, 12, 25),
    (1926, 12, 31),
    (1988, 12, 31),
    (2000, 2, 29),
    (1990, 11, 11),
    (1999, 11, 1),
    (2008, 8, 8),
    (1964, 2, 29),
];

/// Which calendar, and which digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// By era; else by the common calendar.
    pub era: bool,
    /// The digits.
    pub digits: Digits,
    /// What fills months and days below ten up.
    pub fill: Fill,
}

/// Digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// 1986.
    Half,
    /// １９８６.
    Full,
    /// 六十一.
    Kanji,
}

/// What stands before a month or day of one digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Nothing.
    None,
    /// A blank as wide as a digit.
    Blank,
    /// Nought.
    Nought,
}

impl Style {
    /// By era, with these digits.
    pub const fn era(digits: Digits, fill: Fill) -> Self {
        Self { era: true, digits, fill }
    }

    /// By the common calendar.
    pub const fn common(digits: Digits, fill: Fill) -> Self {
        Self { era: false, digits, fill }
    }
}

/// Somebody's birth date, if documents are shown on `today`: of age mostly, and every sixth on a day that is easily
/// read wrong.
pub fn birth(dice: &mut Dice, today: Date) -> Date {
    if dice.once_in(16) {
        let (year, month, day) = dice.one(&CORNERS);
        return Date::new(year, month, day).expect("these are days");
    }
    let years = dice.between(15.0, 90.0);
    earlier(today, (years * 365.25) as i32)
}

/// A day between so many days before and after `today`.
pub fn around(dice: &mut Dice, today: Date, before: u32, after: u32) -> Date {
    let days = i64::from(dice.below(before + after)) - i64::from(before);
    earlier(today, -(days as i32))
}

/// The day so many days before.
pub fn earlier(day: Date, days: i32) -> Date {
    day.checked_sub(i64::from(days).days()).expect("within the calendar")
}

/// The `years`th return of a day; the last of February for the 29th.
pub fn years_later(day: Date, years: i16) -> Date {
    day.checked_add(i64::from(years).years()).expect("within the calendar")
}

/// The era of a day and its year in it.
pub fn era(day: Date) -> Option<(&'static str, i16)> {
    let began = |(_, year, month, date): &&(&str, i16, i8, i8)| Date::new(*year, *month, *date).is_ok_and(|d| d <= day);
    ERAS.iter().find(began).map(|(name, year, ..)| (*name, day.year() - year + 1))
}

/// A day in this style, with 年, 月 and 日.
pub fn written(style: Style, day: Date) -> String {
    let year = match era(day).filter(|_| style.era) {
        Some((era, 1)) => format!("{era}元"),
        Some((era, year)) => format!("{era}{}", number(Style { fill: of_year(style.fill), ..style }, year)),
        None if style.digits == Digits::Kanji => positional(day.year()),
        None => number(style, day.year()),
    };
    let [month, date] = [day.month(), day.day()].map(|part| number(style, i16::from(part)));
    format!("{year}年{month}月{date}日")
}

/// Years are seldom filled up with blanks.
const fn of_year(fill: Fill) -> Fill {
    match fill {
        Fill::Nought => Fill::Nought,
        _ => Fill::None,
    }
}

/// A number below 10,000 in a style.
fn number(style: Style, value: i16) -> String {
    if style.digits == Digits::Kanji {
        return spoken(value);
    }
    let plain = match style.fill {
        Fill::None => value.to_string(),
        Fill::Blank => format!("{value:2}"),
        Fill::Nought => format!("{value:02}"),
    };
    if style.digits == Digits::Full { full(&plain) } else { plain }
}

/// The same in full width.
pub fn full(text: &str) -> String {
    let wide = |letter: char| match letter {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(letter as u32 + 0xFEE0).expect("full forms"),
        other => other,
    };
    text.chars().map(wide).collect()
}

const KANJI: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// 六十一: as it is spoken, below a hundred.
fn spoken(value: i16) -> String {
    let (tens, ones) = ((value / 10) as usize % 10, (value % 10) as usize);
    let mut out = String::new();
    if tens > 1 {
        out.push(KANJI[tens]);
    }
    if tens > 0 {
        out.push('十');
    }
    if ones > 0 || tens == 0 {
        out.push(KANJI[ones]);
    }
    out
}

/// 一九八六.
fn positional(value: i16) -> String {
    value.to_string().bytes().map(|digit| KANJI[usize::from(digit - b'0')]).collect()
}

/// Months as passports abbreviate them.
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// `20 FEB 2000`.
pub fn of_passport(day: Date) -> String {
    format!("{:02} {} {}", day.day(), MONTHS[day.month() as usize - 1], day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: i8, date: i8) -> Date {
        Date::new(year, month, date).unwrap()
    }

    #[test]
    fn eras_change_on_their_days() {
        let style = Style::era(Digits::Half, Fill::None);
        let expected = [
            (day(1989, 1, 7), "昭和64年1月7日"),
            (day(1989, 1, 8), "平成元年1月8日"),
            (day(2019, 4, 30), "平成31年4月30日"),
            (day(2019, 5, 1), "令和元年5月1日"),
            (day(1926, 12, 25), "昭和元年12月25日"),
            (day(1926, 12, 24), "大正15年12月24日"),
        ];
        for (day, text) in expected {
            assert_eq!(written(style, day), text);
        }
    }

    #[test]
    fn digits_and_blanks_are_as_the_style_says() {
        let at = day(1986, 3, 31);
        assert_eq!(written(Style::era(Digits::Full, Fill::Blank), at), "昭和６１年　３月３１日");
        assert_eq!(written(Style::era(Digits::Kanji, Fill::None), at), "昭和六十一年三月三十一日");
        assert_eq!(written(Style::common(Digits::Kanji, Fill::None), day(2010, 10, 20)), "二〇一〇年十月二十日");
        assert_eq!(written(Style::common(Digits::Half, Fill::Nought), at), "1986年03月31日");
        assert_eq!(of_passport(at), "31 MAR 1986");
    }
}
