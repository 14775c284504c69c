//! Where a paper comes to lie in a picture: turned, tilted, seen by a pinhole.

use super::Wear;
use crate::dice::Dice;

/// A plane's picture on another plane, by nine numbers, the last of which is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Homography([f64; 9]);

impl Homography {
    /// The one that maps four points onto four others; nothing if three of them lie on a line.
    pub fn between(from: [(f64, f64); 4], to: [(f64, f64); 4]) -> Option<Self> {
        let mut rows = [[0.0; 9]; 8];
        for (place, ((x, y), (u, v))) in from.into_iter().zip(to).enumerate() {
            rows[place * 2] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
            rows[place * 2 + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
        }
        let solved = solved(rows)?;
        let mut all = [1.0; 9];
        all[..8].copy_from_slice(&solved);
        Some(Self(all))
    }

    /// Where a point comes to lie.
    pub fn map(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let depth = g * x + h * y + i;
        ((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)
    }
}

/// Gauss's elimination over eight equations, each with its right side last.
fn solved(mut rows: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let pivot = (column..8).max_by(|one, other| rows[*one][column].abs().total_cmp(&rows[*other][column].abs()))?;
        rows.swap(column, pivot);
        let divisor = rows[column][column];
        if divisor.abs() < 1e-12 {
            return None;
        }
        rows[column].iter_mut().for_each(|value| *value /= divisor);
        let own = rows[column];
        for (_, row) in rows.iter_mut().enumerate().filter(|(place, _)| *place != column) {
            let factor = row[column];
            row.iter_mut().zip(own).for_each(|(value, own)| *value -= factor * own);
        }
    }
    Some(rows.map(|row| row[8]))
}

/// How a paper is seen.
pub struct View {
    /// From the paper's pixels to the picture's.
    pub homography: Homography,
    /// And back.
    pub back: Homography,
    /// The picture's width and height.
    pub size: (u32, u32),
    /// The paper's width and height in its own pixels.
    pub paper: (f32, f32),
    /// The paper's corners in the picture.
    pub corners: [(f64, f64); 4],
    /// How round the paper's corners are, in its own pixels.
    pub roundness: f64,
}

impl View {
    /// Chance lays a paper of `paper` pixels into a picture whose longer side is `long_side`.
    pub fn new(dice: &mut Dice, wear: &Wear, long_side: u32, paper: (u32, u32), roundness: f32) -> Self {
        let (width, height) = (f64::from(paper.0), f64::from(paper.1));
        let flat = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        let seen = flat.map(|(x, y)| pinhole(wear, (x - width / 2.0, y - height / 2.0), width.hypot(height)));
        let (left, right) = bounds(seen.map(|point| point.0));
        let (top, bottom) = bounds(seen.map(|point| point.1));
        let (wide, high) = (right - left, bottom - top);
        let size = frame(wear, dice, long_side, (wide, high));
        let room = (f64::from(size.0) * f64::from(wear.share), f64::from(size.1) * f64::from(wear.share));
        let scale = (room.0 / wide).min(room.1 / high);
        let spare = (f64::from(size.0) - wide * scale, f64::from(size.1) - high * scale);
        let shift = (spare.0 * f64::from(dice.between(0.3, 0.7)), spare.1 * f64::from(dice.between(0.3, 0.7)));
        let corners = seen.map(|(x, y)| ((x - left) * scale + shift.0, (y - top) * scale + shift.1));
        let homography = Homography::between(flat, corners).expect("a paper seen from above has four corners");
        let back = Homography::between(corners, flat).expect("and so has its picture");
        Self { homography, back, size, paper: (paper.0 as f32, paper.1 as f32), corners, roundness: roundness.into() }
    }

    /// The picture's pixels to one of the paper's, on average.
    pub fn scale(&self) -> f32 {
        let [a, b, c, d] = self.corners;
        let twice = (a.0 - c.0) * (b.1 - d.1) - (a.1 - c.1) * (b.0 - d.0);
        ((twice.abs() / 2.0).sqrt() as f32) / (self.paper.0 * self.paper.1).sqrt()
    }
}

/// A point of the paper, turned and tilted, as a camera sees it from about two diagonals away.
fn pinhole(wear: &Wear, at: (f64, f64), diagonal: f64) -> (f64, f64) {
    let turn = f64::from(wear.turn + 90.0 * f32::from(wear.quarters)).to_radians();
    let (x, y) = (at.0 * turn.cos() - at.1 * turn.sin(), at.0 * turn.sin() + at.1 * turn.cos());
    let (over, along) = (f64::from(wear.tilt.0).to_radians(), f64::from(wear.tilt.1).to_radians());
    let (y, depth) = (y * over.cos(), y * over.sin());
    let (x, depth) = (x * along.cos() + depth * along.sin(), depth * along.cos() - x * along.sin());
    let far = diagonal * 2.0;
    (x * far / (far + depth), y * far / (far + depth))
}

fn bounds(values: [f64; 4]) -> (f64, f64) {
    (values.into_iter().fold(f64::MAX, f64::min), values.into_iter().fold(f64::MIN, f64::max))
}

/// The picture's size: a scan is cut to the paper, a camera has four by three.
fn frame(wear: &Wear, dice: &mut Dice, long_side: u32, seen: (f64, f64)) -> (u32, u32) {
    let long = f64::from(long_side);
    let scan = wear.tilt == (0.0, 0.0) && dice.once_in(60);
    let short = if scan { long * seen.0.min(seen.1) / seen.0.max(seen.1) } else { long * 0.75 };
    let (long, short) = (long.round() as u32, short.round() as u32);
    if seen.0 >= seen.1 { (long, short) } else { (short, long) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shoot::Severity;

    #[test]
    fn corners_come_to_lie_where_they_are_told_and_come_back() {
        let from = [(0.0, 0.0), (10.0, 0.0), (10.0, 6.0), (0.0, 6.0)];
        let to = [(3.0, 2.0), (90.0, 5.0), (80.0, 60.0), (1.0, 50.0)];
        let (there, back) = (Homography::between(from, to).unwrap(), Homography::between(to, from).unwrap());
        for (from, to) in from.into_iter().zip(to) {
            let (mapped, returned) = (there.map(from.0, from.1), back.map(to.0, to.1));
            assert!((mapped.0 - to.0).hypot(mapped.1 - to.1) < 1e-9);
            assert!((returned.0 - from.0).hypot(returned.1 - from.1) < 1e-9);
        }
        assert_eq!(Homography::between([(0.0, 0.0); 4], to), None);
    }

    #[test]
    fn a_paper_lies_within_its_picture_however_it_is_held() {
        for seed in 0..200 {
            let mut dice = Dice::new(seed, "view");
            let wear = Wear::new(&mut dice, Severity::Hard);
            let view = View::new(&mut dice, &wear, 1000, (856, 540), 30.0);
            let (width, height) = (f64::from(view.size.0), f64::from(view.size.1));
            let within = |(x, y): (f64, f64)| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
            assert!(view.corners.into_iter().all(within), "{seed} {:?}", view.corners);
        }
    }
}
