//! A thin frame around a part of a picture, for somebody to look there first.

use image::{Rgb, RgbImage};

use crate::read::line::Quad;

/// Blue that shows on white paper and on the paint, and is in no watermark.
const COLOUR: Rgb<u8> = Rgb([0, 106, 220]);

/// Between what is framed and the frame: a share of its height, as a line's last letter may reach out of where the line
/// was found, and no fewer and no more pixels than these.
const GAP: (f32, f32, f32) = (0.2, 3.0, 16.0);

/// Draws it around the four corners, upright, and over nothing of what lies within.
pub(crate) fn around(pixels: &mut RgbImage, corners: Quad) {
    let thick = (pixels.width().max(pixels.height()) as f32 / 500.0).clamp(2.0, 6.0);
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let (across, down) = (ends(corners.map(|at| at.0)), ends(corners.map(|at| at.1)));
    let gap = ((down.1 - down.0) * GAP.0).clamp(GAP.1, GAP.2);
    let (left, top) = ((across.0 - gap).clamp(0.0, width), (down.0 - gap).clamp(0.0, height));
    let (right, bottom) = ((across.1 + gap).clamp(0.0, width), (down.1 + gap).clamp(0.0, height));
    fill(pixels, (left - thick, top - thick), (right + thick, top));
    fill(pixels, (left - thick, bottom), (right + thick, bottom + thick));
    fill(pixels, (left - thick, top), (left, bottom));
    fill(pixels, (right, top), (right + thick, bottom));
}

/// The least and the greatest.
fn ends(values: [f32; 4]) -> (f32, f32) {
    (values.into_iter().fold(f32::INFINITY, f32::min), values.into_iter().fold(f32::NEG_INFINITY, f32::max))
}

fn fill(pixels: &mut RgbImage, from: (f32, f32), to: (f32, f32)) {
    let (width, height) = pixels.dimensions();
    for y in (from.1.max(0.0) as u32)..(to.1.max(0.0) as u32).min(height) {
        for x in (from.0.max(0.0) as u32)..(to.0.max(0.0) as u32).min(width) {
            pixels.put_pixel(x, y, COLOUR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_around_and_never_within() {
        let paper = RgbImage::from_pixel(200, 100, Rgb([255; 3]));
        let mut framed = paper.clone();
        around(&mut framed, [(50.0, 40.0), (150.0, 40.0), (150.0, 60.0), (50.0, 60.0)]);
        let within = |x: u32, y: u32| (50..150).contains(&x) && (40..60).contains(&y);
        assert!(framed.enumerate_pixels().filter(|(x, y, _)| within(*x, *y)).all(|(_, _, pixel)| pixel.0 == [255; 3]));
        assert_eq!(
            (framed.get_pixel(100, 35), framed.get_pixel(45, 50), framed.get_pixel(20, 50)),
            (&COLOUR, &COLOUR, &Rgb([255; 3]))
        );
    }

    #[test]
    fn no_corners_make_it_fall() {
        for corners in
            [[(f32::NAN, 0.0); 4], [(-1e9, -1e9), (1e9, 5.0), (f32::INFINITY, 3.0), (0.0, -4.0)], [(300.0, 300.0); 4]]
        {
            around(&mut RgbImage::new(30, 20), corners);
        }
    }
}
