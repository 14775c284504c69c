//! Everything outside the boxes becomes one colour.
//!
//! A whitelist, not a search: what nobody thought of is covered too.

use std::ops::Range;

use image::{Rgb, RgbImage, imageops};

use crate::wire::{Boxed, Code, Limits};

/// The colour of what is covered. Neither black nor white, which occur on
/// documents, so that a reviewer sees what was covered and what was printed.
pub const PAINT: Rgb<u8> = Rgb([96, 104, 112]);

/// The largest share of the picture that may stay visible.
///
/// Birth date, title and issuer together take well under a third of any card
/// or page. Past this share the boxes were drawn around the document instead
/// of around what must be read, and the picture would be kept all but open.
pub const VISIBLE_AT_MOST: f64 = 0.60;

/// The shorter side of a box that can hold a line of text, in pixels.
pub const TEXT_AT_LEAST: u32 = 8;

/// What is written row by row: its size, and rows of which some may be known to be blank.
pub(crate) trait Rows {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    /// Whether nothing of row `y` is visible.
    fn is_blank(&self, y: u32) -> bool;
    /// Writes row `y`, three bytes to a pixel, over `row`.
    fn row(&self, y: u32, row: &mut [u8]);
}

impl Rows for Painted {
    fn size(&self) -> (u32, u32) {
        Painted::size(self)
    }

    fn is_blank(&self, y: u32) -> bool {
        Painted::is_blank(self, y)
    }

    fn row(&self, y: u32, row: &mut [u8]) {
        Painted::row(self, y, row);
    }
}

/// A picture that was painted. It is made by [`paint`] alone, and gives nothing but painted rows.
pub struct Painted {
    pixels: RgbImage,
    boxes: Vec<Boxed>,
    covers: Vec<Boxed>,
    /// One row of [`PAINT`].
    blank: Vec<u8>,
}

impl Painted {
    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// What was left visible.
    pub fn boxes(&self) -> &[Boxed] {
        &self.boxes
    }

    /// Whether nothing of row `y` was left visible.
    pub(crate) fn is_blank(&self, y: u32) -> bool {
        !self.boxes.iter().any(|kept| crosses(kept, y))
    }

    /// Writes row `y`, three bytes to a pixel, over `row`.
    ///
    /// # Panics
    /// If what was painted is not constant outside the boxes: better no picture
    /// than an open one. The process that runs this has one picture to lose.
    pub(crate) fn row(&self, y: u32, row: &mut [u8]) {
        row.copy_from_slice(&self.blank);
        let original = &self.pixels.as_raw()[y as usize * row.len()..][..row.len()];
        for span in self.boxes.iter().filter(|kept| crosses(kept, y)).map(span) {
            row[span.clone()].copy_from_slice(&original[span]);
        }
        for span in self.covers.iter().filter(|cover| crosses(cover, y)).map(span) {
            row[span.clone()].copy_from_slice(&self.blank[span]);
        }
        assert!(self.is_closed(y, row), "painted picture is open outside its boxes");
    }

    /// Whether `row` is [`PAINT`] to the left, to the right of and between the boxes that cross it.
    fn is_closed(&self, y: u32, row: &[u8]) -> bool {
        let mut open: Vec<_> = self.boxes.iter().filter(|kept| crosses(kept, y)).map(span).collect();
        open.sort_unstable_by_key(|span| span.start);
        let mut at = 0;
        open.push(row.len()..row.len());
        open.into_iter().all(|span| {
            let gap = at..span.start.max(at);
            at = at.max(span.end);
            row[gap.clone()] == self.blank[gap]
        })
    }

    /// All of it.
    pub fn to_image(&self) -> RgbImage {
        let (width, height) = self.size();
        let mut out = RgbImage::new(width, height);
        for (row, y) in out.chunks_exact_mut(self.blank.len().max(1)).zip(0..) {
            self.row(y, row);
        }
        out
    }

    /// The same picture with at most `pixels` pixels, painted again after the
    /// scaling so that nothing bled over an edge.
    #[must_use]
    pub fn at_most(self, pixels: u64) -> Painted {
        let (width, height) = self.size();
        let scale = (pixels as f64 / (f64::from(width) * f64::from(height))).sqrt();
        if scale >= 1.0 {
            return self;
        }
        let size = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let smaller = imageops::thumbnail(&self.to_image(), size(width), size(height));
        let boxes = self.boxes.iter().map(|kept| scaled(kept, scale)).collect();
        paint(smaller, boxes, &[])
    }
}

