//! Somebody's birth date among the lines of a document.

use sekisho_core::calendar::Day;

use super::{
    date::Written,
    fold::folded,
    line::Line,
    role::{Role, label, roles},
};

/// Nobody is older.
const YEARS: i64 = 125;

/// What the lines say of a birth date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Birth {
    /// One date is called so, and it is sure.
    On {
        /// The day.
        day: Day,
        /// In which line it stands.
        line: usize,
        /// As which letters of that line.
        letters: core::ops::Range<usize>,
    },
    /// Any of these days may be meant: several are called so, or one that may be read in several ways.
    Unsure(Vec<Day>),
    /// Nothing is called so; these days stand there without a word that says what they are.
    Unnamed(Vec<Day>),
    /// There is no date that could be one.
    Unwritten,
}

/// The birth date that `lines` give, if anybody read them on `today`.
///
/// A date counts if its own line, the line above it or the one to its left calls it a birth date. Two that differ make
/// it unsure; a date that nothing names is never taken for one, and only told.
pub fn birth(lines: &[Line], today: Day) -> Birth {
    let all = candidates(lines, today);
    let called = |candidate: &&Candidate| candidate.role == Some(Role::Birth);
    let named: Vec<&Candidate> = all.iter().filter(called).collect();
    let Some(first) = named.first() else {
        let unnamed = all.iter().filter(|candidate| candidate.role.is_none());
        return told(Birth::Unnamed, unnamed.flat_map(|candidate| &candidate.date.days), today);
    };
    let agreed = first.date.day().filter(|day| named.iter().all(|other| other.date.day() == Some(*day)));
    match agreed {
        Some(day) => Birth::On { day, line: first.line, letters: first.date.letters.clone() },
        None => told(Birth::Unsure, named.iter().flat_map(|candidate| &candidate.date.days), today),
    }
}

/// A date that somebody may have been born on.
struct Candidate {
    line: usize,
    date: Written,
    role: Option<Role>,
}

fn candidates(lines: &[Line], today: Day) -> Vec<Candidate> {
    let mut dated: Vec<_> = lines.iter().map(|line| roles(&line.text)).collect();
    // A line with a date of its own speaks of no other.
    let said = |(line, dates): (&Line, &Vec<_>)| dates.is_empty().then(|| label(&folded(&line.text))).flatten();
    let said: Vec<_> = lines.iter().zip(&dated).map(said).collect();
    let mut all = Vec::new();
    for (place, dates) in dated.iter_mut().enumerate() {
        for (date, role) in dates.drain(..).filter(|(date, _)| date.days.iter().any(|day| may_be(*day, today))) {
            all.push(Candidate { line: place, role: role.or_else(|| nearby(lines, &said, place)), date });
        }
    }
    all
}

fn may_be(day: Day, today: Day) -> bool {
    (0..=YEARS * 366).contains(&today.days_since(day))
}

fn told<'a>(how: fn(Vec<Day>) -> Birth, days: impl Iterator<Item = &'a Day>, today: Day) -> Birth {
    let mut days: Vec<Day> = days.copied().filter(|day| may_be(*day, today)).collect();
    days.sort_unstable();
    days.dedup();
    if days.is_empty() { Birth::Unwritten } else { how(days) }
}

/// What the line to the left of this one, or right above it, says, of what each line `said`.
fn nearby(lines: &[Line], said: &[Option<Role>], place: usize) -> Option<Role> {
    let line = &lines[place];
    let speaks = |other: &Line| line.is_right_of(other) || line.is_below(other);
    let mut near = lines.iter().zip(said).filter(|(other, _)| speaks(other)).filter_map(|(_, role)| *role);
    let first = near.next()?;
    // Two that differ say nothing.
    near.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::line::page;

    fn on(day: &str) -> Day {
        day.parse().unwrap()
    }

    fn found(lines: &[Line]) -> Option<String> {
        match birth(lines, on("2026-11-22")) {
            Birth::On { day, .. } => Some(day.to_string()),
            _ => None,
        }
    }

    /// M4
    #[test]
    fn the_birth_date_is_found_among_others() {
        let licence = page(&[
            "氏名 日本 花子",
            "昭和61年 3月31日生",
            "交付 令和01年05月07日 12345",
            "2024年(令和06年)06月01日まで有効",
        ]);
        assert_eq!(found(&licence).as_deref(), Some("1986-03-31"));
        let passport = page(&["生年月日/Date of birth", "01 APR 1990", "発行年月日/Date of issue", "11 JAN 2020"]);
        assert_eq!(found(&passport).as_deref(), Some("1990-04-01"));
        let mut row = vec![
            Line::new("生年月日", (0.0, 100.0, 80.0, 20.0)),
            Line::new("1985年12月31日", (100.0, 101.0, 160.0, 20.0)),
        ];
        row.push(Line::new("2019年4月1日", (0.0, 300.0, 160.0, 20.0)));
        assert_eq!(found(&row).as_deref(), Some("1985-12-31"));
    }

    #[test]
    fn a_date_that_nothing_names_is_not_taken_for_one() {
        let all = birth(&page(&["1985年12月31日", "2019年4月1日"]), on("2026-11-22"));
        assert_eq!(all, Birth::Unnamed(vec![on("1985-12-31"), on("2019-04-01")]));
    }

    #[test]
    fn two_that_differ_are_said_both() {
        let all = birth(&page(&["生年月日 昭和61年3月31日", "昭和61年3月21日生"]), on("2026-11-22"));
        assert_eq!(all, Birth::Unsure(vec![on("1986-03-21"), on("1986-03-31")]));
        assert_eq!(
            birth(&page(&["生年月日 2年4月1日"]), on("2026-11-22")).days_in_doubt(),
            4,
            "nobody of 明治 2 lives"
        );
    }

    #[test]
    fn nobody_is_born_tomorrow_or_before_125_years() {
        assert_eq!(
            birth(&page(&["生年月日 2026年11月23日", "生年月日 1880年1月1日"]), on("2026-11-22")),
            Birth::Unwritten
        );
        assert_eq!(found(&page(&["生年月日 2026年11月22日"])).as_deref(), Some("2026-11-22"));
    }

    impl Birth {
        fn days_in_doubt(&self) -> usize {
            if let Birth::Unsure(days) = self { days.len() } else { 0 }
        }
    }
}
