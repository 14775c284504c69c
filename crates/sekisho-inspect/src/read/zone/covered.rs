//! Which letters of a zone a check digit covers: ICAO Doc 9303-4 4.2.2, 9303-5 4.2.2, 9303-6 4.2.2, 9303-7 4.2.2.

use core::ops::Range;

use mrz::Format;

/// Number, birth and expiry with their check digits, in the second line of all but TD1.
const FIELDS: [Range<usize>; 3] = [0..10, 13..20, 21..28];

/// Where the birth date stands in the second line of a zone of so many lines: three are TD1.
pub(crate) fn birth_columns(lines: usize) -> Range<usize> {
    if lines == 3 { 0..6 } else { 13..19 }
}

/// Whether a check digit covers the letter at this line and column, both from 0, or is it.
pub(super) fn is_covered(format: Format, (line, column): (usize, usize)) -> bool {
    let within = |ranges: &[Range<usize>]| ranges.iter().any(|range| range.contains(&column));
    match (format, line) {
        (Format::Td1, 0) => column >= 5,
        (Format::Td1, 1) => within(&[0..7, 8..15, 18..30]),
        (Format::Td2 | Format::Td3, 1) => within(&FIELDS) || column >= 28,
        // A visa has no check digit over all, and none over what follows the expiry.
        (Format::MrvA | Format::MrvB, 1) => within(&FIELDS),
        _ => false,
    }
}

/// Whether the letter at this line and column, both from 0, is one of the birth date or its check digit.
pub(super) fn is_birth(format: Format, (line, column): (usize, usize)) -> bool {
    let date = birth_columns(if format == Format::Td1 { 3 } else { 2 });
    line == 1 && (date.start..=date.end).contains(&column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birth_dates_stand_where_they_stand() {
        let columns = |format: Format| (0..44).filter(|column| is_birth(format, (1, *column))).collect::<Vec<_>>();
        assert_eq!(columns(Format::Td1), (0..7).collect::<Vec<_>>());
        assert_eq!(columns(Format::MrvB), (13..20).collect::<Vec<_>>());
        assert!(!is_birth(Format::Td3, (0, 13)));
        assert_eq!(LINES[1].get(birth_columns(2)), Some("740812"));
    }

    #[test]
    fn names_issuer_nationality_and_sex_are_covered_by_nothing() {
        assert!((0..44).all(|column| !is_covered(Format::Td3, (0, column))));
        assert_eq!(
            (0..44).filter(|column| !is_covered(Format::Td3, (1, *column))).collect::<Vec<_>>(),
            [10, 11, 12, 20]
        );
        assert_eq!(
            (0..30).filter(|column| !is_covered(Format::Td1, (1, *column))).collect::<Vec<_>>(),
            [7, 15, 16, 17]
        );
        assert!((0..30).all(|column| !is_covered(Format::Td1, (2, column))));
        assert!(!is_covered(Format::MrvA, (1, 30)));
    }

    const LINES: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

    /// A letter that is worth one more or one less, so that every weight tells it: 7, 3 and 1 have no factor in common
    /// with 10. Letters whose worth differs by 10 or 20 are beyond any check digit.
    fn next(letter: u8) -> u8 {
        match letter {
            b'<' => b'1',
            b'9' => b'8',
            b'Z' => b'Y',
            other => other + 1,
        }
    }

    /// The table against the arithmetic: with any covered letter changed, some check digit is wrong.
    #[test]
    fn whatever_is_covered_cannot_change_unseen() {
        for column in 0..44 {
            let mut second = LINES[1].as_bytes().to_vec();
            second[column] = next(second[column]);
            let second = String::from_utf8(second).unwrap();
            let seen = !mrz::parse_td3(LINES[0], &second).is_ok_and(|found| found.checks.all_valid());
            assert_eq!(seen, is_covered(Format::Td3, (1, column)), "column {column}");
        }
    }
}
