//! The sizes at which a picture is looked at.
//!
//! Readers look along single lines of pixels. They need some five of them to a module, and more only carry more noise:
//! a code that is missed at one size is read at the next.

use image::{GrayImage, Luma};

use crate::shrink;

/// The longest side that readers look at. A code that is only legible beyond it
/// covers less than a hundredth of a card's width.
const LARGEST: f32 = 4096.0;

/// The longest side of the smallest size that readers look at.
const SMALLEST: f32 = 500.0;

/// How much larger than the picture the largest size may be. Enlarging brings no more detail, but softens noise and
/// sets edges between pixels.
const ENLARGED: f32 = 2.0;

/// The factors by which a picture of this longest side is scaled, its own size first if it is looked at.
pub(super) fn factors(longest: u32) -> Vec<f32> {
    let longest = longest as f32;
    // Two, one and a half, one, three quarters, a half: steps of about the square root of two that meet one.
    let ladder = (0..24).map(|step| ENLARGED * 0.5_f32.powi(step / 2) * if step % 2 == 0 { 1.0 } else { 0.75 });
    let mut out: Vec<f32> = ladder.filter(|by| (SMALLEST..=LARGEST).contains(&(longest * by))).collect();
    if out.is_empty() {
        out.push(if longest > LARGEST { LARGEST / longest } else { ENLARGED });
    }
    out.sort_by(|one, other| (one - 1.0).abs().total_cmp(&(other - 1.0).abs()));
    out
}

/// `grey` at `by` times its size; nothing if that is its own.
pub(super) fn scaled(grey: &GrayImage, by: f32) -> Option<GrayImage> {
    let side = |pixels: u32| ((pixels as f32 * by) as u32).max(1);
    let (width, height) = (side(grey.width()), side(grey.height()));
    match by {
        1.0 => None,
        ..1.0 => Some(shrink::shrunk(grey, width, height)),
        _ => Some(enlarged(grey, width, height)),
    }
}

/// Bilinear, in whole numbers: several times as fast as a resampling with a kernel, which readers don't profit from.
fn enlarged(grey: &GrayImage, width: u32, height: u32) -> GrayImage {
    let (across, down) = (places(grey.width(), width), places(grey.height(), height));
    let line = grey.width() as usize;
    let mut out = GrayImage::new(width, height);
    for (row, &(top, below, v)) in out.rows_mut().zip(&down) {
        let (upper, lower) = (&grey.as_raw()[top * line..][..line], &grey.as_raw()[below * line..][..line]);
        for (pixel, &(left, right, u)) in row.zip(&across) {
            let over = mixed(upper[left].into(), upper[right].into(), u);
            let under = mixed(lower[left].into(), lower[right].into(), u);
            *pixel = Luma([(mixed(over, under, v) >> 16) as u8]);
        }
    }
    out
}

/// 256 times the value that lies `share` 256ths of the way from `one` to `other`.
fn mixed(one: u32, other: u32, share: u32) -> u32 {
    one * (256 - share) + other * share
}

/// For each of `to` pixels the two of `from` that it lies between, and how near to the second, in 256ths.
fn places(from: u32, to: u32) -> Vec<(usize, usize, u32)> {
    let last = from as usize - 1;
    let place = |at: u32| {
        let exact = ((at as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, last as f32);
        let first = exact as usize;
        (first, (first + 1).min(last), ((exact - first as f32) * 256.0) as u32)
    };
    (0..to).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_looked_at_and_none_at_a_size_that_no_reader_needs() {
        for longest in [1, 20, 240, 400, 1000, 1600, 4000, 4096, 5000, 16_384] {
            let factors = factors(longest);
            let sizes: Vec<f32> = factors.iter().map(|by| by * longest as f32).collect();
            assert!(!sizes.is_empty() && sizes.iter().all(|&size| size <= LARGEST), "{longest}: {sizes:?}");
            assert_eq!(factors.contains(&1.0), (500..=4096).contains(&longest), "{longest}: {sizes:?}");
        }
        assert_eq!(factors(1000), [1.0, 0.75, 1.5, 0.5, 2.0]);
        assert_eq!(factors(4000)[..3], [1.0, 0.75, 0.5]);
    }

    #[test]
    fn an_enlarged_picture_keeps_its_edges_and_its_levels() {
        let halves = GrayImage::from_fn(10, 6, |x, _| Luma([if x < 5 { 20 } else { 220 }]));
        let larger = scaled(&halves, 2.0).unwrap();
        assert_eq!(larger.dimensions(), (20, 12));
        assert_eq!((larger.get_pixel(3, 0), larger.get_pixel(19, 11)), (&Luma([20]), &Luma([220])));
        assert!(larger.rows().all(|row| row.is_sorted_by_key(|pixel| pixel.0[0])));
        assert!((9..=11).all(|x| larger.get_pixel(x, 5).0[0] > 20), "the edge is soft");
    }

    #[test]
    fn a_picture_of_one_pixel_does_no_harm() {
        let one = GrayImage::from_pixel(1, 1, Luma([7]));
        assert!(factors(1).into_iter().filter_map(|by| scaled(&one, by)).all(|other| other.get_pixel(0, 0).0 == [7]));
    }
}
