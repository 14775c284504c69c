//! Black is what is darker than its surroundings: rxing's [`HybridBinarizer`](rxing::common::HybridBinarizer), to the
//! bit, by whole rows.
//!
//! Each eight by eight pixels have a level of their own, and are judged by the mean of the five by five such around
//! them. At the right and lower edge, where eight don't fit, the last eight overlap those before; a pixel in two of them
//! is black if either says so.

use image::GrayImage;

use super::bits::Bits;

const SIDE: usize = 8;

/// Below this side there are not five by five.
const LEAST: usize = SIDE * 5;

/// A square with less between its darkest and its brightest pixel is all paper or all ink.
const CONTRAST: u8 = 24;

/// The picture in black and white; nothing if it is too small for it.
pub(super) fn bits(grey: &GrayImage) -> Option<Bits> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    if width < LEAST || height < LEAST {
        return None;
    }
    let across = width.div_ceil(SIDE);
    let thresholds = means(&levels(grey, across), across);
    let mut out = Bits::white(width, height);
    let (mut limits, mut dark) = (vec![0; width], vec![0; width]);
    for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
        if y % SIDE == 0 || y + SIDE == height {
            spread(&thresholds, across, (y, height), &mut limits);
        }
        for ((dark, pixel), limit) in dark.iter_mut().zip(row).zip(&limits) {
            *dark = u8::from(pixel <= limit);
        }
        out.set_row(y, &dark);
    }
    Some(out)
}

/// Where square number `at` of a row or column begins.
fn start(at: usize, length: usize) -> usize {
    (at * SIDE).min(length - SIDE)
}

/// A level for each square, row by row.
fn levels(grey: &GrayImage, across: usize) -> Vec<u8> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let mut out: Vec<u8> = Vec::with_capacity(across * height.div_ceil(SIDE));
    let mut columns = Columns::new(width);
    for down in 0..height.div_ceil(SIDE) {
        columns.take(&grey.as_raw()[start(down, height) * width..][..SIDE * width]);
        for at in 0..across {
            let (sum, least, most) = columns.square(start(at, width));
            let level = if most - least > CONTRAST {
                (sum / 64) as u8
            } else {
                let above = out.len().checked_sub(across).filter(|_| at > 0);
                flat(least, above.map(|above| [out[above], out[out.len() - 1], out[above - 1]]))
            };
            out.push(level);
        }
    }
    out
}

/// The level of a square without contrast: paper, unless its neighbours above and to the left say that paper is
/// brighter.
fn flat(least: u8, neighbours: Option<[u8; 3]>) -> u8 {
    let around =
        neighbours.map(|[above, left, corner]| (u16::from(above) + 2 * u16::from(left) + u16::from(corner)) / 4);
    around.filter(|&around| u16::from(least) < around).map_or(least / 2, |around| around as u8)
}

/// Sum, least and most of eight pixels above each other.
struct Columns {
    sums: Vec<u16>,
    least: Vec<u8>,
    most: Vec<u8>,
}

impl Columns {
    fn new(width: usize) -> Self {
        Self { sums: vec![0; width], least: vec![0; width], most: vec![0; width] }
    }

    /// Takes eight rows.
    fn take(&mut self, rows: &[u8]) {
        let width = self.sums.len();
        self.sums.fill(0);
        self.least.fill(u8::MAX);
        self.most.fill(0);
        for row in rows.chunks_exact(width) {
            self.sums.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum += u16::from(pixel));
            self.least.iter_mut().zip(row).for_each(|(least, &pixel)| *least = pixel.min(*least));
            self.most.iter_mut().zip(row).for_each(|(most, &pixel)| *most = pixel.max(*most));
        }
    }

    /// Sum, least and most of the eight columns from `x` on.
    fn square(&self, x: usize) -> (u16, u8, u8) {
        let least = self.least[x..x + SIDE].iter().fold(u8::MAX, |least, &other| least.min(other));
        let most = self.most[x..x + SIDE].iter().fold(0, |most, &other| most.max(other));
        (self.sums[x..x + SIDE].iter().sum(), least, most)
    }
}

/// The mean of the five by five levels around each; at the edges, of the nearest five by five.
fn means(levels: &[u8], across: usize) -> Vec<u8> {
    let down = levels.len() / across;
    let mut out = Vec::with_capacity(levels.len());
    let mut fives = vec![0u16; across];
    for y in 0..down {
        let top = y.clamp(2, down - 3) - 2;
        fives.fill(0);
        for row in levels[top * across..].chunks_exact(across).take(5) {
            fives.iter_mut().zip(row).for_each(|(sum, &level)| *sum += u16::from(level));
        }
        let left = |x: usize| x.clamp(2, across - 3) - 2;
        out.extend((0..across).map(|x| (fives[left(x)..left(x) + 5].iter().sum::<u16>() / 25) as u8));
    }
    out
}

/// Writes the threshold of each pixel of row `y` over `limits`; it holds for the rows up to the next square's.
fn spread(thresholds: &[u8], across: usize, (y, height): (usize, usize), limits: &mut [u8]) {
    let width = limits.len();
    let last = height.div_ceil(SIDE) - 1;
    let below = if y + SIDE >= height { last } else { y / SIDE };
    let rows = [y / SIDE, below].map(|down| &thresholds[down * across..][..across]);
    let limit = |at: usize| rows[0][at].max(rows[1][at]);
    for (at, part) in limits.chunks_mut(SIDE).enumerate() {
        part.fill(limit(at));
    }
    limits[width - SIDE..].iter_mut().for_each(|other| *other = limit(across - 1).max(*other));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use image::{Luma, imageops};
    use rxing::{
        Binarizer, Luma8Source,
        common::{BitMatrix, HybridBinarizer},
    };

    fn by_rxing(grey: &GrayImage) -> BitMatrix {
        let source = Luma8Source::new_with_slice(grey.as_raw(), grey.width(), grey.height()).unwrap();
        HybridBinarizer::new(source).get_black_matrix().unwrap().clone()
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn every_bit_is_as_rxing_has_it() {
        let mut dice = samples::Dice::new(11);
        for shot in samples::hard_shots(7, 24) {
            let (width, height) = (40 + dice.below(900) as u32, 40 + dice.below(700) as u32);
            let grey = imageops::crop_imm(&shot.grey(), 50, 50, width, height).to_image();
            assert!(bits(&grey).unwrap().matrix().unwrap() == by_rxing(&grey), "{width} {height}");
        }
    }

    #[test]
    fn noise_flat_parts_and_shade_are_as_rxing_has_them() {
        let mut dice = samples::Dice::new(12);
        for (width, height) in [(40, 40), (41, 47), (48, 40), (63, 100), (64, 65), (129, 250)] {
            for most in [2, 20, 30, 256] {
                let noise =
                    GrayImage::from_fn(width, height, |x, _| Luma([(dice.below(most) as u32 + x / 2).min(255) as u8]));
                assert!(bits(&noise).unwrap().matrix().unwrap() == by_rxing(&noise), "{width} {height} {most}");
            }
        }
        assert!(bits(&GrayImage::new(39, 100)).is_none() && bits(&GrayImage::new(100, 39)).is_none());
    }
}
