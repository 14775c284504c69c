//! A plane seen askew, drawn as seen from straight above.

use image::{Rgb, RgbImage};

use super::{Found, small::means};

/// The longer side of what is drawn, in pixels: print of two millimetres on a card has forty then.
const LONG_SIDE_AT_MOST: f32 = 1800.0;
/// The shortest side.
const SIDE_AT_LEAST: f32 = 16.0;
/// How much of what surrounds the card is drawn on each side, as a share of that side: corners are found to about that.
const MARGIN: f32 = 0.012;

/// The eight numbers of a plane projective map; the ninth is 1.
type Map = [f64; 8];

/// A card seen from straight above.
#[derive(Clone)]
pub struct Straight {
    /// The card, with its margins.
    pub picture: RgbImage,
    /// From places on it to places on the picture that it was found on.
    map: Map,
}

impl Straight {
    pub(super) fn of(picture: &RgbImage, found: &Found) -> Self {
        let corners = widened(found.corners);
        let (width, height) = size(&Found { corners, ..*found });
        let square = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        // Corners that lie in a row have no map; find gives none.
        let map = map(square, corners).unwrap_or([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        Self { picture: drawn(picture, &map, (width as u32, height as u32)), map }
    }

    /// A picture that is taken as it is: every place is where it was.
    pub const fn as_it_is(picture: RgbImage) -> Self {
        Self { picture, map: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0] }
    }

    /// Where this place lies on the picture that the card was found on. Both are in pixels from the upper left edge, so
    /// that the first pixel reaches from 0 to 1.
    pub fn back(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = apply(&self.map, f64::from(x), f64::from(y));
        (x as f32, y as f32)
    }
}

/// Moved outwards by [`MARGIN`].
fn widened(corners: [(f32, f32); 4]) -> [(f32, f32); 4] {
    let at = |place: usize| corners[place % 4];
    [0, 1, 2, 3].map(|place| {
        let (own, next, before) = (at(place), at(place + 1), at(place + 3));
        let out = |own: f32, next: f32, before: f32| own + (2.0 * own - next - before) * MARGIN + 0.5;
        (out(own.0, next.0, before.0), out(own.1, next.1, before.1))
    })
}

/// Width and height to draw it in: those of its longer sides, but not too many pixels.
fn size(found: &Found) -> (f32, f32) {
    let [top, right, bottom, left] = found.sides();
    let (width, height) = (top.max(bottom), right.max(left));
    let shrink = (LONG_SIDE_AT_MOST / width.max(height)).min(1.0);
    let side = |pixels: f32| (pixels * shrink).round().clamp(SIDE_AT_LEAST, LONG_SIDE_AT_MOST);
    (side(width), side(height))
}

/// The map that takes each of four places to its fellow: Heckbert, Fundamentals of Texture Mapping (1989), 2.2.3, as
/// eight equations.
fn map(from: [(f32, f32); 4], to: [(f32, f32); 4]) -> Option<Map> {
    let mut rows = [[0.0_f64; 9]; 8];
    for (at, ((x, y), (u, v))) in from.into_iter().zip(to).enumerate() {
        let [x, y, u, v] = [x, y, u, v].map(f64::from);
        rows[2 * at] = [x, y, 1.0, 0.0, 0.0, 0.0, -x * u, -y * u, u];
        rows[2 * at + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -x * v, -y * v, v];
    }
    solved(rows)
}

/// Gauss and Jordan, with the largest pivot.
fn solved(mut rows: [[f64; 9]; 8]) -> Option<Map> {
    for column in 0..8 {
        let pivot = (column..8).max_by(|one, other| rows[*one][column].abs().total_cmp(&rows[*other][column].abs()))?;
        rows.swap(column, pivot);
        let own = rows[column];
        if own[column].abs() < 1e-9 {
            return None;
        }
        for row in (0..8).filter(|row| *row != column) {
            let factor = rows[row][column] / own[column];
            (column..9).for_each(|at| rows[row][at] -= factor * own[at]);
        }
    }
    Some([0, 1, 2, 3, 4, 5, 6, 7].map(|row| rows[row][8] / rows[row][row]))
}

fn apply(map: &Map, x: f64, y: f64) -> (f64, f64) {
    let [a, b, c, d, e, f, g, h] = *map;
    let over = g * x + h * y + 1.0;
    ((a * x + b * y + c) / over, (d * x + e * y + f) / over)
}

fn drawn(picture: &RgbImage, map: &Map, (width, height): (u32, u32)) -> RgbImage {
    // Where several pixels become one they are averaged first, else thin strokes break.
    let by =
        pixels_to_one(map, f64::from(width) / 2.0, f64::from(height) / 2.0).min(picture.width()).min(picture.height());
    let small = (by > 1).then(|| means(picture, by));
    let from = small.as_ref().unwrap_or(picture);
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = apply(map, f64::from(x) + 0.5, f64::from(y) + 0.5);
        between(from, (u / f64::from(by) - 0.5) as f32, (v / f64::from(by) - 0.5) as f32)
    })
}

