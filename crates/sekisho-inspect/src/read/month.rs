//! Dates with a month's name, as passports print them.

use sekisho_core::calendar::Day;

use super::{
    date::{Written, alone, past_blanks},
    numeral::numeral,
};

/// The months' English names, as far as all documents write them.
pub(super) const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// 01 APR 1990, and 01 AVR/APR 1990 as some passports have it; ICAO Doc 9303-3, 3.8.
pub(super) fn with_a_months_name(letters: &[char], at: usize) -> Option<Written> {
    let day = numeral(&letters[at..]).filter(|found| found.digits == 2 || found.digits == 1)?;
    let (month, after) = months_name(letters, at + day.letters)?;
    let year_at = past_blanks(letters, after);
    let year = numeral(&letters[year_at..]).filter(|found| found.digits == 4)?;
    let end = alone(letters, year_at + year.letters)?;
    let day = Day::new(i16::try_from(year.value).ok()?, month, i8::try_from(day.value).ok()?)?;
    Some(Written { letters: at..end, days: vec![day], doubt: None })
}

/// The month whose English name stands in the words up to the next digit, and where that is.
fn months_name(letters: &[char], at: usize) -> Option<(i8, usize)> {
    const LONGEST: usize = 16;
    let length = letters[at..].iter().take(LONGEST + 1).take_while(|letter| !letter.is_ascii_digit()).count();
    let between: String = letters[at..at + length].iter().collect::<String>().to_uppercase();
    let named = |name: &&str| between.split(|letter: char| !letter.is_alphabetic()).any(|word| word.starts_with(*name));
    let mut months = MONTHS.iter().enumerate().filter(|(_, name)| named(name));
    match (months.next(), months.next()) {
        // Two months are one too many.
        (Some((place, _)), None) if length <= LONGEST => Some((i8::try_from(place + 1).ok()?, at + length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        with_a_months_name(&text.chars().collect::<Vec<_>>(), 0)?.day().map(|day| day.to_string())
    }

    #[test]
    fn a_name_may_stand_beside_another_languages() {
        assert_eq!(read("01 APR 1990").as_deref(), Some("1990-04-01"));
        assert_eq!(read("12 AVR/APR 1974").as_deref(), Some("1974-04-12"));
        assert_eq!(read("9 March 2004").as_deref(), Some("2004-03-09"));
    }

    #[test]
    fn two_months_or_none_are_no_date() {
        assert_eq!([read("01 JAN/FEB 1990"), read("01 XYZ 1990"), read("30 FEB 1990")], [None, None, None]);
    }
}
