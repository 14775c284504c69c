//! A lamp from one side, and its reflection.

use image::RgbImage;

use super::Wear;
use crate::dice::Dice;

/// Makes one side brighter, and puts a reflection on the picture if there is one.
pub(super) fn shine(dice: &mut Dice, wear: &Wear, picture: &mut RgbImage) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let angle = dice.between(0.0, std::f32::consts::TAU);
    let (across, down) = (angle.cos() * wear.shade, angle.sin() * wear.shade);
    let warm = dice.between(-0.04, 0.04);
    let spot = (dice.between(0.2, 0.8), dice.between(0.2, 0.8));
    let spread = (dice.between(0.05, 0.16), dice.between(0.05, 0.16));
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (u, v) = (x as f32 / width, y as f32 / height);
        let factor = 1.0 - wear.shade * 0.3 + (u - 0.5) * across + (v - 0.5) * down;
        let near = ((u - spot.0) / spread.0).powi(2) + ((v - spot.1) / spread.1).powi(2);
        let white = if wear.glare > 0.0 { wear.glare * (-near).exp() } else { 0.0 };
        let tints = [1.0 + warm, 1.0, 1.0 - warm];
        for (level, tint) in pixel.0.iter_mut().zip(tints) {
            let lit = (f32::from(*level) * factor * tint).clamp(0.0, 255.0);
            *level = (lit + (255.0 - lit) * white).round() as u8;
        }
    }
}
