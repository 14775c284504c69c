//! A closer look at where a code seems to lie but was not read.

use image::{GrayImage, imageops};

use super::readers::{self, Found, Level};
use crate::wire::Boxed;

/// Sides in pixels to which a part is scaled, one after the other: some five to ten pixels to a module for the codes
/// that cards carry.
const SIDES: [u32; 3] = [260, 400, 640];

/// The blur that is taken away, in pixels.
const BLUR: f32 = 2.5;

/// Reads what lies in `area` and around it: scaled, sharpened, smoothed.
pub(super) fn read(grey: &GrayImage, area: &Boxed) -> Option<Found> {
    let part = part(grey, area)?;
    SIDES.into_iter().find_map(|side| {
        let plain = scaled(&part, side);
        let edited: [fn(&GrayImage) -> GrayImage; 3] = [GrayImage::clone, sharpened, smoothed];
        edited.iter().find_map(|edit| first_read(&edit(&plain)))
    })
}

fn first_read(part: &GrayImage) -> Option<Found> {
    let level = Level::new(part);
    readers::QUICK
        .iter()
        .chain(&readers::SLOW)
        .find_map(|reader| reader(&level).into_iter().find(|found| found.text.is_some()))
}

/// The area with a quarter of its side around it.
fn part(grey: &GrayImage, area: &Boxed) -> Option<GrayImage> {
    let margin = area.w.max(area.h) / 4;
    let (x, y) = (area.x.saturating_sub(margin), area.y.saturating_sub(margin));
    let right = (area.x + area.w).saturating_add(margin).min(grey.width());
    let bottom = (area.y + area.h).saturating_add(margin).min(grey.height());
    let view = (x < right && y < bottom).then(|| imageops::crop_imm(grey, x, y, right - x, bottom - y));
    view.map(|view| view.to_image())
}

fn scaled(part: &GrayImage, side: u32) -> GrayImage {
    let longest = part.width().max(part.height());
    let to = |pixels: u32| (pixels * side / longest).max(1);
    imageops::resize(part, to(part.width()), to(part.height()), imageops::FilterType::CatmullRom)
}

/// Twice the picture less its blurred self: what a lens out of focus took away, as far as it left anything.
fn sharpened(grey: &GrayImage) -> GrayImage {
    let mut out = imageops::fast_blur(grey, BLUR);
    for (soft, sharp) in out.iter_mut().zip(grey.as_raw()) {
        *soft = (3 * i32::from(*sharp) - 2 * i32::from(*soft)).clamp(0, 255) as u8;
    }
    out
}

fn smoothed(part: &GrayImage) -> GrayImage {
    imageops::fast_blur(part, 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn an_edge_is_steeper_afterwards_and_flat_parts_stay() {
        let edge = GrayImage::from_fn(60, 9, |x, _| Luma([(x.saturating_sub(20) * 10 + 40).min(200) as u8]));
        let sharp = sharpened(&edge);
        let step = |picture: &GrayImage| picture.get_pixel(34, 4).0[0] - picture.get_pixel(22, 4).0[0];
        assert!(step(&sharp) > step(&edge), "{} {}", step(&sharp), step(&edge));
        assert_eq!((sharp.get_pixel(3, 4), sharp.get_pixel(57, 4)), (&Luma([40]), &Luma([200])));
    }

    #[test]
    fn a_part_at_the_edge_or_beyond_it_is_cut_to_the_picture() {
        let grey = GrayImage::from_pixel(50, 40, Luma([9]));
        assert_eq!(part(&grey, &Boxed { x: 40, y: 30, w: 40, h: 40 }).unwrap().dimensions(), (20, 20));
        assert!(part(&grey, &Boxed { x: 200, y: 0, w: 40, h: 40 }).is_none());
    }
}
