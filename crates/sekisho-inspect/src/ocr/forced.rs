//! A line read as exactly so many letters, each of a known alphabet: the likeliest such reading of what recognition said.
//!
//! The search is Viterbi's over CTC's states: before, on and between the letters.

use super::{dictionary::Reach, zone::Alphabet};
use crate::read::line::Letter;

/// Letters of machine-readable zones, in the order of the lattice's columns.
pub(super) const LETTERS: &[u8; COUNT] = b"<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(super) const COUNT: usize = 37;
/// The column of a letter.
pub(super) fn column(letter: u8) -> Option<usize> {
    LETTERS.iter().position(|known| *known == letter)
}

/// The column of the blank.
const BLANK: usize = COUNT;
/// A likelihood is never taken for less: what the network excludes may still be printed.
const LEAST: f32 = 1e-5;

/// How likely each letter of a zone, and the blank, is at each step along a line.
#[derive(Clone)]
pub(super) struct Lattice(Vec<[f32; COUNT + 1]>);

/// A reading.
pub(super) struct Reading {
    /// As many letters as were asked for.
    pub(super) text: String,
    /// How each was read.
    pub(super) letters: Vec<Letter>,
    /// For each of them, the logarithms of how likely each letter is in its place.
    pub(super) likely: Vec<[f32; COUNT]>,
    /// The mean of the logarithms of the steps' likelihoods; higher is likelier.
    pub(super) likelihood: f32,
}

impl Lattice {
    /// The letters of a zone out of all that recognition knows. Small letters count as capitals: in a zone there are
    /// none, and a network may not see the difference.
    pub(super) fn of(scores: &[f32], reach: &Reach) -> Self {
        let step = |scores: &[f32]| {
            let likely = |outputs: &[usize]| outputs.iter().filter_map(|at| scores.get(*at)).sum::<f32>();
            let mut row = [0.0; COUNT + 1];
            row.iter_mut().zip(&reach.outputs).for_each(|(place, outputs)| *place = likely(outputs).max(LEAST).ln());
            row
        };
        Self(scores.chunks_exact(reach.classes).map(step).collect())
    }

    /// How many steps it has.
    pub(super) fn steps(&self) -> usize {
        self.0.len()
    }

    /// The likeliest reading as one letter for each of `alphabets`; nothing if there are fewer steps than letters.
    pub(super) fn read(&self, alphabets: &[Alphabet]) -> Option<Reading> {
        let search = Search::new(alphabets);
        let mut now = search.start();
        let mut before = Vec::with_capacity(self.0.len());
        for row in &self.0 {
            let (next, from) = search.step(&now, row);
            now = next;
            before.push(from);
        }
        let end = search.end(&now)?;
        Some(search.told(end, now[end] / self.0.len() as f32, &before, &self.0))
    }
}

/// States are numbered: first those between letters, then those on them, letter by letter.
struct Search<'a> {
    alphabets: &'a [Alphabet],
}

/// For each state the one before it.
type Before = Vec<u16>;

impl<'a> Search<'a> {
    fn new(alphabets: &'a [Alphabet]) -> Self {
        Self { alphabets }
    }

    /// The state on letter number `at` as letter `letter` of a zone's.
    fn on(&self, at: usize, letter: usize) -> usize {
        self.alphabets.len() + 1 + at * COUNT + letter
    }

    fn start(&self) -> Vec<f32> {
        let mut now = vec![f32::NEG_INFINITY; self.on(self.alphabets.len(), 0)];
        now[0] = 0.0;
        now
    }

    fn step(&self, now: &[f32], row: &[f32; COUNT + 1]) -> (Vec<f32>, Before) {
        let mut next = vec![f32::NEG_INFINITY; now.len()];
        let mut from: Before = vec![0; now.len()];
        // A state that was not reached is minus infinity, and so is what follows from it.
        let mut go = |to: usize, way: usize, gain: f32| {
            if now[way] + gain > next[to] {
                (next[to], from[to]) = (now[way] + gain, way as u16);
            }
        };
        let mut last: [Option<usize>; 2] = [None, None];
        for at in 0..=self.alphabets.len() {
            go(at, at, row[BLANK]);
            last[0].into_iter().for_each(|letter| go(at, self.on(at - 1, letter), row[BLANK]));
            let Some(alphabet) = self.alphabets.get(at) else { continue };
            for letter in alphabet.letters() {
                let to = self.on(at, letter);
                go(to, to, row[letter]);
                go(to, at, row[letter]);
                // The same letter twice has a blank between.
                let other = last.into_iter().flatten().find(|before| *before != letter);
                other.into_iter().for_each(|before| go(to, self.on(at - 1, before), row[letter]));
            }
            last = self.best_two(now, at);
        }
        (next, from)
    }

    /// The two likeliest letters in place `at`.
    fn best_two(&self, now: &[f32], at: usize) -> [Option<usize>; 2] {
        let mut best: [Option<usize>; 2] = [None, None];
        let likely = &now[self.on(at, 0)..][..COUNT];
        let higher = |letter: usize, than: Option<usize>| than.is_none_or(|than| likely[letter] > likely[than]);
        for letter in (0..COUNT).filter(|letter| likely[*letter].is_finite()) {
            if higher(letter, best[0]) {
                best = [Some(letter), best[0]];
            } else if higher(letter, best[1]) {
                best[1] = Some(letter);
            }
        }
        best
    }

