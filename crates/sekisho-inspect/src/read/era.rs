//! Japan's eras and their days.
//!
//! Boundaries: 明治 is counted from 1868 by the edict of Meiji 1 (its first day, 1868-01-25, by the calendar in use
//! later); 大正 from 1912-07-30 and 昭和 from 1926-12-25 by the edicts of these days; 平成 from 1989-01-08 and 令和 from
//! 2019-05-01 by cabinet orders 1 of 1989 and 143 of 2019. Under the first three, the day of the change belonged to both
//! eras.

use sekisho_core::calendar::Day;

/// An era.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// 明治.
    Meiji,
    /// 大正.
    Taisho,
    /// 昭和.
    Showa,
    /// 平成.
    Heisei,
    /// 令和.
    Reiwa,
}

/// How a year and day stand to their era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Within it.
    Within,
    /// Before its first day: 平成元年1月3日.
    Before,
    /// After its last: 昭和64年1月8日, 平成33年. Documents that were printed before the change give such days as their
    /// expiry; nobody was born on one.
    After,
}

impl Era {
    /// All of them, the oldest first.
    pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// Its name, its first letter in use as a short form, its letter, and its single sign.
    pub const fn names(self) -> (&'static str, char, char, char) {
        match self {
            Era::Meiji => ("明治", '明', 'M', '㍾'),
            Era::Taisho => ("大正", '大', 'T', '㍽'),
            Era::Showa => ("昭和", '昭', 'S', '㍼'),
            Era::Heisei => ("平成", '平', 'H', '㍻'),
            Era::Reiwa => ("令和", '令', 'R', '㋿'),
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let (year, month, day) = match self {
            Era::Meiji => (1868, 1, 25),
            Era::Taisho => (1912, 7, 30),
            Era::Showa => (1926, 12, 25),
            Era::Heisei => (1989, 1, 8),
            Era::Reiwa => (2019, 5, 1),
        };
        Day::new(year, month, day).expect("these days are on the calendar")
    }

    /// Its last day; nothing for the one that hasn't ended.
    pub fn last_day(self) -> Option<Day> {
        let next = Era::ALL.into_iter().find(|era| *era > self)?;
        // Until 1926 the day of the change belonged to both.
        let shared = next <= Era::Showa;
        Some(next.first_day().plus(if shared { 0 } else { -1 }))
    }

    /// The day of this era's `year`, counted from 1, and how it stands to the era; nothing if the calendar has none.
    pub fn day(self, year: u16, month: i8, day: i8) -> Option<(Day, Stands)> {
        let first = match self {
            Era::Meiji => 1868,
            Era::Taisho => 1912,
            Era::Showa => 1926,
            Era::Heisei => 1989,
            Era::Reiwa => 2019,
        };
        let year = i16::try_from(year.checked_sub(1)?).ok()?.checked_add(first)?;
        let day = Day::new(year, month, day)?;
        Some((day, self.stands(day)))
    }

    fn stands(self, day: Day) -> Stands {
        match self.last_day() {
            _ if day < self.first_day() => Stands::Before,
            Some(last) if day > last => Stands::After,
            _ => Stands::Within,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(era: Era, year: u16, month: i8, day: i8) -> (String, Stands) {
        let (day, stands) = era.day(year, month, day).unwrap();
        (day.to_string(), stands)
    }

    #[test]
    fn eras_change_on_their_days() {
        for (era, (year, month, day), expected) in [
            (Era::Showa, (64, 1, 7), ("1989-01-07", Stands::Within)),
            (Era::Showa, (64, 1, 8), ("1989-01-08", Stands::After)),
            (Era::Heisei, (1, 1, 7), ("1989-01-07", Stands::Before)),
            (Era::Heisei, (1, 1, 8), ("1989-01-08", Stands::Within)),
            (Era::Heisei, (31, 4, 30), ("2019-04-30", Stands::Within)),
            (Era::Heisei, (31, 5, 1), ("2019-05-01", Stands::After)),
            (Era::Reiwa, (1, 5, 1), ("2019-05-01", Stands::Within)),
            (Era::Taisho, (15, 12, 25), ("1926-12-25", Stands::Within)),
            (Era::Showa, (1, 12, 25), ("1926-12-25", Stands::Within)),
            (Era::Meiji, (45, 7, 30), ("1912-07-30", Stands::Within)),
            (Era::Heisei, (33, 3, 3), ("2021-03-03", Stands::After)),
        ] {
            let (day, stands) = said(era, year, month, day);
            assert_eq!((day.as_str(), stands), expected);
        }
    }

    #[test]
    fn days_that_are_on_no_calendar_are_none() {
        assert_eq!(Era::Heisei.day(1, 2, 29), None);
        assert_eq!(Era::Heisei.day(0, 2, 1), None);
        assert_eq!(Era::Reiwa.day(u16::MAX, 2, 1), None);
    }
}