/// How many pixels of the picture in a row become one, around this place.
fn pixels_to_one(map: &Map, x: f64, y: f64) -> u32 {
    let (here, beside) = (apply(map, x, y), apply(map, x + 1.0, y));
    ((beside.0 - here.0).hypot(beside.1 - here.1) as u32).clamp(1, 16)
}

/// Between the four pixels around a place; the picture's edge goes on for ever.
fn between(picture: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (last_x, last_y) = (picture.width() - 1, picture.height() - 1);
    let (x, y) = (x.clamp(0.0, last_x as f32), y.clamp(0.0, last_y as f32));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
    let (across, down) = (x - left as f32, y - top as f32);
    let level = |x: u32, y: u32, channel: usize| f32::from(picture.get_pixel(x, y).0[channel]);
    Rgb([0, 1, 2].map(|channel| {
        let mix = |one: f32, other: f32, share: f32| one + (other - one) * share;
        let upper = mix(level(left, top, channel), level(right, top, channel), across);
        let lower = mix(level(left, bottom, channel), level(right, bottom, channel), across);
        (mix(upper, lower, down) + 0.5) as u8
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(corners: [(f32, f32); 4]) -> Found {
        Found { corners, certainty: 1.0, cut_off: false }
    }

    #[test]
    fn a_place_on_the_card_goes_back_to_where_it_was_seen() {
        let corners = [(120.0, 80.0), (700.0, 130.0), (660.0, 520.0), (90.0, 430.0)];
        let picture = RgbImage::from_fn(800, 600, |x, y| Rgb([(x / 4) as u8, (y / 4) as u8, 0]));
        let straight = Straight::of(&picture, &found(corners));
        let (width, height) = straight.picture.dimensions();
        for (x, y) in [(10, 10), (width / 2, height / 2), (width - 10, height - 20)] {
            let (u, v) = straight.back(x as f32 + 0.5, y as f32 + 0.5);
            let [red, green, _] = straight.picture.get_pixel(x, y).0.map(f32::from);
            assert!((u / 4.0 - red).abs() < 1.5 && (v / 4.0 - green).abs() < 1.5, "{x} {y}: {u} {v}, {red} {green}");
        }
        // The margins lie without.
        let (x, y) = straight.back(0.0, 0.0);
        assert!(x < 120.0 && y < 80.0 && x > 90.0 && y > 60.0, "{x} {y}");
    }

    #[test]
    fn a_large_card_is_drawn_smaller_and_no_corners_make_it_fall() {
        let corners = [(0.0, 0.0), (3999.0, 0.0), (3999.0, 2500.0), (0.0, 2500.0)];
        let straight = Straight::of(&RgbImage::new(4000, 2501), &found(corners));
        assert_eq!(straight.picture.width(), 1800);
        for corners in [
            [(5.0, 5.0); 4],
            [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)],
            [(f32::NAN, 0.0), (1e30, 0.0), (-1e30, 9.0), (0.0, f32::INFINITY)],
        ] {
            let picture = Straight::of(&RgbImage::new(40, 30), &found(corners)).picture;
            assert!(picture.width().max(picture.height()) <= 1800);
        }
    }

    #[test]
    fn a_picture_that_is_taken_as_it_is_maps_to_itself() {
        assert_eq!(Straight::as_it_is(RgbImage::new(9, 9)).back(3.5, 4.0), (3.5, 4.0));
    }
}
