//! A line of print: what it says and where it stands.

use core::{fmt, ops::Range};

/// Four corners in pixels: the upper left one as the print is read, then clockwise.
pub type Quad = [(f32, f32); 4];

/// How one letter was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// How sure the reader is, from 0 to 1.
    pub certainty: f32,
    /// Where its middle lies along the line, from 0 to 1.
    pub middle: f32,
}

/// A line of print. What it says is personal: it is wiped when the line goes, and never printed.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What it says.
    pub text: zeroize::Zeroizing<String>,
    /// Left edge, upper edge, width and height in pixels of the straightened picture.
    pub place: (f32, f32, f32, f32),
    /// Its corners in the upright picture, as it was decoded.
    pub quad: Quad,
    /// One for each letter of the text; none where nobody knows.
    pub letters: Vec<Letter>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Line {
    /// A line that says `text` at `place`.
    pub fn new(text: impl Into<String>, place: (f32, f32, f32, f32)) -> Self {
        let (x, y, w, h) = place;
        let quad = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
        Self { text: zeroize::Zeroizing::new(text.into()), place, quad, letters: Vec::new() }
    }

    /// A line that was read from a picture: with its corners and how its letters were read.
    pub fn read(text: impl Into<String>, quad: Quad, letters: Vec<Letter>) -> Self {
        let (x, y) = (edges(quad.map(|corner| corner.0)), edges(quad.map(|corner| corner.1)));
        let place = (x.0, y.0, x.1 - x.0, y.1 - y.0);
        Self { text: zeroize::Zeroizing::new(text.into()), place, quad, letters }
    }

    /// The same line, read as something else.
    pub fn read_again(&self, text: impl Into<String>, letters: Vec<Letter>) -> Self {
        Self { text: zeroize::Zeroizing::new(text.into()), letters, ..self.clone() }
    }

    /// How sure the reader is of the line as a whole, from 0 to 1: its letters' mean. Nothing where nobody knows.
    pub fn certainty(&self) -> Option<f32> {
        let sum: f32 = self.letters.iter().map(|letter| letter.certainty).sum();
        (!self.letters.is_empty()).then(|| sum / self.letters.len() as f32)
    }

    /// How sure the reader is of the least sure of these letters. Nothing where nobody knows.
    pub fn certainty_of(&self, letters: Range<usize>) -> Option<f32> {
        let letters = self.letters.get(letters)?;
        letters.iter().map(|letter| letter.certainty).reduce(f32::min)
    }

    /// The corners of these letters of it, as far as can be told from where their middles lie.
    pub fn part(&self, letters: Range<usize>) -> Quad {
        let length = self.text.chars().count().max(1);
        let evenly = |at: usize| at as f32 / length as f32;
        let middle = |at: usize| self.letters.get(at).map(|letter| letter.middle);
        // Half way between two letters, where both are known.
        let edge = |at: usize| match (at.checked_sub(1).and_then(middle), middle(at)) {
            (Some(before), Some(after)) => (before + after) / 2.0,
            _ => evenly(at),
        };
        let (from, to) = (edge(letters.start.min(length)), edge(letters.end.min(length)));
        let [a, b, c, d] = self.quad;
        [between(a, b, from), between(a, b, to), between(d, c, to), between(d, c, from)]
    }

    /// Whether it stands in the same row as `other`, next to it on the right.
    pub fn is_right_of(&self, other: &Line) -> bool {
        let ((x, y, _, h), (left, top, width, height)) = (self.place, other.place);
        let same_row = (y + h / 2.0 - top - height / 2.0).abs() < h.min(height) / 2.0;
        let gap = x - left - width;
        same_row && gap > -h / 2.0 && gap < 4.0 * h
    }

    /// Whether it stands right below `other`.
    pub fn is_below(&self, other: &Line) -> bool {
        let ((x, y, w, h), (left, top, width, height)) = (self.place, other.place);
        let gap = y - top - height;
        let overlap = (x + w).min(left + width) - x.max(left);
        overlap > 0.0 && gap > -h / 2.0 && gap < 1.2 * h.max(height)
    }
}

fn between(one: (f32, f32), other: (f32, f32), share: f32) -> (f32, f32) {
    (one.0 + (other.0 - one.0) * share, one.1 + (other.1 - one.1) * share)
}

/// The least and the greatest.
fn edges(values: [f32; 4]) -> (f32, f32) {
    (values.into_iter().fold(f32::INFINITY, f32::min), values.into_iter().fold(f32::NEG_INFINITY, f32::max))
}

/// Lines of the height 20, one below the other, 30 apart.
#[cfg(test)]
pub(crate) fn page(texts: &[&str]) -> Vec<Line> {
    let line = |(row, text): (usize, &&str)| Line::new(*text, (0.0, 30.0 * row as f32, 300.0, 20.0));
    texts.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_those_that_are_near() {
        let at = |x: f32, y: f32| Line::new("", (x, y, 100.0, 20.0));
        assert!(at(110.0, 3.0).is_right_of(&at(0.0, 0.0)) && !at(110.0, 15.0).is_right_of(&at(0.0, 0.0)));
        assert!(!at(300.0, 0.0).is_right_of(&at(0.0, 0.0)), "too far");
        assert!(at(50.0, 30.0).is_below(&at(0.0, 0.0)) && !at(50.0, 60.0).is_below(&at(0.0, 0.0)));
        assert!(!at(200.0, 30.0).is_below(&at(0.0, 0.0)), "beside");
    }

    #[test]
    fn a_part_of_a_line_lies_where_its_letters_lie() {
        let quad = [(0.0, 0.0), (100.0, 10.0), (100.0, 30.0), (0.0, 20.0)];
        assert_eq!(Line::new("abcd", (0.0, 0.0, 100.0, 20.0)).part(2..4)[0], (50.0, 0.0));
        let letter = |middle| Letter { certainty: 0.5, middle };
        let line = Line::read("abc", quad, vec![letter(0.1), letter(0.2), letter(0.8)]);
        assert_eq!((line.place, line.certainty()), ((0.0, 0.0, 100.0, 30.0), Some(0.5)));
        assert_eq!(line.part(0..2), [(0.0, 0.0), (50.0, 5.0), (50.0, 25.0), (0.0, 20.0)]);
        assert_eq!(line.part(2..9)[1], (100.0, 10.0), "no further than the line");
    }

    #[test]
    fn what_it_says_is_not_printed() {
        assert!(!format!("{:?}", Line::new("secret", (0.0, 0.0, 1.0, 1.0))).contains("secret"));
    }
}