fn crosses(part: &Boxed, y: u32) -> bool {
    (part.y..part.y.saturating_add(part.h)).contains(&y)
}

/// The bytes of a row that lie in `part`.
fn span(part: &Boxed) -> Range<usize> {
    let start = part.x as usize * 3;
    start..start + part.w as usize * 3
}

/// `kept` after scaling, rounded inwards: rather a pixel less than one too many.
fn scaled(kept: &Boxed, scale: f64) -> Boxed {
    let up = |at: u32| (f64::from(at) * scale).ceil() as u32;
    let down = |at: u32| (f64::from(at) * scale).floor() as u32;
    let (x, y) = (up(kept.x), up(kept.y));
    Boxed { x, y, w: down(kept.x + kept.w).saturating_sub(x), h: down(kept.y + kept.h).saturating_sub(y) }
}

/// The parts of `boxes` that lie on a picture of this size.
pub fn clamp(boxes: &[Boxed], (width, height): (u32, u32)) -> Vec<Boxed> {
    let on_picture = |kept: &Boxed| {
        let (x, y) = (kept.x.min(width), kept.y.min(height));
        let (right, bottom) = (kept.x.saturating_add(kept.w).min(width), kept.y.saturating_add(kept.h).min(height));
        Boxed { x, y, w: right - x, h: bottom - y }
    };
    boxes.iter().map(on_picture).filter(|kept| kept.w > 0 && kept.h > 0).collect()
}

/// The share of a picture that `boxes` show, counting an overlap as often as it occurs.
pub fn visible_share(boxes: &[Boxed], (width, height): (u32, u32)) -> f64 {
    let area: u64 = boxes.iter().map(|kept| u64::from(kept.w) * u64::from(kept.h)).sum();
    area as f64 / (f64::from(width) * f64::from(height)).max(1.0)
}

/// What stands against these boxes, if anything. `pieces` are what they show, where that is less than all; all of them
/// are clamped.
pub fn objection(boxes: &[Boxed], pieces: &[Boxed], size: (u32, u32), limits: &Limits) -> Option<Code> {
    if boxes.is_empty() {
        Some(Code::NoBoxes)
    } else if boxes.len() > limits.boxes {
        Some(Code::TooManyBoxes)
    } else if visible_share(pieces, size) > VISIBLE_AT_MOST {
        Some(Code::BoxesTooLarge)
    } else if boxes.iter().all(|kept| kept.w.min(kept.h) < TEXT_AT_LEAST) {
        Some(Code::BoxesTooSmall)
    } else {
        None
    }
}

/// Paints all of `pixels` but `boxes`, and `covers` even inside them.
pub fn paint(pixels: RgbImage, boxes: Vec<Boxed>, covers: &[Boxed]) -> Painted {
    let size = pixels.dimensions();
    let blank = PAINT.0.repeat(size.0 as usize);
    Painted { boxes: clamp(&boxes, size), covers: clamp(covers, size), pixels, blank }
}

