//! Whether what stays visible can be read: size, sharpness, glare.
//!
//! Over-asking costs members more than under-asking costs reviewers, who can
//! ask for another picture themselves. So only hopeless pictures are sent back,
//! and the measurements are reported for all.

use image::{GrayImage, RgbImage};

use crate::{
    card::{self, Found},
    luma,
    paint::PAINT,
    shrink,
    wire::{Boxed, Code},
};

/// The shortest long side of a picture, in pixels: below it a whole card has
/// fewer than five pixels to a millimetre and its dates fewer than ten in height.
pub const LONG_SIDE_AT_LEAST: u32 = 400;

/// Sharpness is measured with the picture at this long side, so that a
/// telephone's fifty megapixels and a webcam's one are judged alike.
const MEASURED_SIDE: u32 = 1600;

/// Below this sharpness no edge is left of any print.
/// Printed text has some hundreds; the same text under a blur as wide as its strokes has under five. On drawn documents
/// whose card is a thousand pixels wide (`legible` example, even seeds) the last birth date that PP-OCRv6 read under a
/// growing blur had 5.4, and the sharpest that it did not read 31.6: whoever is refused had nothing to lose. The ratio of
/// this variance to that of the grey levels was tried too; it rises again where nothing is left but noise.
pub const SHARP_AT_LEAST: f32 = 5.0;

/// The shortest long side of a card on a photograph, in pixels, by the same sweep: at 250 every birth date was read, at
/// 200 three of four. A little more, since people read it through a watermark.
const CARD_AT_LEAST: f32 = 300.0;

/// Of a picture that a member's own page painted over, nothing can be said of the card.
const PAINTED_FROM: f32 = 0.2;

/// A channel at or above this is saturated.
const SATURATED: u8 = 250;

/// Above this share of saturated pixels nothing dark is left to read. Scans of
/// white paper with one line of print reach 0.95, hence so high.
pub const GLARE_AT_MOST: f32 = 0.98;

/// What was measured inside the boxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// The sharpest box's variance of the Laplacian, in squared grey levels.
    pub sharpness: f32,
    /// Share of saturated pixels over all boxes, 0 to 1.
    pub glare: f32,
}

/// Measures `boxes`, which lie on the picture.
pub fn measure(pixels: &RgbImage, boxes: &[Boxed]) -> Quality {
    let shrink = f64::from(pixels.width().max(pixels.height())) / f64::from(MEASURED_SIDE);
    let sharpness = boxes.iter().map(|kept| sharpness(&part(pixels, kept, shrink))).fold(0.0, f32::max);
    Quality { sharpness, glare: glare(pixels, boxes) }
}

/// What stands against a picture of this quality, if anything.
pub fn objection(quality: Quality) -> Option<Code> {
    if quality.glare > GLARE_AT_MOST {
        Some(Code::Glare)
    } else if quality.sharpness < SHARP_AT_LEAST {
        Some(Code::Blurred)
    } else {
        None
    }
}

/// How the card lies on a photograph; nothing if none is found, or so much is painted over that a box that was left open
/// could be taken for one.
pub fn card(pixels: &RgbImage) -> Option<Found> {
    let painted = pixels.pixels().step_by(PAINTED_STEP).filter(|pixel| is_paint(pixel.0)).count();
    let all = pixels.pixels().len().div_ceil(PAINTED_STEP).max(1);
    ((painted as f32) < PAINTED_FROM * all as f32).then(|| card::find(pixels)).flatten()
}

/// Whether a card is too small for its print to be read.
pub fn is_too_small(card: &Found) -> bool {
    card.long_side() < CARD_AT_LEAST
}

/// Every so manieth pixel tells how much is painted over.
const PAINTED_STEP: usize = 7;

/// The paint, after a JPEG in between.
fn is_paint(pixel: [u8; 3]) -> bool {
    pixel.iter().zip(PAINT.0).all(|(level, paint)| level.abs_diff(paint) < 6)
}

