//! Black is what is darker than its line so far: rqrr's threshold, to the bit.
//!
//! It divides twice for each pixel. Here the quotients stand in a table.

use image::GrayImage;

use super::bits::Bits;

/// The picture in black and white as `rqrr::PreparedImage::prepare_from_greyscale` has it.
pub(super) fn bits(grey: &GrayImage) -> Bits {
    let width = grey.width() as usize;
    let mut out = Bits::white(width, grey.height() as usize);
    let mut means = Means::new(width);
    let (mut sums, mut dark) = (vec![0; width], vec![0; width]);
    for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
        means.along(row, y % 2 == 0, &mut sums);
        // A pixel under 95 hundredths of the mean of both ways, rounded down.
        let whole = 200 * means.length;
        for ((dark, &pixel), &sum) in dark.iter_mut().zip(row).zip(&sums) {
            *dark = u8::from((u32::from(pixel) + 1) * whole <= sum * 95);
        }
        out.set_row(y, &dark);
    }
    out
}

/// Two running means that fade with an eighth of the width, one each way. The way turns with each row, and the means
/// run on.
struct Means {
    /// How many pixels a mean stands for.
    length: u32,
    /// What is left of a sum, rounded down, when one in [`length`](Self::length) of it fades.
    faded: Vec<u16>,
    forth: u16,
    back: u16,
}

impl Means {
    fn new(width: usize) -> Self {
        let length = (width / 8).max(1) as u32;
        // A sum grows no further than where as much fades as a white pixel adds.
        let faded = (0..=255 * length).map(|sum| (sum * (length - 1) / length) as u16).collect();
        Self { length, faded, forth: 0, back: 0 }
    }

    /// Writes the sums of both ways at each pixel of a row over `out`.
    fn along(&mut self, row: &[u8], turned: bool, out: &mut [u32]) {
        let (mut rightwards, mut leftwards) = if turned { (self.back, self.forth) } else { (self.forth, self.back) };
        let next = |sum: u16, pixel: u8| self.faded[usize::from(sum)] + u16::from(pixel);
        out.fill(0);
        for x in 0..row.len() {
            let mirrored = row.len() - 1 - x;
            rightwards = next(rightwards, row[x]);
            leftwards = next(leftwards, row[mirrored]);
            out[x] += u32::from(rightwards);
            out[mirrored] += u32::from(leftwards);
        }
        (self.forth, self.back) = if turned { (leftwards, rightwards) } else { (rightwards, leftwards) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use image::{Luma, imageops};

    fn differing(grey: &GrayImage) -> usize {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let theirs = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| grey.as_raw()[y * width + x]);
        let ours = bits(grey);
        let black = |x, y| theirs.get_pixel_at(x, y) == 1;
        (0..height).map(|y| (0..width).filter(|&x| black(x, y) != ours.at(x, y)).count()).sum()
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn every_bit_is_as_rqrr_has_it() {
        let mut dice = samples::Dice::new(13);
        for shot in samples::hard_shots(8, 16) {
            let (width, height) = (1 + dice.below(900) as u32, 1 + dice.below(700) as u32);
            let grey = imageops::crop_imm(&shot.grey(), 50, 50, width, height).to_image();
            assert_eq!(differing(&grey), 0, "{width} {height}");
        }
    }

    #[test]
    fn noise_and_the_extremes_are_as_rqrr_has_them() {
        let mut dice = samples::Dice::new(14);
        for (width, height) in [(1, 1), (7, 3), (8, 9), (16, 5), (100, 60), (1101, 20)] {
            assert_eq!(differing(&GrayImage::from_pixel(width, height, Luma([255]))), 0);
            assert_eq!(differing(&GrayImage::new(width, height)), 0);
            assert_eq!(differing(&GrayImage::from_fn(width, height, |_, _| Luma([dice.below(256) as u8]))), 0);
        }
    }
}