/// Whether every pixel outside `boxes` has the colour [`PAINT`].
pub fn is_constant_outside(pixels: &RgbImage, boxes: &[Boxed]) -> bool {
    pixels.rows().zip(0..).all(|(mut row, y)| {
        let spans: Vec<_> = boxes.iter().filter(|kept| (kept.y..kept.y.saturating_add(kept.h)).contains(&y)).collect();
        let open = |x: u32| spans.iter().any(|kept| (kept.x..kept.x.saturating_add(kept.w)).contains(&x));
        let mut x = 0;
        row.all(|pixel| {
            x += 1;
            *pixel == PAINT || open(x - 1)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    const KEPT: Boxed = Boxed { x: 10, y: 20, w: 30, h: 15 };

    #[test]
    fn inside_stays_outside_is_one_colour() {
        let page = samples::text_page(100, 80);
        let painted = paint(page.clone(), vec![KEPT], &[]).to_image();
        assert!(is_constant_outside(&painted, &[KEPT]));
        for (x, y) in [(10, 20), (39, 34)] {
            assert_eq!(painted.get_pixel(x, y), page.get_pixel(x, y));
        }
    }

    #[test]
    fn one_open_pixel_is_noticed() {
        let mut pixels = paint(samples::text_page(100, 80), vec![KEPT], &[]).to_image();
        for (x, y) in [(9, 20), (40, 20), (10, 19), (10, 35), (99, 79)] {
            pixels.put_pixel(x, y, Rgb([1, 2, 3]));
            assert!(!is_constant_outside(&pixels, &[KEPT]), "{x},{y}");
            pixels.put_pixel(x, y, PAINT);
        }
    }

    #[test]
    fn a_cover_wins_over_a_box() {
        let painted = paint(samples::text_page(100, 80), vec![KEPT], &[KEPT]);
        assert!(is_constant_outside(&painted.to_image(), &[]));
    }

    #[test]
    fn boxes_that_hide_too_little_or_show_nothing_are_objected_to() {
        let size = (100, 100);
        let object = |boxes: &[Boxed]| {
            let boxes = clamp(boxes, size);
            objection(&boxes, &boxes, size, &Limits::UPLOAD)
        };
        assert_eq!(object(&[]), Some(Code::NoBoxes));
        assert_eq!(object(&[Boxed { x: 100, y: 0, w: 5, h: 5 }]), Some(Code::NoBoxes));
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: u32::MAX, h: u32::MAX }]), Some(Code::BoxesTooLarge));
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: 60, h: 101 }]), None);
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: 7, h: 50 }]), Some(Code::BoxesTooSmall));
        assert_eq!(object(&[KEPT; 17]), Some(Code::TooManyBoxes));
        let slivers = [Boxed { x: 10, y: 10, w: 2, h: 30 }; 40];
        assert_eq!(objection(&[KEPT], &slivers, size, &Limits::UPLOAD), None, "one row in many pieces");
    }

    #[test]
    fn an_open_row_is_noticed_before_it_leaves() {
        let other = Boxed { x: 30, y: 18, w: 40, h: 9 };
        let painted = paint(samples::text_page(100, 80), vec![other, KEPT], &[]);
        let mut row = [0; 300];
        painted.row(21, &mut row);
        for x in [0, 9, 70, 99] {
            row[x * 3] ^= 1;
            assert!(!painted.is_closed(21, &row), "{x}");
            row[x * 3] ^= 1;
        }
        row[10 * 3] ^= 1;
        row[69 * 3 + 2] ^= 1;
        assert!(painted.is_closed(21, &row));
        assert!(painted.is_blank(17) && !painted.is_blank(18));
    }

    proptest! {
        /// M4.
        #[test]
        fn any_boxes_leave_the_rest_one_colour_also_after_shrinking(
            boxes in prop::collection::vec((0u32..300, 0u32..300, 0u32..300, 0u32..300), 0..5),
            pixels in 1u64..40_000,
        ) {
            let boxes: Vec<_> = boxes.into_iter().map(|(x, y, w, h)| Boxed { x, y, w, h }).collect();
            let painted = paint(samples::text_page(190, 170), boxes, &[]).at_most(pixels);
            prop_assert!(is_constant_outside(&painted.to_image(), painted.boxes()));
        }

        /// M4.
        #[test]
        fn each_pixel_is_the_pictures_own_in_a_box_and_under_no_cover_and_paint_elsewhere(
            parts in prop::collection::vec((0u32..210, 0u32..190, 0u32..300, 0u32..300), 0..7),
            kept in 0usize..7,
        ) {
            let parts: Vec<_> = parts.into_iter().map(|(x, y, w, h)| Boxed { x, y, w, h }).collect();
            let (boxes, covers) = parts.split_at(kept.min(parts.len()));
            let page = samples::text_page(190, 170);
            let painted = paint(page.clone(), boxes.to_vec(), covers).to_image();
            let lies = |parts: &[Boxed], x: u32, y: u32| {
                parts.iter().any(|part| part.x <= x && x - part.x < part.w && part.y <= y && y - part.y < part.h)
            };
            for (x, y, pixel) in painted.enumerate_pixels() {
                let open = lies(boxes, x, y) && !lies(covers, x, y);
                prop_assert_eq!(pixel, if open { page.get_pixel(x, y) } else { &PAINT }, "{},{}", x, y);
            }
        }
    }
}
