//! How bright pixels are (ITU-R BT.709).

use image::{GrayImage, RgbImage};

/// What each level of a channel adds to the brightness, in 2^-24.
type Shares = [u32; 256];

const RED: Shares = shares(2126);
const GREEN: Shares = shares(7152);
const BLUE: Shares = shares(722);

/// The picture in levels of grey, as [`image::imageops::grayscale`] has it: ten-thousandths of the channels, summed and
/// rounded down. That one divides for each pixel; here nothing is left to do but three look-ups.
pub fn grey(pixels: &RgbImage) -> GrayImage {
    let mut out = GrayImage::new(pixels.width(), pixels.height());
    for (to, &[red, green, blue]) in out.iter_mut().zip(pixels.as_raw().as_chunks::<3>().0) {
        *to = ((RED[usize::from(red)] + GREEN[usize::from(green)] + BLUE[usize::from(blue)]) >> 24) as u8;
    }
    out
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
}
