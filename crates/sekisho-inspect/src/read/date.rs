//! Dates as Japanese documents and passports print them.
//!
//! 1990年4月1日, 平成2年4月1日, H2.4.1, 昭和六十四年一月七日, 1990-04-01, 1990/4/1, 01 APR 1990; widths and blanks don't matter.
//! Eight digits in a row are no date: they stand in numbers of all kinds.

use core::ops::Range;

use sekisho_core::calendar::Day;

use super::{
    era::{Era, Stands},
    fold::folded,
    month::with_a_months_name,
    numeral::numeral,
};

/// A date that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Which letters of the text it takes.
    pub letters: Range<usize>,
    /// What it may mean; one day, if nothing is in doubt.
    pub days: Vec<Day>,
    /// Why it isn't sure; nothing if it is.
    pub doubt: Option<Doubt>,
}

/// Why a date isn't sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The era had not begun: 平成元年1月3日.
    BeforeItsEra,
    /// The era had ended: 平成33年. An expiry may be written so, a birth date not.
    AfterItsEra,
    /// No era is named: 2年4月1日.
    NoEra,
}

impl Written {
    /// The day, if it is sure.
    pub fn day(&self) -> Option<Day> {
        match (self.doubt, self.days.as_slice()) {
            (None, [day]) => Some(*day),
            _ => None,
        }
    }

    /// The day on which something ends: documents that were printed in an era before go on counting in it.
    pub fn expiry(&self) -> Option<Day> {
        match (self.doubt, self.days.as_slice()) {
            (None | Some(Doubt::AfterItsEra), [day]) => Some(*day),
            _ => None,
        }
    }
}

/// All dates in `text`, from left to right; none overlaps another.
pub fn dates(text: &str) -> Vec<Written> {
    let letters = folded(text);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        match begins(&letters, at).then(|| date_at(&letters, at)).flatten() {
            Some(date) => {
                at = date.letters.end;
                found.push(date);
            }
            None => at += 1,
        }
    }
    found
}

/// A date begins where neither a number nor a Latin word goes on.
fn begins(letters: &[char], at: usize) -> bool {
    if letters[at] == ' ' {
        return false;
    }
    let before = at.checked_sub(1).map(|before| letters[before]);
    let of_a_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '/');
    !before.is_some_and(|before| {
        let goes_on = if letters[at].is_ascii_digit() { of_a_number(before) } else { false };
        goes_on || (before.is_ascii_alphabetic() && letters[at].is_ascii_alphanumeric())
    })
}

fn date_at(letters: &[char], at: usize) -> Option<Written> {
    in_an_era(letters, at).or_else(|| in_the_west(letters, at)).or_else(|| with_a_months_name(letters, at))
}

/// 平成2年4月1日, H2.4.1.
fn in_an_era(letters: &[char], at: usize) -> Option<Written> {
    let (era, after, short) = era_at(letters, at)?;
    let rest = Rest::read(letters, after)?;
    if short && rest.parted_by == Parted::Dash {
        return None;
    }
    let (day, stands) = era.day(rest.year, rest.month, rest.day)?;
    let doubt = match stands {
        Stands::Within => None,
        Stands::Before => Some(Doubt::BeforeItsEra),
        Stands::After => Some(Doubt::AfterItsEra),
    };
    Some(Written { letters: at..rest.end, days: vec![day], doubt })
}

/// The era, where its name ends, and whether only one letter names it.
fn era_at(letters: &[char], at: usize) -> Option<(Era, usize, bool)> {
    Era::ALL.into_iter().find_map(|era| {
        let (name, short, latin, sign) = era.names();
        let rest = &letters[at..];
        let whole = name.chars().zip(rest).filter(|(one, other)| one == *other).count() == 2;
        let first = *rest.first()?;
        let long = whole.then_some(2).or_else(|| (first == sign).then_some(1));
        long.map(|length| (era, at + length, false))
            .or_else(|| [short, latin].contains(&first).then_some((era, at + 1, true)))
    })
}

/// 1990年4月1日, 1990-04-01; and 2年4月1日, of which nobody knows the era.
fn in_the_west(letters: &[char], at: usize) -> Option<Written> {
    let rest = Rest::read(letters, at)?;
    let year = i16::try_from(rest.year).ok()?;
    if (1850..2200).contains(&year) {
        let day = Day::new(year, rest.month, rest.day)?;
        return Some(Written { letters: at..rest.end, days: vec![day], doubt: None });
    }
    let within = |era: Era| era.day(rest.year, rest.month, rest.day).filter(|(_, stands)| *stands == Stands::Within);
    let days: Vec<Day> = Era::ALL.into_iter().filter_map(within).map(|(day, _)| day).collect();
    let spelt_out = rest.parted_by == Parted::Words && !days.is_empty();
    spelt_out.then_some(Written { letters: at..rest.end, days, doubt: Some(Doubt::NoEra) })
}

/// What parts year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parted {
    /// 年月日.
    Words,
    /// Full stops or strokes.
    Stop,
    /// Dashes.
    Dash,
}

/// A year, a month and a day with what parts them.
struct Rest {
    year: u16,
    month: i8,
    day: i8,
    end: usize,
    parted_by: Parted,
}

impl Rest {
    fn read(letters: &[char], at: usize) -> Option<Rest> {
        let (year, at) = number(letters, at)?;
        let (first, at) = mark(letters, at)?;
        let (month, at) = number(letters, at)?;
        let (second, at) = mark(letters, at)?;
        let (day, at) = number(letters, at)?;
        let words = (first, second) == ('年', '月');
        let end = if words { closed(letters, at)? } else { alone(letters, at)? };
        let parted_by = match (first, second) {
            _ if words => Parted::Words,
            ('.', '.') | ('/', '/') => Parted::Stop,
            ('-', '-') => Parted::Dash,
            _ => return None,
        };
        let small = |value: u16| i8::try_from(value).ok();
        Some(Rest { year, month: small(month)?, day: small(day)?, end, parted_by })
    }
}

