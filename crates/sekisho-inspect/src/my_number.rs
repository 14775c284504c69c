//! My Number: twelve digits, the last of which checks the others.
//!
//! The rule is article 5 of 行政手続における特定の個人を識別するための番号の利用等に
//! 関する法律の規定による通知カード及び個人番号カード並びに情報提供ネットワークシステムに
//! よる特定個人情報の提供等に関する省令 (2014, MIC ordinance 85). About one in ten random numbers of twelve
//! digits passes it, and a driving licence carries twelve digits too: the check
//! alone decides nothing about print. In a QR code it does, since a licence has none.

mod verdict;

use zeroize::Zeroizing;

pub use self::verdict::{Verdict, verdict};

/// Digits of a My Number.
const DIGITS: usize = 12;

/// Whether `digits` (values 0 to 9) end in the right check digit.
pub fn has_right_check_digit(digits: &[u8; DIGITS]) -> bool {
    let weighted = |place: usize| {
        // Place 1 is the one beside the check digit.
        let weight = if place <= 6 { place + 1 } else { place - 5 };
        usize::from(digits[DIGITS - 1 - place]) * weight
    };
    let remainder = (1..DIGITS).map(weighted).sum::<usize>() % 11;
    let check = if remainder <= 1 { 0 } else { 11 - remainder };
    usize::from(digits[DIGITS - 1]) == check
}

/// Whether a twelve-digit number with a right check digit stands anywhere in `text`.
///
/// A number is a whole run of digits, in ASCII or full width, or neighbouring
/// runs with blanks or hyphens between them, as in `1234 5678 9018`. Longer
/// runs are other numbers.
pub fn stands_in(text: &str) -> bool {
    let runs = runs(text);
    (0..runs.len()).any(|first| twelve_from(&runs[first..]).is_some_and(|digits| has_right_check_digit(&digits)))
}

/// A run of digits.
struct Run {
    /// Its first twelve digits.
    digits: Zeroizing<[u8; DIGITS]>,
    /// How many digits it has in all.
    length: usize,
    /// Whether only blanks and hyphens part it from the run before.
    joined: bool,
}

impl Run {
    fn push(&mut self, digit: u8) {
        if let Some(place) = self.digits.get_mut(self.length) {
            *place = digit;
        }
        self.length += 1;
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let (mut inside, mut joined) = (false, false);
    for letter in text.chars() {
        let value = digit(letter);
        if value.is_some() && !inside {
            out.push(Run { digits: Zeroizing::default(), length: 0, joined });
            joined = true;
        }
        inside = value.is_some();
        joined &= inside || is_separator(letter);
        if let (Some(value), Some(run)) = (value, out.last_mut()) {
            run.push(value);
        }
    }
    out
}

fn digit(letter: char) -> Option<u8> {
    let zero = match letter {
        '0'..='9' => '0',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return None,
    };
    u8::try_from(letter as u32 - zero as u32).ok()
}

/// Blanks, hyphens and dashes, full-width ones and the long-vowel mark too.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '\u{30FC}')
}

/// The first run and as many joined ones as make twelve digits exactly.
fn twelve_from(runs: &[Run]) -> Option<Zeroizing<[u8; DIGITS]>> {
    let mut out = Zeroizing::new([0; DIGITS]);
    let mut filled = 0;
    for (position, run) in runs.iter().enumerate() {
        if position > 0 && !run.joined {
            return None;
        }
        out.get_mut(filled..filled + run.length)?.copy_from_slice(run.digits.get(..run.length)?);
        filled += run.length;
        if filled == DIGITS {
            return Some(out);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_checks_and_no_other_last_digit_does() {
        let mut digits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 8];
        assert!(has_right_check_digit(&digits));
        for last in [0, 1, 2, 3, 4, 5, 6, 7, 9] {
            digits[11] = last;
            assert!(!has_right_check_digit(&digits), "{last}");
        }
    }

    #[test]
    fn a_remainder_of_nought_or_one_gives_nought() {
        assert!(has_right_check_digit(&[0; 12]));
        // 2 × 6 = 12, remainder 1.
        assert!(has_right_check_digit(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0]));
    }

    #[test]
    fn it_is_found_wherever_it_stands() {
        for text in [
            "123456789018",
            "1234 5678 9018",
            "1234-5678-9018",
            "\u{FF11}\u{FF12}\u{FF13}\u{FF14}\u{FF15}\u{FF16}\u{FF17}\u{FF18}\u{FF19}\u{FF10}\u{FF11}\u{FF18}",
            "個人番号:1234 5678 9018。",
            "123456789018,19900401",
            "1234 5678 9018 19900401",
            "v1;id=123456789018;x=7",
            "7 123456789018",
        ] {
            assert!(stands_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in ["", "123456789017", "12345678901", "1234567890180", "https://a.example/?q=1234/5678/9018", "9018"]
        {
            assert!(!stands_in(text), "{text}");
        }
    }
}
