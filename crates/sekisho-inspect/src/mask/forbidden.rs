//! Parts of lines that must not be seen, whoever drew a box around them: numbers, and what stands beside their labels.

use std::ops::Range;

use super::place;
use crate::{
    read::{date::dates, fold::folded, line::Line},
    wire::Boxed,
};

/// Digits in a row, blanks and dashes apart, that are a number of somebody or something. A date has four at most.
const LONG: usize = 6;

/// Of letters that may be digits that were misread, so many must be digits.
const SURE_DIGITS: usize = 3;

/// Labels of numbers that a law forbids to ask for, or that nobody needs. 番号 alone is in many of them.
const LABELS: [&str; 7] = ["番号", "記号", "枝番", "マイナンバー", "住民票コード", "セキュリティコード", "本籍"];

/// Where they stand in the upright picture. What lies in one of `proven` is told apart already.
pub(super) fn places(lines: &[Line], proven: &[Boxed]) -> Vec<Boxed> {
    let mut found = Vec::new();
    for line in lines {
        let letters = folded(&line.text);
        let dated: Vec<Range<usize>> = dates(&line.text).into_iter().map(|date| date.letters).collect();
        found.extend(runs(&letters, &dated, LONG).into_iter().map(|run| place::of(line, run)));
        if is_zone(&letters) {
            found.push(place::of(line, 0..letters.len()));
        }
        if let Some(value) = labelled(&letters) {
            found.push(place::of(line, value.clone()));
            found.extend(beside(line, letters.len() == value.end && value.is_empty(), lines));
        }
    }
    found.retain(|place| !proven.iter().any(|proven| place::share_within(place, proven) > 0.5));
    found
}

/// The machine-readable zone repeats number and name.
fn is_zone(letters: &[char]) -> bool {
    letters.windows(2).any(|two| two == ['<', '<']) || letters.iter().filter(|letter| **letter == '<').count() > 3
}

/// What follows the first label, if there is one.
fn labelled(letters: &[char]) -> Option<Range<usize>> {
    let text: Vec<char> = letters.to_vec();
    let ends = LABELS.iter().flat_map(|label| {
        let label: Vec<char> = folded(label);
        let length = label.len();
        let found = text.windows(length).position(|window| window == label);
        // 個人番号カード is the name of a card.
        found.map(|at| at + length).filter(|end| letters.get(*end) != Some(&'カ'))
    });
    ends.min().map(|end| end..letters.len())
}

/// The numbers in the next line to the right or, if the label stands alone, below: dates apart.
fn beside(label: &Line, alone: bool, lines: &[Line]) -> Vec<Boxed> {
    let near = |line: &&Line| line.is_right_of(label) || (alone && line.is_below(label));
    let numbers = |line: &Line| {
        let dated: Vec<_> = dates(&line.text).into_iter().map(|date| date.letters).collect();
        let runs = runs(&folded(&line.text), &dated, 1);
        runs.into_iter().map(|run| place::of(line, run)).collect::<Vec<_>>()
    };
    lines.iter().filter(near).flat_map(numbers).collect()
}

/// Runs of at least `long` digits that no date has, with the Latin letters that are grown together with them.
fn runs(letters: &[char], dated: &[Range<usize>], long: usize) -> Vec<Range<usize>> {
    let free = |at: usize| !dated.iter().any(|date| date.contains(&at));
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let (end, count, digits) = run_from(letters, at, &free);
        if count >= long && digits >= SURE_DIGITS.min(long) {
            found.push(grown(letters, at..end, &free));
        }
        at = end.max(at + 1);
    }
    found
}

