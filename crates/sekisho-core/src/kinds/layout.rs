//! Where, on each kind of document, what an age check needs probably stands. A member moves the boxes.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::policy::Field;

/// The shape of a document and its proposed boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Width by height, in thousandths.
    pub ratio: u16,
    /// The boxes: birth date first, title and issuer after it.
    pub boxes: Vec<Proposed>,
    /// What the places were taken from.
    pub source: String,
}

/// A proposed box, in thousandths of the document's width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// What it is around.
    pub what: Field,
    /// From the left edge.
    pub x: u16,
    /// From the upper edge.
    pub y: u16,
    /// Width.
    pub w: u16,
    /// Height.
    pub h: u16,
}

/// Thousandths of a picture's shorter direction that a document leaves free on both sides together, where nothing says
/// how it lies: it fills the picture but for a narrow edge.
const EDGE: u64 = 40;

impl Proposed {
    /// Whether it lies on its document.
    pub fn fits(&self) -> bool {
        self.w > 0 && self.h > 0 && self.x.saturating_add(self.w) <= 1000 && self.y.saturating_add(self.h) <= 1000
    }
}

impl Layout {
    /// Where the boxes lie on a picture of `width` by `height` pixels that the document fills, upright and in its
    /// middle: left, top, width, height of each, in pixels. The page's own script reckons alike.
    pub fn on(&self, (width, height): (u32, u32)) -> Vec<(u32, u32, u32, u32)> {
        let ratio = u64::from(self.ratio).max(1);
        let (full_w, full_h) = (u64::from(width) * (1000 - EDGE), u64::from(height) * (1000 - EDGE));
        // In thousandths of a pixel.
        let w = full_w.min(full_h * ratio / 1000);
        let h = w * 1000 / ratio;
        let (left, top) = ((u64::from(width) * 1000 - w) / 2, (u64::from(height) * 1000 - h) / 2);
        let part = |share: u16, of: u64| u64::from(share) * of / 1000;
        let whole = |thousandths: u64| u32::try_from(thousandths / 1000).unwrap_or(u32::MAX);
        let place = |found: &Proposed| {
            let (x, y) = (left + part(found.x, w), top + part(found.y, h));
            (whole(x), whole(y), whole(part(found.w, w)), whole(part(found.h, h)))
        };
        self.boxes.iter().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn layout() -> Layout {
        let at = |what, x, y, w, h| Proposed { what, x, y, w, h };
        Layout {
            ratio: 1586,
            boxes: vec![at(Field::BirthDate, 0, 0, 1000, 1000), at(Field::Title, 500, 500, 100, 100)],
            source: "x".into(),
        }
    }

    #[test]
    fn a_document_that_fills_the_picture_leaves_a_narrow_edge() {
        // 960 of 1000 high, and 1522 of 1586 wide.
        assert_eq!(layout().on((1586, 1000))[0], (31, 20, 1522, 960));
        // Wider than the card: its height decides, and it lies in the middle.
        assert_eq!(layout().on((4000, 1000))[0], (1238, 20, 1522, 960));
        assert_eq!(layout().on((1000, 4000))[0], (20, 1697, 960, 605));
    }

    #[test]
    fn no_size_makes_it_fall() {
        for size in [(0, 0), (1, 1), (u32::MAX, u32::MAX), (1, u32::MAX)] {
            assert_eq!(layout().on(size).len(), 2);
        }
        assert_eq!(Layout { ratio: 0, ..layout() }.on((10, 10)).len(), 2);
    }

    #[test]
    fn a_box_beyond_its_document_does_not_fit() {
        let fits = |x, y, w, h| Proposed { what: Field::Title, x, y, w, h }.fits();
        assert!(fits(0, 0, 1000, 1000) && !fits(1, 0, 1000, 1000) && !fits(0, 999, 10, 2) && !fits(0, 0, 0, 5));
        assert!(!fits(u16::MAX, 0, u16::MAX, 1));
    }
}
