//! Several readings of one row, cut out at several heights, made one: no check digit covers a name, so that nothing but
//! another look tells an O from a D where print is small.

use core::array;

use super::forced::{COUNT, Reading};
use crate::read::line::Letter;

/// A reading that differs from the first in more than a fourth of its letters has slipped, and has no voice.
const SLIPPED: usize = 4;

/// The first reading, each letter of which is the one that most certainty speaks for.
pub(super) fn voted(readings: Vec<Reading>) -> Option<Reading> {
    let mut readings = readings.into_iter();
    let first = readings.next()?;
    let others: Vec<Reading> = readings.filter(|other| !has_slipped(&first, other)).collect();
    let all: Vec<&Reading> = std::iter::once(&first).chain(&others).collect();
    let (text, letters) = (0..first.letters.len()).map(|at| elected(&all, at)).unzip();
    let likely = (0..first.letters.len()).map(|at| on_average(&all, at)).collect();
    Some(Reading { text, letters, likely, likelihood: first.likelihood })
}

fn has_slipped(first: &Reading, other: &Reading) -> bool {
    let differ = first.text.bytes().zip(other.text.bytes()).filter(|(one, other)| one != other).count();
    other.text.len() != first.text.len() || differ * SLIPPED > first.text.len()
}

fn on_average(all: &[&Reading], at: usize) -> [f32; COUNT] {
    array::from_fn(|letter| all.iter().map(|one| one.likely[at][letter]).sum::<f32>() / all.len() as f32)
}

/// The letter in place `at`, as sure as all of them are of it on average.
fn elected(all: &[&Reading], at: usize) -> (char, Letter) {
    let of = |reading: &&Reading| reading.text.as_bytes()[at];
    let votes = |letter: u8| -> f32 {
        all.iter().filter(|reading| of(reading) == letter).map(|reading| reading.letters[at].certainty).sum()
    };
    // The first of those that are equally likely.
    let letter = all.iter().map(of).rev().max_by(|one, other| votes(*one).total_cmp(&votes(*other))).unwrap_or(b'<');
    let mut how = all.iter().find(|reading| of(reading) == letter).map_or(all[0].letters[at], |one| one.letters[at]);
    how.certainty = votes(letter) / all.len() as f32;
    (char::from(letter), how)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str, certainty: f32) -> Reading {
        let letters = vec![Letter { certainty, middle: 0.5 }; text.len()];
        Reading { text: text.into(), letters, likely: vec![[0.0; COUNT]; text.len()], likelihood: -0.1 }
    }

    #[test]
    fn the_letter_that_most_certainty_speaks_for_is_read() {
        let voted = voted(vec![reading("SSDN", 0.5), reading("SSON", 0.4), reading("SSON", 0.3)]).unwrap();
        assert_eq!((voted.text.as_str(), voted.likelihood), ("SSON", -0.1));
        let certainty = |at: usize| voted.letters[at].certainty;
        assert!((certainty(0) - 0.4).abs() < 1e-6 && (certainty(2) - 0.7 / 3.0).abs() < 1e-6);
    }

    /// A mean of logarithms: where one reading excludes a letter, the others alone don't make it likely.
    #[test]
    fn how_likely_each_letter_is_is_what_all_say_on_average() {
        let with = |likely: f32| Reading { likely: vec![[likely; COUNT]; 4], ..reading("SSON", 0.5) };
        let voted = voted(vec![with(-1.0), with(-8.0), Reading { text: "XXXX".into(), ..with(-90.0) }]).unwrap();
        assert!(voted.likely.iter().flatten().all(|likely| (likely + 4.5).abs() < 1e-6));
    }

    #[test]
    fn of_equals_the_first_counts_and_what_slipped_has_no_voice() {
        let read = |readings: Vec<Reading>| voted(readings).unwrap().text;
        assert_eq!(read(vec![reading("SSDN", 0.5), reading("SSON", 0.5)]), "SSDN");
        assert_eq!(read(vec![reading("ERIKSSON", 0.1), reading("RIKSSON<", 0.9)]), "ERIKSSON");
        assert!(voted(Vec::new()).is_none());
    }
}
