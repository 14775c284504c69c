//! A line cut out of its picture, straight and as high as recognition wants it.

use image::{Rgb, RgbImage};

use super::{Planes, rectangle::Rectangle};

/// Height of a strip in pixels.
pub(super) const HEIGHT: usize = 48;
/// The longest strip: a passport's line of 44 letters takes about 1500.
const LONGEST: usize = 2400;
/// The shortest.
const SHORTEST: usize = 32;

/// What lies within `line`, as recognition sees it; upside down if asked.
pub(super) fn strip(picture: &RgbImage, line: &Rectangle, upside_down: bool) -> Planes {
    let width = (HEIGHT as f32 * line.width / line.height.max(1.0)).round() as usize;
    let width = width.clamp(SHORTEST, LONGEST);
    let step = (line.width / width as f32, line.height / HEIGHT as f32);
    // Of print larger than the strip several points are averaged.
    let samples = (step.0.max(step.1).ceil() as usize).clamp(1, 4);
    let mut values = vec![0.0; 3 * HEIGHT * width];
    for y in 0..HEIGHT {
        for x in 0..width {
            let (column, row) = if upside_down { (width - 1 - x, HEIGHT - 1 - y) } else { (x, y) };
            let colour = mean(picture, line, (column as f32, row as f32), step, samples);
            for (plane, value) in [2, 1, 0].into_iter().enumerate() {
                values[(plane * HEIGHT + y) * width + x] = colour[value] / 127.5 - 1.0;
            }
        }
    }
    Planes { width, height: HEIGHT, values }
}

/// The mean colour of the pixel of the strip at `at`, whose pixels are `step` large in the picture.
fn mean(picture: &RgbImage, line: &Rectangle, at: (f32, f32), step: (f32, f32), samples: usize) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for index in 0..samples * samples {
        let part = |part: usize| (part as f32 + 0.5) / samples as f32;
        let u = (at.0 + part(index % samples)) * step.0 - line.width / 2.0;
        let v = (at.1 + part(index / samples)) * step.1 - line.height / 2.0;
        let (x, y) = line.along;
        let point = (line.middle.0 + u * x - v * y, line.middle.1 + u * y + v * x);
        let colour = between(picture, point);
        sum.iter_mut().zip(colour).for_each(|(sum, value)| *sum += value);
    }
    sum.map(|sum| sum / (samples * samples) as f32)
}

/// How bent the curve through four pixels is (Keys 1981): that of the pictures from which the networks learned.
const BENT: f32 = -0.75;

/// The colour at a point, on a curve through the sixteen pixels around it; beyond the edge that of the edge. A straight
/// line through four would blur small print so that an O looks like a D.
fn between(picture: &RgbImage, (x, y): (f32, f32)) -> [f32; 3] {
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let mut sum = [0.0; 3];
    for (row, down) in down.into_iter().enumerate() {
        for (column, across) in across.into_iter().enumerate() {
            let pixel = pixel(picture, left + column as f32 - 1.0, top + row as f32 - 1.0);
            sum.iter_mut().zip(pixel.0).for_each(|(sum, value)| *sum += across * down * f32::from(value));
        }
    }
    sum.map(|value| value.clamp(0.0, 255.0))
}

fn pixel(picture: &RgbImage, x: f32, y: f32) -> &Rgb<u8> {
    let inside = |value: f32, side: u32| (value.max(0.0) as u32).min(side.saturating_sub(1));
    picture.get_pixel(inside(x, picture.width()), inside(y, picture.height()))
}

/// How much each of four pixels in a row counts at `part` of the way from the second to the third. They add up to 1.
fn weights(part: f32) -> [f32; 4] {
    let near = |away: f32| ((BENT + 2.0) * away - (BENT + 3.0)) * away * away + 1.0;
    let far = |away: f32| ((BENT * away - 5.0 * BENT) * away + 8.0 * BENT) * away - 4.0 * BENT;
    [far(1.0 + part), near(part), near(1.0 - part), far(2.0 - part)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red on the left, blue on the right, darker towards the bottom.
    fn picture() -> RgbImage {
        RgbImage::from_fn(100, 100, |x, y| {
            let shade = 250 - y as u8 * 2;
            if x < 50 { Rgb([shade, 0, 0]) } else { Rgb([0, 0, shade]) }
        })
    }

    fn value(strip: &Planes, plane: usize, x: usize, y: usize) -> f32 {
        strip.values[(plane * HEIGHT + y) * strip.width + x]
    }

    #[test]
    fn a_strip_shows_what_lies_in_the_line_and_turned_if_asked() {
        let line = Rectangle { middle: (50.0, 50.0), width: 80.0, height: 20.0, along: (1.0, 0.0) };
        let (upright, turned) = (strip(&picture(), &line, false), strip(&picture(), &line, true));
        assert_eq!((upright.width, upright.values.len()), (192, 3 * 48 * 192));
        assert!(value(&upright, 2, 10, 5) > 0.0 && value(&upright, 0, 10, 5) == -1.0, "red on the left");
        assert!(value(&upright, 2, 10, 5) > value(&upright, 2, 10, 40), "darker below");
        assert_eq!(value(&turned, 0, 10, 5), value(&upright, 0, 181, 42));
    }

    #[test]
    fn pixels_count_as_much_as_they_are_near_and_one_in_all() {
        assert_eq!(weights(0.0), [0.0, 1.0, 0.0, 0.0]);
        let half = weights(0.5);
        assert!((half.iter().sum::<f32>() - 1.0).abs() < 1e-6 && half[0] < 0.0 && half[0] == half[3], "{half:?}");
        assert!((weights(0.3).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_line_that_leaves_the_picture_goes_on_with_its_edge() {
        let line = Rectangle { middle: (0.0, 0.0), width: 300.0, height: 200.0, along: (1.0, 0.0) };
        let strip = strip(&picture(), &line, false);
        assert!((value(&strip, 2, 0, 0) - (250.0 / 127.5 - 1.0)).abs() < 1e-6);
    }
}
