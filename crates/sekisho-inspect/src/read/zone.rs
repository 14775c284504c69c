//! The machine-readable zone of passports, visas and cards: ICAO Doc 9303 parts 3 to 7.
//!
//! A parser repairs letters that a reader confuses wherever a check digit agrees. That says nothing of letters that no
//! check digit covers, and a repair there is marked as unconfirmed.

mod covered;
mod long;
mod years;

use core::fmt;

use mrz::{Format, MrzData, MrzDate};
use sekisho_core::calendar::Day;
use zeroize::Zeroizing;

pub(crate) use self::covered::birth_columns;
use self::{
    covered::{is_birth, is_covered},
    years::births,
};

/// What a zone says. Its lines are personal: they are wiped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its lines, repaired: two of 44 or 36 letters, or three of 30.
    pub lines: Vec<Zeroizing<String>>,
    /// Whether every check digit that this kind of zone has is right.
    pub checks: bool,
    /// What its holder's birth date may be. One day, if it is sure: the year has two digits, so that somebody of 103
    /// years is written like a child of three. None, if it isn't given or not well read. Nobody of over 110 is thought of.
    pub births: Vec<Day>,
    /// Its last day; nothing if it is not well read.
    pub expiry: Option<Day>,
    /// Who issued it, three letters or fewer as in ICAO Doc 9303-3, 5.
    pub issuer: String,
    /// Letters that were repaired and that no check digit confirms, as line and column from 0.
    pub unconfirmed: Vec<(usize, usize)>,
    /// Whether it calls itself a specimen.
    pub specimen: bool,
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zone").field("checks", &self.checks).field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Zone {
    /// The birth date, if the check digits are right and the year is sure.
    pub fn birth(&self) -> Option<Day> {
        match self.births[..] {
            [day] if self.checks => Some(day),
            _ => None,
        }
    }
}

/// The zone among `texts`, the lines of a page from its top to its bottom, if somebody read them on `today`.
///
/// One whose check digits are wrong is given too, so that the member can be told to try again.
pub fn zone(texts: &[&str], today: Day) -> Option<Zone> {
    let like_a_zone =
        |text: &&&str| text.contains('<') || text.chars().filter(char::is_ascii_alphanumeric).count() >= 28;
    let candidates: Vec<&str> = texts.iter().filter(like_a_zone).copied().collect();
    let all = Zeroizing::new(candidates.join("\n"));
    let found = mrz::find_and_parse(&all).ok()?;
    Some(Zone::of(&found, &candidates, today))
}

/// The zone that `lines` are, read as a zone's lines must be; where they differ from `read`, the lines as they were read
/// at first, they are repairs. So are those that were `guessed`, by line and column from 0: something stands there, and
/// hardly what it was taken for. Nothing, if a check digit is wrong, or if the birth date was guessed: one check digit in
/// ten agrees with anything.
pub fn forced(lines: &[&str], read: &[&str], guessed: &[(usize, usize)], today: Day) -> Option<Zone> {
    let found = right(lines)?;
    if guessed.iter().any(|at| is_birth(found.format, *at)) {
        return None;
    }
    let mut zone = Zone::of(&found, read, today);
    zone.unconfirmed.extend(guessed.iter().filter(|at| !is_covered(found.format, **at)));
    zone.unconfirmed.sort_unstable();
    zone.unconfirmed.dedup();
    Some(zone)
}

/// Whether `lines` are a zone, all of whose check digits are right, or become so where a parser mends letters.
pub fn checks(lines: &[&str]) -> bool {
    right(lines).is_some()
}

/// The same of a zone whose lines stay as they are.
pub fn checks_as_it_is(lines: &[&str]) -> bool {
    as_it_is(lines).is_some()
}

/// The lines as they are, where that is right: a parser that mends them would make letters of digits that stand where an
/// issuer should. Else as the parser mends them.
fn right(lines: &[&str]) -> Option<MrzData> {
    as_it_is(lines).or_else(|| {
        let all = Zeroizing::new(lines.join("\n"));
        mrz::find_and_parse(&all).ok().filter(is_right)
    })
}

fn as_it_is(lines: &[&str]) -> Option<MrzData> {
    let found = match *lines {
        [first, second] if first.starts_with('V') && first.len() == 44 => mrz::parse_mrv_a(first, second),
        [first, second] if first.starts_with('V') => mrz::parse_mrv_b(first, second),
        [first, second] if first.len() == 44 => mrz::parse_td3(first, second),
        [first, second] => mrz::parse_td2(first, second),
        [first, second, third] => mrz::parse_td1(first, second, third),
        _ => return None,
    };
    found.ok().filter(is_right)
}

/// Whether every check digit is right.
fn is_right(found: &MrzData) -> bool {
    found.checks.all_valid() || (found.format == Format::Td1 && is_right_but_for_number(found) && long::is_right(found))
}

fn is_right_but_for_number(found: &MrzData) -> bool {
    let checks = &found.checks;
    checks.document_number == Some(false) && checks.applicable() == checks.verified() + 1
}

impl Zone {
    fn of(found: &MrzData, read: &[&str], today: Day) -> Zone {
        let lines: Vec<_> = found.mrz_lines.lines().map(|line| Zeroizing::new(line.to_owned())).collect();
        let checks = is_right(found);
        Zone {
            unconfirmed: unconfirmed(found.format, checks, &lines, read),
            checks,
            births: date(found.date_of_birth).map(|date| births(date, today)).unwrap_or_default(),
            expiry: date(found.date_of_expiry).and_then(|date| years::expiry(date, today)),
            issuer: found.issuing_country.clone(),
            specimen: names_a_specimen(&lines) || found.issuing_country == "UTO",
            lines,
        }
    }
}

