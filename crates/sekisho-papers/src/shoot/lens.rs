//! A lens that is not sharp, and a sensor that hisses.

use image::{RgbImage, imageops};

use crate::dice::Dice;

/// Blurred with this spread in pixels.
pub(super) fn blurred(picture: RgbImage, spread: f32) -> RgbImage {
    if spread < 0.25 { picture } else { imageops::blur(&picture, spread) }
}

/// With noise of this spread in levels; most of it is the same in all three colours.
pub(super) fn noisy(dice: &mut Dice, mut picture: RgbImage, spread: f32) -> RgbImage {
    if spread < 0.2 {
        return picture;
    }
    for pixel in picture.pixels_mut() {
        let common = dice.hiss() * spread;
        let own = dice.hiss() * spread * 0.4;
        for (level, share) in pixel.0.iter_mut().zip([own, 0.0, -own]) {
            *level = (f32::from(*level) + common + share).round().clamp(0.0, 255.0) as u8;
        }
    }
    picture
}
