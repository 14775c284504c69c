//! How bright pixels are (ITU-R BT.709).

use image::{GrayImage, RgbImage};

use crate::wire::Boxed;

/// What each level of a channel adds to the brightness, in 2^-24.
type Shares = [u32; 256];

const RED: Shares = shares(2126);
const GREEN: Shares = shares(7152);
const BLUE: Shares = shares(722);

/// The picture in levels of grey, as [`image::imageops::grayscale`] has it: ten-thousandths of the channels, summed and
/// rounded down. That one divides for each pixel; here nothing is left to do but three look-ups.
pub fn grey(pixels: &RgbImage) -> GrayImage {
    grey_of(pixels, &Boxed { x: 0, y: 0, w: pixels.width(), h: pixels.height() })
}

/// What lies in `part`, which lies on the picture.
pub(crate) fn grey_of(pixels: &RgbImage, part: &Boxed) -> GrayImage {
    let mut out = GrayImage::new(part.w, part.h);
    let line = pixels.width() as usize * 3;
    let span = part.x as usize * 3..(part.x + part.w) as usize * 3;
    let rows = pixels.as_raw().chunks_exact(line.max(1)).skip(part.y as usize);
    for (to, from) in out.chunks_exact_mut(part.w.max(1) as usize).zip(rows) {
        row(&from[span.clone()], to);
    }
    out
}

fn row(from: &[u8], to: &mut [u8]) {
    for (to, &[red, green, blue]) in to.iter_mut().zip(from.as_chunks::<3>().0) {
        *to = ((RED[usize::from(red)] + GREEN[usize::from(green)] + BLUE[usize::from(blue)]) >> 24) as u8;
    }
}

/// Rounded up: three such errors together are under 2^-22, and a brightness that is not whole lacks at least 2^-13 to
/// the next that is. The largest sum is 255 · 2^24 and little more.
const fn shares(ten_thousandths: u64) -> Shares {
    let mut out = [0; 256];
    let mut level = 0;
    while level < out.len() {
        out[level] = ((level as u64 * ten_thousandths) << 24).div_ceil(10_000) as u32;
        level += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, imageops};

    #[test]
    fn every_colour_is_as_bright_as_the_library_has_it() {
        for red in 0..=255 {
            let all = RgbImage::from_fn(256, 256, |x, y| Rgb([red, x as u8, y as u8]));
            assert!(grey(&all) == imageops::grayscale(&all), "{red}");
        }
    }

    #[test]
    fn a_part_is_cut_out_of_it() {
        let all = RgbImage::from_fn(50, 40, |x, y| Rgb([x as u8, y as u8, 9]));
        for part in
            [Boxed { x: 3, y: 5, w: 20, h: 7 }, Boxed { x: 49, y: 39, w: 1, h: 1 }, Boxed { x: 0, y: 0, w: 50, h: 40 }]
        {
            let theirs = imageops::crop_imm(&grey(&all), part.x, part.y, part.w, part.h).to_image();
            assert!(grey_of(&all, &part) == theirs, "{part:?}");
        }
    }
}
