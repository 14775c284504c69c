//! A line of print: what it says and where it stands.

use core::fmt;

/// A line of print. What it says is personal: it is wiped when the line goes, and never printed.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What it says.
    pub text: zeroize::Zeroizing<String>,
    /// Left edge, upper edge, width and height in pixels of the straightened picture.
    pub place: (f32, f32, f32, f32),
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Line {
    /// A line that says `text` at `place`.
    pub fn new(text: impl Into<String>, place: (f32, f32, f32, f32)) -> Self {
        Self { text: zeroize::Zeroizing::new(text.into()), place }
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

/// Lines of the height 20, one below the other, 30 apart.
#[cfg(test)]
pub(super) fn page(texts: &[&str]) -> Vec<Line> {
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
    fn what_it_says_is_not_printed() {
        assert!(!format!("{:?}", Line::new("secret", (0.0, 0.0, 1.0, 1.0))).contains("secret"));
    }
}
