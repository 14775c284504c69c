//! Everything outside the boxes becomes one colour.
//!
//! A whitelist, not a search: what nobody thought of is covered too.

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

/// A picture that was painted. It is made by [`paint`] alone.
pub struct Painted {
    pixels: RgbImage,
    boxes: Vec<Boxed>,
}

impl Painted {
    /// The pixels.
    pub fn pixels(&self) -> &RgbImage {
        &self.pixels
    }

    /// What was left visible.
    pub fn boxes(&self) -> &[Boxed] {
        &self.boxes
    }

    /// The same picture with at most `pixels` pixels, painted again after the
    /// scaling so that nothing bled over an edge.
    #[must_use]
    pub fn at_most(self, pixels: u64) -> Painted {
        let (width, height) = self.pixels.dimensions();
        let scale = (pixels as f64 / (f64::from(width) * f64::from(height))).sqrt();
        if scale >= 1.0 {
            return self;
        }
        let size = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let smaller = imageops::thumbnail(&self.pixels, size(width), size(height));
        let boxes = self.boxes.iter().map(|kept| scaled(kept, scale)).collect();
        paint(smaller, boxes, &[])
    }
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

/// What stands against these boxes, if anything. `boxes` are clamped.
pub fn objection(boxes: &[Boxed], size: (u32, u32), limits: &Limits) -> Option<Code> {
    if boxes.is_empty() {
        Some(Code::NoBoxes)
    } else if boxes.len() > limits.boxes {
        Some(Code::TooManyBoxes)
    } else if visible_share(boxes, size) > VISIBLE_AT_MOST {
        Some(Code::BoxesTooLarge)
    } else if boxes.iter().all(|kept| kept.w.min(kept.h) < TEXT_AT_LEAST) {
        Some(Code::BoxesTooSmall)
    } else {
        None
    }
}

/// Paints all of `pixels` but `boxes`, and `covers` even inside them.
///
/// # Panics
/// If what was painted is not constant outside the boxes: better no picture
/// than an open one. The process that runs this has one picture to lose.
pub fn paint(pixels: RgbImage, boxes: Vec<Boxed>, covers: &[Boxed]) -> Painted {
    let size = pixels.dimensions();
    let mut painted = RgbImage::from_pixel(size.0, size.1, PAINT);
    let boxes = clamp(&boxes, size);
    for kept in &boxes {
        copy(&pixels, &mut painted, kept);
    }
    for cover in clamp(covers, size) {
        fill(&mut painted, &cover);
    }
    assert!(is_constant_outside(&painted, &boxes), "painted picture is open outside its boxes");
    Painted { pixels: painted, boxes }
}

fn row(width: u32, kept: &Boxed, y: u32) -> std::ops::Range<usize> {
    let start = (y as usize * width as usize + kept.x as usize) * 3;
    start..start + kept.w as usize * 3
}

fn copy(from: &RgbImage, to: &mut RgbImage, kept: &Boxed) {
    let width = from.width();
    for y in kept.y..kept.y + kept.h {
        let row = row(width, kept, y);
        (**to)[row.clone()].copy_from_slice(&from.as_raw()[row]);
    }
}

fn fill(to: &mut RgbImage, cover: &Boxed) {
    let width = to.width();
    for y in cover.y..cover.y + cover.h {
        (**to)[row(width, cover, y)].as_chunks_mut::<3>().0.fill(PAINT.0);
    }
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

/// Encodes pixels losslessly as PNG: header, data, end, and no other chunk.
///
/// # Errors
/// When the encoder fails, which takes a picture without pixels.
pub fn to_png(pixels: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    use image::{ExtendedColorType, ImageEncoder, codecs::png};
    let mut out = Vec::new();
    let encoder = png::PngEncoder::new_with_quality(&mut out, png::CompressionType::Fast, png::FilterType::Adaptive);
    encoder.write_image(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgb8)?;
    Ok(out)
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
        let painted = paint(page.clone(), vec![KEPT], &[]);
        assert!(is_constant_outside(painted.pixels(), &[KEPT]));
        for (x, y) in [(10, 20), (39, 34)] {
            assert_eq!(painted.pixels().get_pixel(x, y), page.get_pixel(x, y));
        }
    }

    #[test]
    fn one_open_pixel_is_noticed() {
        let mut pixels = paint(samples::text_page(100, 80), vec![KEPT], &[]).pixels().clone();
        for (x, y) in [(9, 20), (40, 20), (10, 19), (10, 35), (99, 79)] {
            pixels.put_pixel(x, y, Rgb([1, 2, 3]));
            assert!(!is_constant_outside(&pixels, &[KEPT]), "{x},{y}");
            pixels.put_pixel(x, y, PAINT);
        }
    }

    #[test]
    fn a_cover_wins_over_a_box() {
        let painted = paint(samples::text_page(100, 80), vec![KEPT], &[KEPT]);
        assert!(is_constant_outside(painted.pixels(), &[]));
    }

    #[test]
    fn boxes_that_hide_too_little_or_show_nothing_are_objected_to() {
        let size = (100, 100);
        let object = |boxes: &[Boxed]| objection(&clamp(boxes, size), size, &Limits::UPLOAD);
        assert_eq!(object(&[]), Some(Code::NoBoxes));
        assert_eq!(object(&[Boxed { x: 100, y: 0, w: 5, h: 5 }]), Some(Code::NoBoxes));
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: u32::MAX, h: u32::MAX }]), Some(Code::BoxesTooLarge));
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: 60, h: 101 }]), None);
        assert_eq!(object(&[Boxed { x: 0, y: 0, w: 7, h: 50 }]), Some(Code::BoxesTooSmall));
        assert_eq!(object(&[KEPT; 17]), Some(Code::TooManyBoxes));
    }

    /// M4.
    #[test]
    fn a_clean_picture_has_no_chunk_that_could_carry_a_word() {
        let png = to_png(paint(samples::text_page(100, 80), vec![KEPT], &[]).pixels()).unwrap();
        let chunks = samples::png_chunks(&png);
        assert!(chunks.iter().all(|name| matches!(name, b"IHDR" | b"IDAT" | b"IEND")), "{chunks:?}");
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
            prop_assert!(is_constant_outside(painted.pixels(), painted.boxes()));
        }
    }
}
