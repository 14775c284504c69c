//! Whether what stays visible can be read: size, sharpness, glare.
//!
//! Over-asking costs members more than under-asking costs reviewers, who can
//! ask for another picture themselves. So only hopeless pictures are sent back,
//! and the measurements are reported for all.

use image::{GrayImage, RgbImage};

use crate::{
    luma, shrink,
    wire::{Boxed, Code},
};

/// The shortest long side of a picture, in pixels: below it a whole card has
/// fewer than five pixels to a millimetre and its dates fewer than ten in height.
pub const LONG_SIDE_AT_LEAST: u32 = 400;

/// Sharpness is measured with the picture at this long side, so that a
/// telephone's fifty megapixels and a webcam's one are judged alike.
const MEASURED_SIDE: u32 = 1600;

/// Below this sharpness no edge is left of any print.
/// Printed text has some hundreds; the same text under a blur as wide as its strokes has under five.
pub const SHARP_AT_LEAST: f32 = 5.0;

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
    /// The crispest box's variance of the Laplacian by the variance of its grey levels: what is left of edges, whatever
    /// the ink and the light.
    pub crispness: f32,
    /// Share of saturated pixels over all boxes, 0 to 1.
    pub glare: f32,
}

/// Measures `boxes`, which lie on the picture.
pub fn measure(pixels: &RgbImage, boxes: &[Boxed]) -> Quality {
    let shrink = f64::from(pixels.width().max(pixels.height())) / f64::from(MEASURED_SIDE);
    let parts = || boxes.iter().map(|kept| part(pixels, kept, shrink));
    let sharpest = parts().map(|part| sharpness(&part)).fold(0.0, f32::max);
    let crispest = parts().map(|part| sharpness(&part) / variance(&part).max(1.0)).fold(0.0, f32::max);
    Quality { sharpness: sharpest, crispness: crispest, glare: glare(pixels, boxes) }
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

fn variance(grey: &GrayImage) -> f32 {
    let count = grey.as_raw().len().max(1) as f32;
    let (sum, squares) = grey
        .as_raw()
        .iter()
        .fold((0_u64, 0_u64), |(sum, squares), level| (sum + u64::from(*level), squares + u64::from(*level).pow(2)));
    squares as f32 / count - (sum as f32 / count).powi(2)
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
}
