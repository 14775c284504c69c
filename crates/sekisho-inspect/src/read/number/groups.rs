//! Digits in a row and in groups, and letters that are read for them.

use zeroize::Zeroizing;

use crate::{my_number::has_right_check_digit, read::fold::folded};

/// Of twelve letters that may be digits, so many must be.
const DIGITS_AT_LEAST: usize = 9;

/// The digit that a letter is, or that it is easily read for.
pub(super) const fn digit(letter: char) -> Option<u8> {
    Some(match letter {
        '0'..='9' => letter as u8 - b'0',
        'O' | 'o' | 'D' => 0,
        'I' | 'l' | '|' => 1,
        'Z' => 2,
        'S' => 5,
        'B' => 8,
        _ => return None,
    })
}

/// Whether twelve digits with the right check digit stand in three groups of four, and no fourth one beside them: cards
/// for paying have that.
pub(super) fn fours(text: &str) -> bool {
    let groups = groups(text);
    let is_four = |at: usize| groups.get(at).is_some_and(|group| group.len() == 4);
    (0..groups.len()).any(|first| {
        let alone = !is_four(first + 3) && !first.checked_sub(1).is_some_and(is_four);
        alone && (first..first + 3).all(is_four) && checks(&groups[first..first + 3])
    })
}

/// The groups of letters that may be digits. What stands between them, if not a blank or a dash, is an empty group.
fn groups(text: &str) -> Vec<Zeroizing<Vec<char>>> {
    let mut groups: Vec<Zeroizing<Vec<char>>> = vec![Zeroizing::default()];
    for letter in folded(text) {
        let last = groups.last_mut();
        match (digit(letter), last) {
            (Some(_), Some(group)) => group.push(letter),
            (None, Some(group)) if matches!(letter, ' ' | '-') => {
                if !group.is_empty() {
                    groups.push(Zeroizing::default());
                }
            }
            _ => groups.extend([Zeroizing::default(), Zeroizing::default()]),
        }
    }
    groups
}

fn checks(three: &[Zeroizing<Vec<char>>]) -> bool {
    let mut all = Zeroizing::new([0_u8; 12]);
    let letters = || three.iter().flat_map(|group| group.iter());
    all.iter_mut().zip(letters().filter_map(|letter| digit(*letter))).for_each(|(place, digit)| *place = digit);
    letters().filter(|letter| letter.is_ascii_digit()).count() >= DIGITS_AT_LEAST && has_right_check_digit(&all)
}

/// How many digits stand in a row, blanks, dashes and what could not be read apart; a letter that is easily read for
/// one counts as one.
pub(super) fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for letter in folded(text) {
        match letter {
            _ if digit(letter).is_some() => run += 1,
            ' ' | '-' | '?' | '.' | '*' => {}
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_groups_of_four_are_seen_and_four_or_two_are_not() {
        for text in ["1234 5678 9018", "第1234-5678-9018号", "i234 1234 5678 9018", "12 1234 5678 9018"] {
            assert!(fours(text), "{text}");
        }
        for text in ["1234 5678 9018 0000", "1234 5678", "12345678 9018", "1234 5678 : 9018", "OIZS OIZS OIZS", ""] {
            assert!(!fours(text), "{text}");
        }
    }

    #[test]
    fn runs_go_over_blanks_and_not_over_words() {
        assert_eq!((longest_run("1234 5678 9O1B"), longest_run("12年34月56日"), longest_run("")), (12, 2, 0));
        assert_eq!(longest_run("12?4.5678"), 7);
    }
}
