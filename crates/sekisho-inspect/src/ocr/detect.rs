//! Finding the lines of a picture.

use image::{RgbImage, imageops};

use super::{Engine, EngineError, Planes, rectangle::Rectangle, regions};

/// Detection sees the picture with this long side at the most, in pixels.
const LONG_SIDE: u32 = 1280;
/// And, as far as the long side allows, with this short side at the least: print of a small picture is found better
/// when it is made larger.
const SHORT_SIDE: u32 = 736;
/// Sides are multiples of this.
const STEP: u32 = 32;

/// The lines of `picture`, in its pixels.
pub(super) fn lines(engine: &dyn Engine, picture: &RgbImage) -> Result<Vec<Rectangle>, EngineError> {
    let (width, height) = seen(picture.dimensions());
    let smaller = imageops::resize(picture, width, height, imageops::FilterType::Triangle);
    let map = engine.detect(planes(&smaller))?;
    if map.len() != (width * height) as usize {
        return Err(EngineError::Run("the map of lines has another size than the picture".into()));
    }
    let scale = (picture.width() as f32 / width as f32, picture.height() as f32 / height as f32);
    Ok(regions::lines(&map, width as usize).into_iter().map(|line| line.scaled(scale)).collect())
}

/// The size at which a picture of this size is seen.
fn seen((width, height): (u32, u32)) -> (u32, u32) {
    let (long, short) = (width.max(height) as f32, width.min(height) as f32);
    let scale = (SHORT_SIDE as f32 / short).max(1.0).min(LONG_SIDE as f32 / long);
    let side = |side: u32| ((side as f32 * scale / STEP as f32).round() as u32).max(1) * STEP;
    (side(width), side(height))
}

/// As networks see a picture.
pub(super) fn planes(picture: &RgbImage) -> Planes {
    let plane = |channel: usize| picture.pixels().map(move |pixel| f32::from(pixel.0[channel]) / 127.5 - 1.0);
    let values = plane(2).chain(plane(1)).chain(plane(0)).collect();
    Planes { width: picture.width() as usize, height: picture.height() as usize, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_seen_at_multiples_of_32() {
        assert_eq!(seen((4000, 3000)), (1280, 960));
        assert_eq!(seen((800, 500)), (1184, 736));
        assert_eq!(seen((1000, 900)), (992, 896));
        assert_eq!(seen((16_000, 10)), (1280, 32));
    }

    #[test]
    fn planes_are_blue_green_and_red_around_zero() {
        let picture = RgbImage::from_pixel(1, 1, image::Rgb([255, 0, 51]));
        let values = planes(&picture).values;
        assert!((values[0] + 0.6).abs() < 1e-6 && values[1..] == [-1.0, 1.0], "{values:?}");
    }
}