    fn end(&self, now: &[f32]) -> Option<usize> {
        let all = self.alphabets.len();
        let last = all.checked_sub(1)?;
        let letter = self.best_two(now, last)[0].map(|letter| self.on(last, letter));
        let reached = std::iter::once(all).chain(letter).filter(|state| now[*state].is_finite());
        reached.max_by(|one, other| now[*one].total_cmp(&now[*other]))
    }

    /// Follows the way back from `end`.
    fn told(&self, end: usize, likelihood: f32, before: &[Before], rows: &[[f32; COUNT + 1]]) -> Reading {
        let mut letters = vec![Letter { certainty: 0.0, middle: 0.0 }; self.alphabets.len()];
        let mut text = vec![b'<'; self.alphabets.len()];
        let mut likely = vec![[LEAST.ln(); COUNT]; self.alphabets.len()];
        let mut state = end;
        for (step, from) in before.iter().enumerate().rev() {
            if let Some(on) = state.checked_sub(self.alphabets.len() + 1) {
                let (at, letter) = (on / COUNT, on % COUNT);
                text[at] = LETTERS[letter];
                letters[at].certainty = letters[at].certainty.max(rows[step][letter].exp());
                likely[at].iter_mut().zip(&rows[step]).for_each(|(most, here)| *most = most.max(*here));
                letters[at].middle = (step as f32 + 0.5) / rows.len() as f32;
            }
            state = from[state].into();
        }
        Reading { text: text.iter().map(|letter| char::from(*letter)).collect(), letters, likely, likelihood }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Steps, each with the likelihoods of some letters; the blank has what is left.
    pub(in crate::ocr) fn lattice(steps: &[&[(u8, f32)]]) -> Lattice {
        let row = |step: &&[(u8, f32)]| {
            let mut row = [LEAST.ln(); COUNT + 1];
            for (letter, likely) in *step {
                row[column(*letter).unwrap()] = likely.ln();
            }
            row[BLANK] = (1.0 - step.iter().map(|(_, likely)| likely).sum::<f32>()).max(LEAST).ln();
            row
        };
        Lattice(steps.iter().map(row).collect())
    }

    fn read(lattice: &Lattice, alphabets: &[Alphabet]) -> Option<String> {
        lattice.read(alphabets).map(|reading| reading.text)
    }

    #[test]
    fn a_place_for_letters_is_read_as_a_letter_and_one_for_digits_as_a_digit() {
        let either: &[(u8, f32)] = &[(b'0', 0.9), (b'O', 0.05)];
        let steps = lattice(&[either, &[], either]);
        assert_eq!(read(&steps, &[Alphabet::Letters, Alphabet::Digits]).as_deref(), Some("O0"));
        assert_eq!(read(&steps, &[Alphabet::All, Alphabet::All]).as_deref(), Some("00"));
    }

    #[test]
    fn as_many_letters_are_read_as_were_asked_for() {
        let filler: &[(u8, f32)] = &[(b'<', 0.7)];
        let perhaps: &[(u8, f32)] = &[(b'<', 0.5)];
        let steps = lattice(&[&[(b'A', 0.9)], filler, perhaps, filler, &[], filler, &[(b'B', 0.9)]]);
        for (count, expected) in [(4, "A<<B"), (5, "A<<<B")] {
            assert_eq!(read(&steps, &vec![Alphabet::All; count]).as_deref(), Some(expected));
        }
        assert_eq!(read(&steps, &[Alphabet::All; 8]), None, "more letters than steps");
    }

    #[test]
    fn each_letter_says_how_sure_it_is_and_where_it_stands() {
        let reading =
            lattice(&[&[(b'7', 0.6)], &[(b'7', 0.8)], &[], &[(b'9', 0.5)]]).read(&[Alphabet::Digits; 2]).unwrap();
        assert_eq!((reading.text.as_str(), reading.letters.len()), ("79", 2));
        assert!((reading.letters[0].certainty - 0.8).abs() < 1e-3 && reading.letters[1].middle > 0.8);
    }

    #[test]
    fn each_place_says_how_likely_every_other_letter_was_at_its_likeliest() {
        let steps: [&[(u8, f32)]; 4] =
            [&[(b'7', 0.6), (b'1', 0.1)], &[(b'7', 0.5), (b'1', 0.3)], &[], &[(b'9', 0.5), (b'1', 0.4)]];
        let reading = lattice(&steps).read(&[Alphabet::Digits; 2]).unwrap();
        let likely = |at: usize, letter: u8| reading.likely[at][column(letter).unwrap()].exp();
        let told = [likely(0, b'7'), likely(0, b'1'), likely(1, b'1'), likely(1, b'7')];
        assert!(told.iter().zip([0.6, 0.3, 0.4, LEAST]).all(|(told, is)| (told - is).abs() < 1e-4), "{told:?}");
    }
}
