//! Letters that look alike, told apart by check digits: a zone's number may hold letters and digits, so that nothing but
//! its check digits says whether a ring is a zero or an O.

use zeroize::Zeroizing;

use super::{
    forced::{Reading, column},
    zone::Alphabet,
};
use crate::read::zone::checks_as_it_is;

/// Pairs that OCR-B hardly tells apart. A 6 and a G are worth the same to every check digit, so that none tells them.
const ALIKE: [[u8; 2]; 6] = [*b"0O", *b"0D", *b"1I", *b"2Z", *b"5S", *b"8B"];

/// What swaps may cost together, as the logarithm of how much likelier that is which was read: what recognition excludes
/// isn't printed, and a document whose check digit was printed wrong stays wrong.
const MOST: f32 = 5.0;

/// The next best swaps must cost so much more. Else nobody can tell which letters they are.
const AHEAD: f32 = 1.5;

/// A letter that may be its look-alike.
#[derive(Clone, Copy)]
struct Swap {
    row: usize,
    at: usize,
    letter: u8,
    cost: f32,
}

/// A zone that was read with a wrong check digit, with one or two letters taken for their look-alikes so that every check
/// digit is right. Only letters in places for letters and digits alike are; dates, names and check digits stay as they
/// were read. Nothing, if that isn't clearly the likeliest way to mend it.
pub(super) fn mended(rows: &[Reading], places: &[Vec<Alphabet>]) -> Option<Vec<Reading>> {
    if is_right(rows, &[]) {
        return None;
    }
    let mut ways: Vec<(f32, Vec<Swap>)> = ways(&swaps(rows, places)).filter(|(_, way)| is_right(rows, way)).collect();
    ways.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (cost, best) = ways.first()?;
    let is_clear = ways.get(1).is_none_or(|(next, _)| next - cost >= AHEAD);
    is_clear.then(|| rows.iter().enumerate().map(|(row, reading)| swapped(row, reading, best)).collect())
}

/// Every letter in a place for letters and digits that has a look-alike.
fn swaps(rows: &[Reading], places: &[Vec<Alphabet>]) -> Vec<Swap> {
    let mut all = Vec::new();
    for (row, (reading, places)) in rows.iter().zip(places).enumerate() {
        let open = reading.text.bytes().zip(places).enumerate().filter(|(_, (_, place))| **place == Alphabet::All);
        for (at, (read, _)) in open {
            let swap = |letter| Swap { row, at, letter, cost: likely(reading, at, read) - likely(reading, at, letter) };
            all.extend(alike(read).map(swap).filter(|swap| swap.cost <= MOST));
        }
    }
    all
}

fn alike(letter: u8) -> impl Iterator<Item = u8> {
    let other = move |[one, other]: [u8; 2]| match letter {
        letter if letter == one => Some(other),
        letter if letter == other => Some(one),
        _ => None,
    };
    ALIKE.into_iter().filter_map(other)
}

fn likely(reading: &Reading, at: usize, letter: u8) -> f32 {
    column(letter).map_or(f32::NEG_INFINITY, |letter| reading.likely[at][letter])
}

/// Each swap alone, and each two in different places, with what they cost.
fn ways(swaps: &[Swap]) -> impl Iterator<Item = (f32, Vec<Swap>)> {
    let pairs = |(first, one): (usize, &Swap)| {
        let others = swaps[first + 1..].iter().filter(|other| (other.row, other.at) != (one.row, one.at));
        others.map(|other| vec![*one, *other]).collect::<Vec<_>>()
    };
    let all = swaps.iter().map(|swap| vec![*swap]).chain(swaps.iter().enumerate().flat_map(pairs));
    all.map(|way| (way.iter().map(|swap| swap.cost).sum::<f32>(), way)).filter(|(cost, _)| *cost <= MOST)
}

fn is_right(rows: &[Reading], way: &[Swap]) -> bool {
    let texts: Vec<_> = rows.iter().enumerate().map(|(row, reading)| text(row, reading, way)).collect();
    checks_as_it_is(&texts.iter().map(|text| text.as_str()).collect::<Vec<_>>())
}

fn text(row: usize, reading: &Reading, way: &[Swap]) -> Zeroizing<String> {
    let here = |at: usize| way.iter().find(|swap| (swap.row, swap.at) == (row, at));
    let letters = reading.text.chars().enumerate();
    Zeroizing::new(letters.map(|(at, letter)| here(at).map_or(letter, |swap| char::from(swap.letter))).collect())
}

