//! Letters from what recognition says of each step along a line (CTC, Graves et al. 2006).

use super::dictionary::Dictionary;
use crate::read::line::Letter;

/// The likeliest letter of each step, repetitions and blanks left out.
pub(super) fn decode(scores: &[f32], dictionary: &Dictionary) -> (String, Vec<Letter>) {
    let steps = scores.len() / dictionary.len();
    let (mut text, mut letters): (String, Vec<Letter>) = (String::new(), Vec::new());
    let mut last = 0;
    for (step, scores) in scores.chunks_exact(dictionary.len()).enumerate() {
        let (best, certainty) = likeliest(scores);
        let goes_on = best == last;
        last = best;
        match (dictionary.letter(best), letters.last_mut()) {
            (Some(_), Some(letter)) if goes_on => letter.certainty = letter.certainty.max(certainty),
            (Some(letter), _) => {
                text.push(letter);
                letters.push(Letter { certainty, middle: (step as f32 + 0.5) / steps as f32 });
            }
            (None, _) => {}
        }
    }
    (text, letters)
}

fn likeliest(scores: &[f32]) -> (usize, f32) {
    let all = scores.iter().copied().enumerate();
    all.fold((0, f32::NEG_INFINITY), |best, one| if one.1 > best.1 { one } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(steps: &[[f32; 4]]) -> (String, Vec<Letter>) {
        decode(&steps.concat(), &Dictionary::of("a\nb").unwrap())
    }

    #[test]
    fn repetitions_are_one_letter_and_a_blank_parts_two() {
        let (blank, a, b) = ([0.9, 0.0, 0.1, 0.0], [0.1, 0.8, 0.1, 0.0], [0.3, 0.1, 0.6, 0.0]);
        let (text, letters) = read(&[blank, a, a, blank, a, b]);
        assert_eq!(text, "aab");
        assert_eq!(letters.iter().map(|letter| letter.certainty).collect::<Vec<_>>(), [0.8, 0.8, 0.6]);
        assert_eq!(letters[0].middle, 0.25);
    }

    #[test]
    fn nothing_is_read_from_nothing() {
        assert_eq!(read(&[]), (String::new(), vec![]));
        assert_eq!(read(&[[1.0, 0.0, 0.0, 0.0]]).0, "");
    }
}
