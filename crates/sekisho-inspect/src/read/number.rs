//! A My Number among the lines of a document, told from the other numbers of twelve digits.
//!
//! A driving licence's number has twelve digits too, and one in ten passes the check digit; so do a few insurers' and
//! issuers' numbers. What tells them apart is what stands around them.

use zeroize::Zeroizing;

use super::{
    fold::{compact, folded},
    label::{may_differ, places},
    line::Line,
};
use crate::my_number::{has_right_check_digit, stands_in};

/// Why a document is taken to show a My Number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Twelve digits with the right check digit, in three groups of four or beside a label, and not a licence's.
    Digits,
    /// A label, 個人番号 or マイナンバー, and beside it a number that was read badly.
    Labelled,
    /// A notification card, which is made to show one.
    NotificationCard,
}

/// What says that a document shows a My Number; empty if nothing does. Which digits they are is not told.
pub fn signs(lines: &[Line]) -> Vec<Sign> {
    let texts: Vec<_> = lines.iter().map(|line| compact(&line.text)).collect();
    let licence = texts.iter().any(|letters| is_licence(letters));
    let names: Vec<bool> = texts.iter().map(|letters| names_it(letters)).collect();
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        // The line itself, the one to its left or the one above it.
        let near = |(other, names): (&Line, &bool)| *names && (line.is_right_of(other) || line.is_below(other));
        let labelled = names[place] || lines.iter().zip(&names).any(near);
        if stands_in(&line.text) && (labelled || (is_in_fours(&line.text) && !licence)) {
            found.push(Sign::Digits);
        } else if labelled && longest_run(&line.text) >= SOME_DIGITS {
            found.push(Sign::Labelled);
        }
    }
    if texts.iter().any(|letters| stands(letters, "通知カード")) {
        found.push(Sign::NotificationCard);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Fewer digits than these beside a label are no number that was read badly.
const SOME_DIGITS: usize = 9;

fn is_licence(letters: &[char]) -> bool {
    ["運転免許", "公安委員会", "免許の条件"].iter().any(|word| stands(letters, word))
}

/// Whether `word` stands there, letter for letter.
fn stands(letters: &[char], word: &str) -> bool {
    places(letters, word, 0).next().is_some()
}

/// 個人番号カード is the harmless front's title; 個人番号 alone is the number's label. One letter may be misread.
fn names_it(letters: &[char]) -> bool {
    ["個人番号", "マイナンバー"].iter().any(|label| {
        let length = label.chars().count();
        places(letters, label, may_differ(label)).any(|at| letters.get(at + length) != Some(&'カ'))
    })
}

/// Whether twelve digits with the right check digit stand in three groups of four.
fn is_in_fours(text: &str) -> bool {
    let letters = folded(text);
    let mut groups: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for part in letters.split(|letter| !letter.is_ascii_digit()).filter(|part| !part.is_empty()) {
        let digits = part.iter().filter_map(|letter| letter.to_digit(10)).filter_map(|digit| u8::try_from(digit).ok());
        groups.push(Zeroizing::new(digits.collect()));
    }
    groups.windows(3).any(|three| three.iter().all(|group| group.len() == 4) && checks(three))
}

fn checks(three: &[Zeroizing<Vec<u8>>]) -> bool {
    let mut all = Zeroizing::new([0_u8; 12]);
    let digits = three.iter().flat_map(|group| group.iter());
    all.iter_mut().zip(digits).for_each(|(place, digit)| *place = *digit);
    has_right_check_digit(&all)
}

/// How many digits stand in a row, blanks and dashes apart; a letter that is easily read for one counts as one.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for letter in folded(text) {
        match letter {
            '0'..='9' | 'O' | 'o' | 'l' | 'I' | 'B' | 'S' => run += 1,
            ' ' | '-' => {}
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::line::page;

    /// M3: 1234 5678 9018 is the published example; its check digit is right.
    #[test]
    fn a_my_number_is_found_by_its_digits_its_label_or_its_card() {
        for (texts, expected) in [
            (&["個人番号 1234 5678 9018"][..], &[Sign::Digits][..]),
            (&["個人番号", "123456789018"], &[Sign::Digits]),
            (&["信人番号", "123456789018"], &[Sign::Digits]),
            (&["マイナンバー：１２３４－５６７８－９０１８"], &[Sign::Digits]),
            (&["1234 5678 9018"], &[Sign::Digits]),
            (&["個人番号 1234 5678 9OI8"], &[Sign::Labelled]),
            (&["個人番号", "1234 5678 9017"], &[Sign::Labelled]),
            (&["通知カード", "個人番号 1234 5678 9018"], &[Sign::Digits, Sign::NotificationCard]),
            (&["通知カード"], &[Sign::NotificationCard]),
        ] {
            assert_eq!(signs(&page(texts)), expected, "{texts:?}");
        }
    }

    /// M3: these are other numbers of twelve digits, with the right check digit.
    #[test]
    fn other_numbers_of_twelve_digits_are_left_alone() {
        for texts in [
            &["運転免許証", "第 123456789018 号"][..],
            &["運転免許証", "番号 第 1234 5678 9018 号", "東京都公安委員会"],
            &["123456789018"],
            &["個人番号カード", "氏名 番号 花子"],
            &["個人番号カード", "2025年03月31日まで有効"],
            &["1234 5678 9017"],
            &["保険者番号 12345678"],
            &["個人番号", "氏名 日本 花子"],
        ] {
            assert_eq!(signs(&page(texts)), [], "{texts:?}");
        }
    }

    #[test]
    fn a_licence_beside_a_my_number_hides_nothing() {
        let both = page(&["運転免許証", "第 012345678900 号", "個人番号 1234 5678 9018"]);
        assert_eq!(signs(&both), [Sign::Digits]);
    }
}