fn swapped(row: usize, reading: &Reading, way: &[Swap]) -> Reading {
    let mut letters = reading.letters.clone();
    for swap in way.iter().filter(|swap| swap.row == row) {
        letters[swap.at].certainty = likely(reading, swap.at, swap.letter).exp();
    }
    Reading { text: text(row, reading, way).to_string(), letters, likely: reading.likely.clone(), ..*reading }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ocr::forced::COUNT, read::line::Letter};

    const SURE: f32 = 0.0;
    const EXCLUDED: f32 = -11.0;

    /// The second line of a passport with this number of nine letters, whose check digits are right.
    fn line(number: &str) -> String {
        let check = |text: &str| mrz::check_digit(text).unwrap();
        let number = format!("{number}{}", check(number));
        let all = check(&format!("{number}74081221204159<<<<<<<<<<<<<<0"));
        format!("{number}UTO7408122F1204159<<<<<<<<<<<<<<0{all}")
    }

    /// Each letter was read for sure.
    fn reading(text: &str) -> Reading {
        let likely = |letter: u8| {
            let mut likely = [EXCLUDED; COUNT];
            likely[column(letter).unwrap()] = SURE;
            likely
        };
        let letters = vec![Letter { certainty: 1.0, middle: 0.5 }; text.len()];
        Reading { text: text.into(), letters, likely: text.bytes().map(likely).collect(), likelihood: -0.1 }
    }

    /// The number of a passport with `printed` that was read as `read`, where so many letters may be others, so much
    /// unlikelier.
    fn number(printed: &str, read: &str, doubts: &[(usize, u8, f32)]) -> Option<String> {
        let mut data = reading(&line(printed).replacen(printed, read, 1));
        for (at, letter, less) in doubts {
            data.likely[*at][column(*letter).unwrap()] = -less;
        }
        let runs = [(9, Alphabet::All), (19, Alphabet::Digits), (14, Alphabet::All), (2, Alphabet::Digits)];
        let places = runs.iter().flat_map(|(count, place)| std::iter::repeat_n(*place, *count)).collect();
        let rows = [reading("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), data];
        let mended = mended(&rows, &[vec![Alphabet::Letters; 44], places])?;
        assert_eq!(mended[0].text, rows[0].text);
        Some(mended[1].text[..9].to_owned())
    }

    #[test]
    fn a_letter_that_every_check_digit_speaks_for_is_taken() {
        assert_eq!(number("AI0000002", "A10000002", &[(1, b'I', 2.0)]).as_deref(), Some("AI0000002"));
        let two = [(0, b'O', 2.0), (8, b'Z', 2.5)];
        assert_eq!(number("OB000000Z", "0B0000002", &two).as_deref(), Some("OB000000Z"));
    }

    #[test]
    fn what_is_right_or_was_read_for_sure_stays() {
        assert_eq!(number("A10000002", "A10000002", &[(1, b'I', 0.1)]), None);
        assert_eq!(number("AI0000002", "A10000002", &[]), None);
        assert_eq!(number("AI0000002", "A10000002", &[(1, b'I', MOST + 0.1)]), None);
    }

    /// Letters of one weight: the check digits speak for either.
    #[test]
    fn where_two_may_be_meant_neither_is_taken_but_if_one_is_far_likelier() {
        let read = |other: f32| number("OB0000001", "0B0000001", &[(0, b'O', 2.0), (3, b'O', other)]);
        assert_eq!((read(2.0), read(2.0 + AHEAD - 0.1)), (None, None));
        assert_eq!(read(2.0 + AHEAD + 0.1).as_deref(), Some("OB0000001"));
    }

    /// A birth date is what it was read as, whatever check digits say, and however like a letter a digit of it looks.
    #[test]
    fn digits_where_only_digits_stand_are_never_swapped() {
        let mut data = reading(&line("A10000002").replacen("740812", "740817", 1));
        data.likely[15][column(b'O').unwrap()] = -1.0;
        let rows = [reading("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), data];
        let open = |place: Alphabet| swaps(&rows, &[vec![Alphabet::Letters; 44], vec![place; 44]]);
        assert!(open(Alphabet::All).iter().any(|swap| (swap.at, swap.letter) == (15, b'O')), "but for its place");
        assert!(open(Alphabet::Digits).is_empty());
        assert!(mended(&rows, &[vec![Alphabet::Letters; 44], vec![Alphabet::Digits; 44]]).is_none());
    }

    #[test]
    fn a_swapped_letter_is_as_sure_as_it_was_likely() {
        let mut data = reading(&line("AI0000002").replacen("AI", "A1", 1));
        data.likely[1][column(b'I').unwrap()] = 0.25_f32.ln();
        let rows = [reading("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), data];
        let mended = mended(&rows, &[vec![Alphabet::Letters; 44], vec![Alphabet::All; 44]]).unwrap();
        assert!((mended[1].letters[1].certainty - 0.25).abs() < 1e-3 && mended[1].letters[0].certainty > 0.99);
    }
}
