//! A My Number among the lines of a document, told from the other numbers of twelve digits.
//!
//! A driving licence's number has twelve digits too, and one in ten passes the check digit; so do a few insurers' and
//! issuers' numbers. What tells them apart is what stands around them.

mod groups;
mod names;

use zeroize::Zeroizing;

use self::{
    groups::{fours, longest_run},
    names::{is_notification, names_it},
};
use super::{fold::compact, label::places, line::Line};
use crate::my_number::stands_in;

/// Why a document is taken to show a My Number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Twelve digits with the right check digit, in three groups of four or beside a label, and not a licence's.
    Digits,
    /// A label, 個人番号 or マイナンバー, and beside it a number that was read badly.
    Labelled,
    /// A notification card or letter, which is made to show one.
    NotificationCard,
}

/// What says that a document shows a My Number; empty if nothing does. Which digits they are is not told.
pub fn signs(lines: &[Line]) -> Vec<Sign> {
    let texts: Vec<_> = lines.iter().map(|line| compact(&line.text)).collect();
    let licence = texts.iter().any(|letters| is_licence(letters));
    let names: Vec<bool> = texts.iter().map(|letters| names_it(letters)).collect();
    // The line itself, the one to its left or the one above it.
    let near = |line: &Line, other: &Line| line.is_right_of(other) || line.is_below(other);
    let is_named = |place: usize| {
        names[place] || lines.iter().zip(&names).any(|(other, names)| *names && near(&lines[place], other))
    };
    let mut found: Vec<Sign> =
        (0..lines.len()).filter_map(|place| sign(&row(lines, place), is_named(place), licence)).collect();
    if texts.iter().any(|letters| is_notification(letters)) {
        found.push(Sign::NotificationCard);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn sign(text: &str, named: bool, licence: bool) -> Option<Sign> {
    let in_fours = fours(text);
    if (named && (stands_in(text) || in_fours)) || (in_fours && !licence) {
        return Some(Sign::Digits);
    }
    (named && longest_run(text) >= SOME_DIGITS).then_some(Sign::Labelled)
}

/// Fewer digits than these beside a label are no number that was read badly.
const SOME_DIGITS: usize = 9;

/// So many pieces of a row are put together: three groups of four, and a label before them.
const PIECES: usize = 4;

/// The line and what stands to its right in the same row: a number in groups is often found in pieces.
fn row(lines: &[Line], place: usize) -> Zeroizing<String> {
    let (mut text, mut last) = (Zeroizing::new(lines[place].text.to_string()), place);
    for _ in 1..PIECES {
        let right = |at: &usize| *at != last && lines[*at].is_right_of(&lines[last]);
        let left_edge = |at: usize| lines[at].place.0;
        let next = (0..lines.len()).filter(right).min_by(|one, other| left_edge(*one).total_cmp(&left_edge(*other)));
        let Some(next) = next else { break };
        *text = format!("{} {}", *text, *lines[next].text);
        last = next;
    }
    text
}

/// Whether a line is one in which the reader was not sure of nine letters or more that may be digits.
pub fn is_doubtful(line: &Line) -> bool {
    let digits: Vec<f32> = line
        .text
        .chars()
        .zip(&line.letters)
        .filter(|(letter, _)| groups::digit(*letter).is_some())
        .map(|(_, read)| read.certainty)
        .collect();
    let unsure = digits.iter().filter(|certainty| **certainty < CERTAIN).count();
    longest_run(&line.text) >= SOME_DIGITS && (line.letters.is_empty() || unsure > 0)
}

/// A letter that was read with less certainty may be another one.
const CERTAIN: f32 = 0.9;

fn is_licence(letters: &[char]) -> bool {
    ["運転免許", "公安委員会", "免許の条件"].iter().any(|word| stands(letters, word))
}

/// Whether `word` stands there, letter for letter.
fn stands(letters: &[char], word: &str) -> bool {
    places(letters, word, 0).next().is_some()
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
            (&["個人番号 1234 5678 9OI8"], &[Sign::Digits]),
            (&["個人番号 1234 5678 9?18"], &[Sign::Labelled]),
            (&["1234 5678 9OI8"], &[Sign::Digits]),
            (&["信入番号", "1234 5678 9018"], &[Sign::Digits]),
            (&["My Number", "123456789018"], &[Sign::Digits]),
            (&["個人番号通知書"], &[Sign::NotificationCard]),
            (&["通知力一ド"], &[Sign::NotificationCard]),
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
            &["個人番号力ード", "123456789018"],
            &["マイナンバーカード", "1234567890123456"],
            &["法人番号 1234567890123"],
            &["法人番号", "123456789018"],
            &["信用番号 123456789018"],
            &["1234 5678 9017"],
            &["1234 5678 9018 1234"],
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

    /// M3.
    #[test]
    fn a_number_in_three_pieces_is_put_together() {
        let at = |text: &str, x: f32| Line::new(text, (x, 100.0, 90.0, 20.0));
        let pieces = [at("9018", 220.0), at("1234", 0.0), at("5678", 110.0)];
        assert_eq!(signs(&pieces), [Sign::Digits]);
        let far = [at("9018", 620.0), at("1234", 0.0), at("5678", 110.0)];
        assert_eq!(signs(&far), []);
    }

    /// M3.
    #[test]
    fn a_long_number_that_the_reader_was_not_sure_of_is_doubtful() {
        let read = |text: &str, certainty: f32| {
            let letters = text.chars().map(|_| crate::read::line::Letter { certainty, middle: 0.5 }).collect();
            Line::read(text, [(0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0)], letters)
        };
        assert!(is_doubtful(&read("123456789O1", 0.6)) && is_doubtful(&Line::new("123456789", (0.0, 0.0, 9.0, 9.0))));
        assert!(!is_doubtful(&read("12345678901", 0.97)) && !is_doubtful(&read("昭和61年3月31日", 0.3)));
    }
}