fn part(pixels: &RgbImage, kept: &Boxed, shrink: f64) -> GrayImage {
    let grey = luma::grey_of(pixels, kept);
    if shrink <= 1.0 {
        return grey;
    }
    let side = |pixels: u32| ((f64::from(pixels) / shrink) as u32).max(1);
    shrink::shrunk(&grey, side(kept.w), side(kept.h))
}

/// Variance of the four-neighbour Laplacian; zero for a picture without an inside.
fn sharpness(grey: &GrayImage) -> f32 {
    let width = grey.width() as usize;
    let (mut sum, mut squares, mut count) = (0i64, 0i64, 0i64);
    for rows in grey.as_raw().chunks_exact(width).collect::<Vec<_>>().windows(3) {
        for x in 1..width.saturating_sub(1) {
            let around = [rows[0][x], rows[2][x], rows[1][x - 1], rows[1][x + 1]];
            let edge = 4 * i64::from(rows[1][x]) - around.into_iter().map(i64::from).sum::<i64>();
            (sum, squares, count) = (sum + edge, squares + edge * edge, count + 1);
        }
    }
    let mean = |total: i64| total as f32 / count.max(1) as f32;
    mean(squares) - mean(sum).powi(2)
}

fn glare(pixels: &RgbImage, boxes: &[Boxed]) -> f32 {
    let (mut saturated, mut all) = (0u64, 0u64);
    for kept in boxes {
        for y in kept.y..kept.y + kept.h {
            let start = (y as usize * pixels.width() as usize + kept.x as usize) * 3;
            let row = pixels.as_raw()[start..start + kept.w as usize * 3].as_chunks::<3>().0;
            saturated += row.iter().filter(|pixel| pixel.iter().all(|&channel| channel >= SATURATED)).count() as u64;
        }
        all += u64::from(kept.w) * u64::from(kept.h);
    }
    saturated as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use image::imageops;

    const WHOLE: Boxed = Boxed { x: 0, y: 0, w: 1600, h: 1000 };

    #[test]
    fn print_passes_and_print_blurred_beyond_reading_does_not() {
        let page = samples::text_page(1600, 1000);
        assert_eq!(objection(measure(&page, &[WHOLE])), None);
        assert_eq!(objection(measure(&imageops::fast_blur(&page, 1.5), &[WHOLE])), None);
        assert_eq!(objection(measure(&imageops::fast_blur(&page, 12.0), &[WHOLE])), Some(Code::Blurred));
    }

    #[test]
    fn a_white_glare_is_told_from_white_paper() {
        let page = samples::text_page(1600, 1000);
        let glaring = RgbImage::from_pixel(1600, 1000, image::Rgb([255; 3]));
        assert_eq!(objection(measure(&glaring, &[WHOLE])), Some(Code::Glare));
        assert!(measure(&page, &[WHOLE]).glare > 0.5);
    }

    #[test]
    fn a_box_of_one_pixel_is_measured_without_harm() {
        let quality = measure(&samples::text_page(50, 50), &[Boxed { x: 49, y: 49, w: 1, h: 1 }]);
        assert_eq!(quality.sharpness, 0.0);
    }

    /// M2.
    #[test]
    fn a_card_is_too_small_only_if_it_is_small_on_the_photograph() {
        let scene = crate::card::scene::scene(5, crate::card::scene::Severity::Clean, 1200, 900);
        assert!(!is_too_small(&card(&scene.picture).unwrap()));
        let far = imageops::thumbnail(&scene.picture, 400, 300);
        assert!(is_too_small(&card(&far).unwrap()));
    }

    /// M4: what the member's page painted is no table, and a box that it left open is no card.
    #[test]
    fn of_a_painted_picture_no_card_is_told() {
        let mut painted = RgbImage::from_pixel(1000, 700, PAINT);
        imageops::replace(&mut painted, &samples::text_page(300, 190), 300, 200);
        assert!(crate::card::find(&painted).is_some(), "the control: it looks like one");
        assert_eq!(card(&painted), None);
    }
}