/// Year without its century, month and day.
type Short = (u16, i8, i8);

fn date(field: MrzDate) -> Option<Short> {
    let date = field.calendar()?;
    let year = u16::try_from(date.year.rem_euclid(100)).ok()?;
    Some((year, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?))
}

/// As specimens call themselves in the languages of their issuers.
fn names_a_specimen(lines: &[Zeroizing<String>]) -> bool {
    const NAMES: [&str; 6] = ["SPECIMEN", "MUSTERMANN", "VZOR", "SAMPLE", "ERIKSSON<<ANNA", "GAIMU<<SAKURA"];
    lines.iter().any(|line| NAMES.iter().any(|name| line.contains(name)))
}

/// The letters of `lines` that differ from what was read and that no check digit confirms.
fn unconfirmed(format: Format, checks: bool, lines: &[Zeroizing<String>], read: &[&str]) -> Vec<(usize, usize)> {
    let of_line = |(place, line): (usize, &Zeroizing<String>)| {
        let repaired = repaired(line, read).into_iter();
        repaired.map(move |column| (place, column)).collect::<Vec<_>>()
    };
    let confirmed = |at: &(usize, usize)| checks && is_covered(format, *at);
    lines.iter().enumerate().flat_map(of_line).filter(|at| !confirmed(at)).collect()
}

/// The columns in which `line` differs from the line of its length that was read most like it; all of them, if none has
/// its length.
fn repaired(line: &str, read: &[&str]) -> Vec<usize> {
    let differ = |raw: Zeroizing<String>| {
        let differ = line.bytes().zip(raw.bytes()).enumerate().filter(|(_, (one, other))| one != other);
        (raw.len() == line.len()).then(|| differ.map(|(column, _)| column).collect::<Vec<_>>())
    };
    let nearest = read.iter().filter_map(|raw| differ(without_blanks(raw))).min_by_key(Vec::len);
    nearest.unwrap_or_else(|| (0..line.len()).collect())
}

fn without_blanks(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|letter| !letter.is_whitespace()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PASSPORT: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

    fn today() -> Day {
        "2026-11-22".parse().unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// The specimen of ICAO Doc 9303-4.
    #[test]
    fn the_specimens_of_doc_9303_are_read() {
        let found = zone(&[&["PASSPORT", "ERIKSSON"][..], &PASSPORT].concat(), today()).unwrap();
        assert_eq!((found.birth(), found.expiry), (Some(day("1974-08-12")), Some(day("2012-04-15"))));
        assert!(found.checks && found.specimen && found.unconfirmed.is_empty());
        assert_eq!((found.issuer.as_str(), found.lines.len()), ("UTO", 2));
        let card =
            ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];
        let found = zone(&card, today()).unwrap();
        assert_eq!((found.birth(), found.lines.len()), (Some(day("1974-08-12")), 3));
    }

    #[test]
    fn a_letter_that_a_check_digit_confirms_is_no_doubt_and_another_is() {
        let read = [PASSPORT[0], "L8989O2C36UTO74O8122F1204159ZE184226B<<<<<10"];
        let found = zone(&read, today()).unwrap();
        assert_eq!((found.checks, found.birth(), found.unconfirmed), (true, Some(day("1974-08-12")), vec![]));
        let read = ["P<UT0ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", PASSPORT[1]];
        let found = zone(&read, today()).unwrap();
        assert_eq!((found.issuer.as_str(), found.unconfirmed), ("UTO", vec![(0, 4)]));
    }

    /// The number of this card goes on behind its nine places, and its check digit counts the filler between.
    #[test]
    fn a_long_number_is_right_however_its_issuer_reckons() {
        let check = |text: &str| mrz::check_digit(text).unwrap();
        let [with, without] = ["590330101<85", "59033010185"].map(check);
        for digit in 0..10 {
            let after = format!("590330101<85{digit}<<<<<<<<<<<<");
            let all = check(&format!("{after}85010191501010<<<<<<<<<<<"));
            let card = [
                format!("I<UTO{after}"),
                format!("8501019F1501010UTO<<<<<<<<<<<{all}"),
                "ERIKSSON<<ANNA<MARIA<<<<<<<<<<".into(),
            ];
            let is_right = checks_as_it_is(&card.each_ref().map(String::as_str));
            assert_eq!(is_right, [with, without].contains(&digit), "{digit}");
        }
    }

    #[test]
    fn a_wrong_check_digit_gives_no_birth_date() {
        let found = zone(&[PASSPORT[0], "L898902C36UTO7508122F1204159ZE184226B<<<<<10"], today()).unwrap();
        assert_eq!((found.checks, found.birth()), (false, None));
    }

    #[test]
    fn a_page_without_one_has_none() {
        assert_eq!(zone(&["運転免許証", "昭和61年3月31日生", "第 012345678900 号"], today()), None);
        assert_eq!(zone(&[], today()), None);
    }

    #[test]
    fn what_it_says_is_not_printed() {
        let said = format!("{:?}", zone(&PASSPORT, today()));
        assert!(!said.contains("ERIKSSON") && !said.contains("1974"), "{said}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_makes_it_fall(texts in proptest::collection::vec("[A-Z0-9<O ]{0,46}", 0..4)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let _ = zone(&texts, today()).map(|found| found.birth());
        }
    }
}