/// 日 ends it.
fn closed(letters: &[char], at: usize) -> Option<usize> {
    let at = past_blanks(letters, at);
    (letters.get(at) == Some(&'日')).then_some(at + 1)
}

/// A number that doesn't go on.
pub(super) fn alone(letters: &[char], at: usize) -> Option<usize> {
    let goes_on = letters.get(at).is_some_and(|next| next.is_ascii_alphanumeric())
        || (letters.get(at).is_some_and(|next| matches!(next, '-' | '/' | '.'))
            && letters.get(at + 1).is_some_and(char::is_ascii_digit));
    (!goes_on).then_some(at)
}

pub(super) fn past_blanks(letters: &[char], at: usize) -> usize {
    at + letters[at..].iter().take_while(|letter| **letter == ' ').count()
}

fn number(letters: &[char], at: usize) -> Option<(u16, usize)> {
    let at = past_blanks(letters, at);
    numeral(&letters[at..]).map(|found| (found.value, at + found.letters))
}

fn mark(letters: &[char], at: usize) -> Option<(char, usize)> {
    let at = past_blanks(letters, at);
    letters.get(at).filter(|letter| "年月./-".contains(**letter)).map(|letter| (*letter, at + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::month::MONTHS, *};

    fn only(text: &str) -> Option<String> {
        match &dates(text)[..] {
            [one] => one.day().map(|day| day.to_string()),
            _ => None,
        }
    }

    /// M4
    #[test]
    fn dates_are_read_as_documents_print_them() {
        for (text, expected) in [
            ("昭和61年 3月31日生", "1986-03-31"),
            ("平成元年3月31日生", "1989-03-31"),
            ("平成　２年　４月　１日", "1990-04-01"),
            ("昭和六十四年一月七日", "1989-01-07"),
            ("昭和三五年十二月三十一日", "1960-12-31"),
            ("二〇〇一年二月三日", "2001-02-03"),
            ("生年月日1990年04月01日 性別", "1990-04-01"),
            ("S60.12.3", "1985-12-03"),
            ("Ｈ２．４．１", "1990-04-01"),
            ("昭60.12.3生", "1985-12-03"),
            ("㍻2年4月1日", "1990-04-01"),
            ("1990-04-01", "1990-04-01"),
            ("1990/4/1", "1990-04-01"),
            ("2000.02.29", "2000-02-29"),
            ("01 APR 1990", "1990-04-01"),
            ("20 FEB 2000", "2000-02-20"),
            ("12 AVR/APR 1974", "1974-04-12"),
            ("12 SEPT 1974", "1974-09-12"),
            ("令和01年05月07日 12345", "2019-05-07"),
        ] {
            assert_eq!(only(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "19900401",
            "03-1990-0401",
            "平成2年2月30日",
            "1990-13-01",
            "昭1-2-3",
            "1-2-3",
            "1990.4.1.5",
            "192.168.1.1",
            "第 012345678900",
            "1990年4月",
            "2年前",
            "31 JAN FEB 1990",
            "LH2.4.1",
        ] {
            assert_eq!(dates(text), [], "{text}");
        }
    }

    #[test]
    fn what_can_be_meant_in_two_ways_says_so() {
        let doubt = |text: &str| dates(text).first().map(|date| (date.day(), date.doubt, date.days.len()));
        assert_eq!(doubt("平成元年1月3日"), Some((None, Some(Doubt::BeforeItsEra), 1)));
        assert_eq!(doubt("昭和64年1月8日"), Some((None, Some(Doubt::AfterItsEra), 1)));
        assert_eq!(doubt("2年4月1日"), Some((None, Some(Doubt::NoEra), 5)));
        assert_eq!(doubt("64年1月7日"), Some((None, Some(Doubt::NoEra), 2)), "昭和, or a year of 令和 that is to come");
    }

    #[test]
    fn an_expiry_goes_on_in_the_era_in_which_it_was_printed() {
        let date = dates("平成33年03月03日まで有効").remove(0);
        assert_eq!((date.day(), date.expiry()), (None, Day::new(2021, 3, 3)));
    }

    #[test]
    fn many_in_a_line_are_all_found_where_they_stand() {
        let text = "交付 令和01年05月07日 12345 有効 2024年06月01日";
        let found = dates(text);
        let letters: Vec<char> = text.chars().collect();
        let said = |date: &Written| letters[date.letters.clone()].iter().collect::<String>();
        assert_eq!(found.iter().map(said).collect::<Vec<_>>(), ["令和01年05月07日", "2024年06月01日"]);
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_in_each_form(days in 0_i64..55_000) {
            let day = Day::new(1880, 1, 1).unwrap().plus(days);
            let text = day.to_string();
            let (year, month, date) = (&text[..4], &text[5..7], &text[8..]);
            let name = MONTHS[month.parse::<usize>().unwrap() - 1];
            for form in [text.clone(), format!("{year}年{month}月{date}日"), format!("{date} {name} {year}"), text.replace('-', "/")] {
                prop_assert_eq!(only(&form), Some(text.clone()), "{}", form);
            }
        }

        #[test]
        fn no_text_makes_it_fall(text in "\\PC{0,40}") {
            dates(&text);
        }

        #[test]
        fn no_text_of_dates_letters_makes_it_fall(text in "[0-9年月日昭和平成元 ./\\-A-Z十〇]{0,30}") {
            for date in dates(&text) {
                prop_assert!(date.letters.end <= text.chars().count() && !date.days.is_empty());
            }
        }
    }
}
