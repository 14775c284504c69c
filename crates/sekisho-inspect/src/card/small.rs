//! The picture that is searched: some hundred pixels a side, and a little smoothed.

use image::{RgbImage, imageops};

/// Pixels of the longer side; below twice as many.
const LONG_SIDE: u32 = 480;

/// No card is looked for where the shorter side has fewer pixels.
const SHORT_SIDE_AT_LEAST: u32 = 48;

/// A picture with few enough pixels.
pub(super) struct Small {
    pub(super) pixels: RgbImage,
    /// How many pixels of the picture make one of these, in each direction.
    by: u32,
}

impl Small {
    /// Nothing, if `picture` is too small or too narrow to show a card.
    pub(super) fn of(picture: &RgbImage) -> Option<Self> {
        let (width, height) = picture.dimensions();
        let by = (width.max(height) / LONG_SIDE).max(1);
        if width.min(height) / by < SHORT_SIDE_AT_LEAST {
            return None;
        }
        let mean = if by == 1 { picture.clone() } else { means(picture, by) };
        Some(Self { pixels: smooth(&mean), by })
    }

    /// Places in pixels of the picture.
    pub(super) fn back(&self, places: [(f32, f32); 4]) -> [(f32, f32); 4] {
        let by = self.by as f32;
        let half = by / 2.0 - 0.5;
        places.map(|(x, y)| (x * by + half, y * by + half))
    }
}

/// Each `by` × `by` pixels become one; what remains at the right and at the bottom is left out.
pub(super) fn means(picture: &RgbImage, by: u32) -> RgbImage {
    let (width, height) = (picture.width() / by, picture.height() / by);
    let (line, by) = (picture.width() as usize * 3, by as usize);
    let mut out = RgbImage::new(width, height);
    let mut sums = vec![0_u32; width as usize * 3];
    let count = (by * by) as u32;
    for (row, rows) in out.chunks_exact_mut(sums.len()).zip(picture.as_raw().chunks_exact(line * by)) {
        sums.fill(0);
        rows.chunks_exact(line).for_each(|one| add(one, by, &mut sums));
        row.iter_mut().zip(&sums).for_each(|(to, sum)| *to = ((sum + count / 2) / count) as u8);
    }
    out
}

fn add(row: &[u8], by: usize, sums: &mut [u32]) {
    for (to, pixels) in sums.as_chunks_mut::<3>().0.iter_mut().zip(row.chunks_exact(by * 3)) {
        for pixel in pixels.as_chunks::<3>().0 {
            to.iter_mut().zip(pixel).for_each(|(sum, &level)| *sum += u32::from(level));
        }
    }
}

/// Noise and the grain of wood are no edges.
fn smooth(pixels: &RgbImage) -> RgbImage {
    imageops::fast_blur(pixels, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn a_large_picture_becomes_its_means_and_places_come_back() {
        let picture = RgbImage::from_fn(4003, 3001, |x, y| Rgb([(x / 16) as u8, (y / 16) as u8, 7]));
        let small = Small::of(&picture).unwrap();
        assert_eq!((small.by, small.pixels.dimensions()), (8, (500, 375)));
        assert_eq!(means(&picture, 8).get_pixel(100, 201), &Rgb([50, 100, 7]));
        assert_eq!(small.back([(0.0, 0.0), (10.0, 0.0), (0.0, 0.0), (0.0, 0.0)])[1], (83.5, 3.5));
    }

    #[test]
    fn what_is_too_narrow_is_not_searched() {
        for (width, height) in [(1, 1), (16_384, 1), (47, 300), (16_000, 900)] {
            assert!(Small::of(&RgbImage::new(width, height)).is_none(), "{width} × {height}");
        }
    }
}