/// The run that begins at `from`: where it ends, how many letters of it may be digits, and how many are.
fn run_from(letters: &[char], from: usize, free: &impl Fn(usize) -> bool) -> (usize, usize, usize) {
    let (mut end, mut count, mut digits) = (from, 0, 0);
    for (at, letter) in letters.iter().enumerate().skip(from).take_while(|(at, _)| free(*at)) {
        match letter {
            '0'..='9' => (end, count, digits) = (at + 1, count + 1, digits + 1),
            'O' | 'o' | 'D' | 'l' | 'I' | '|' | 'B' | 'S' | 'Z' => (end, count) = (at + 1, count + 1),
            ' ' | '-' | '.' if count > 0 => {}
            _ => break,
        }
    }
    (end, count, digits)
}

fn grown(letters: &[char], run: Range<usize>, free: &impl Fn(usize) -> bool) -> Range<usize> {
    let belongs = |at: &usize| letters.get(*at).is_some_and(char::is_ascii_alphanumeric) && free(*at);
    let before = (0..run.start).rev().take_while(|at| belongs(at)).count();
    let after = (run.end..letters.len()).take_while(belongs).count();
    run.start - before..run.end + after
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty pixels to a letter, so that places are told as letters.
    fn line(text: &str, row: f32) -> Line {
        Line::new(text, (0.0, 40.0 * row, 20.0 * text.chars().count() as f32, 20.0))
    }

    fn hidden(text: &str) -> Vec<String> {
        let letters = folded(text);
        let dated: Vec<_> = dates(text).into_iter().map(|date| date.letters).collect();
        runs(&letters, &dated, LONG).into_iter().map(|run| letters[run].iter().collect()).collect()
    }

    #[test]
    fn numbers_are_hidden_and_dates_are_not() {
        for (text, expected) in [
            ("昭和61年 3月31日生", &[][..]),
            ("2030年3月31日まで有効", &[]),
            ("平成2年(1990年)4月1日", &[]),
            ("01 APR 1990", &[]),
            ("1234 5678 9018", &["1234 5678 9018"]),
            ("１２３４５６７８９０１８", &["123456789018"]),
            ("第 012345678900 号", &["012345678900"]),
            ("12345O789OI8", &["12345O789OI8"]),
            ("AB12345678CD 在留", &["AB12345678CD"]),
            ("TK1234567", &["TK1234567"]),
            ("昭和61年3月31日生 第123456789012号", &["123456789012"]),
            ("BOOSZO", &[]),
            ("東京都千代田区1-2-3", &[]),
        ] {
            assert_eq!(hidden(text), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_a_label_is_hidden_however_short_it_is() {
        let places = places(&[line("記号 12 番号 34", 0.0)], &[]);
        assert!(places.iter().any(|place| place.x <= 40 && place.x + place.w >= 220), "{places:?}");
        let places = super::places(&[line("個人番号カード", 0.0)], &[]);
        assert_eq!(places, []);
    }

    #[test]
    fn the_number_right_of_its_label_or_below_it_is_hidden() {
        let right = Line::new("12", (90.0, 0.0, 40.0, 20.0));
        let below = Line::new("34", (0.0, 24.0, 40.0, 20.0));
        let far = Line::new("56", (0.0, 400.0, 40.0, 20.0));
        let found = places(&[line("枝番", 0.0), right, below, far], &[]);
        let covers = |x: u32, y: u32| {
            found
                .iter()
                .any(|place| (place.x..place.x + place.w).contains(&x) && (place.y..place.y + place.h).contains(&y))
        };
        assert!(covers(110, 10) && covers(20, 34) && !covers(20, 410), "{found:?}");
    }

    #[test]
    fn machine_readable_lines_are_hidden_whole() {
        let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
        let found = places(&[line(zone, 0.0)], &[]);
        assert!(found.iter().any(|place| place.x == 0 && place.w >= 20 * 44), "{found:?}");
    }

    #[test]
    fn what_is_proven_to_be_something_else_stays() {
        let number = line("19860331", 0.0);
        let whole = place::of(&number, 0..8);
        assert_eq!(places(std::slice::from_ref(&number), &[whole]), []);
        assert_eq!(places(&[number], &[]).len(), 1, "the control");
    }
}
