//! Where colours change, and in which direction.

use super::small::Small;

/// Directions of a line's normal are told apart by this many steps in half a turn.
pub(super) const STEPS: usize = 180;

/// Levels of the strongest channel between the pixels before and behind an edge.
const EDGE_AT_LEAST: f32 = 7.0;

/// No edge.
const NONE: u8 = u8::MAX;

/// An edge's place and its normal's direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) x: u32,
    pub(super) y: u32,
    /// In steps, see [`STEPS`].
    pub(super) normal: u8,
}

/// The edges of a picture, one pixel wide.
pub(super) struct Edges {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) all: Vec<Edge>,
    normals: Vec<u8>,
}

impl Edges {
    /// The normal's direction of an edge at this place, if there is one.
    pub(super) fn normal(&self, x: i32, y: i32) -> Option<u8> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        let inside = x < self.width && y < self.height;
        inside.then(|| self.normals[(y * self.width + x) as usize]).filter(|normal| *normal != NONE)
    }

    /// The middle of the picture; lines are told by their distance from it.
    pub(super) fn middle(&self) -> (f32, f32) {
        (self.width as f32 / 2.0, self.height as f32 / 2.0)
    }
}

/// How many steps apart two directions are, a whole half turn being none.
pub(super) fn apart(one: u8, other: u8) -> u8 {
    let steps = one.abs_diff(other);
    steps.min(STEPS as u8 - steps)
}

/// The edges of `small`.
pub(super) fn edges(small: &Small) -> Edges {
    let (width, height) = small.pixels.dimensions();
    let slopes = slopes(small);
    let strength = |x: u32, y: u32| {
        let (across, down) = slopes[(y * width + x) as usize];
        across.hypot(down)
    };
    let mut out = Edges { width, height, all: Vec::new(), normals: vec![NONE; (width * height) as usize] };
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let own = strength(x, y);
            let slope = slopes[(y * width + x) as usize];
            let (dx, dy) = toward(slope);
            let beside = |sign: i32| strength(x.wrapping_add_signed(dx * sign), y.wrapping_add_signed(dy * sign));
            // Of two that are alike the first is taken.
            if own >= EDGE_AT_LEAST && own > beside(-1) && own >= beside(1) {
                let normal = direction(slope);
                out.normals[(y * width + x) as usize] = normal;
                out.all.push(Edge { x, y, normal });
            }
        }
    }
    out
}

/// The steepest channel's slope at each pixel, across and down.
fn slopes(small: &Small) -> Vec<(f32, f32)> {
    let (width, height) = (small.pixels.width() as usize, small.pixels.height() as usize);
    let raw = small.pixels.as_raw();
    let mut out = vec![(0.0, 0.0); width * height];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = (y * width + x) * 3;
            out[y * width + x] = (0..3).map(|channel| slope(raw, at + channel, width * 3)).fold((0.0, 0.0), steeper);
        }
    }
    out
}

/// Sobel's, as the difference between the two pixels beside.
fn slope(raw: &[u8], at: usize, line: usize) -> (f32, f32) {
    let level = |place: usize| i32::from(raw[place]);
    let column = |at: usize| level(at - line) + 2 * level(at) + level(at + line);
    let row = |at: usize| level(at - 3) + 2 * level(at) + level(at + 3);
    ((column(at + 3) - column(at - 3)) as f32 / 4.0, (row(at + line) - row(at - line)) as f32 / 4.0)
}

fn steeper(one: (f32, f32), other: (f32, f32)) -> (f32, f32) {
    if one.0 * one.0 + one.1 * one.1 < other.0 * other.0 + other.1 * other.1 { other } else { one }
}

/// The neighbour that the slope points to.
fn toward((across, down): (f32, f32)) -> (i32, i32) {
    const FLAT: f32 = 0.414;
    let sign = |value: f32| if value < 0.0 { -1 } else { 1 };
    match (across.abs(), down.abs()) {
        (x, y) if y <= x * FLAT => (sign(across), 0),
        (x, y) if x <= y * FLAT => (0, sign(down)),
        _ => (sign(across), sign(down)),
    }
}

fn direction((across, down): (f32, f32)) -> u8 {
    let steps = down.atan2(across).to_degrees().rem_euclid(180.0).round() as usize;
    (steps % STEPS) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    fn of(pixels: &RgbImage) -> Edges {
        edges(&Small::of(pixels).unwrap())
    }

    #[test]
    fn a_step_is_one_pixel_wide_and_its_normal_points_across() {
        let level = |x: u32| if x < 50 { 40 } else { 120 };
        let edges = of(&RgbImage::from_fn(100, 80, |x, _| Rgb([90, level(x), 90])));
        assert_eq!(edges.all.len(), 78);
        assert!(edges.all.iter().all(|edge| edge.normal == 0 && edge.x.abs_diff(50) <= 1));
        let turned = of(&RgbImage::from_fn(100, 80, |x, y| Rgb([level((x + y) / 2 + 10); 3])));
        let slanted = turned.all.iter().filter(|edge| apart(edge.normal, 45) <= 4).count();
        assert!(slanted > 50 && turned.all.len() - slanted < 12, "{slanted} of {}", turned.all.len());
    }

    #[test]
    fn a_plain_picture_has_none() {
        assert!(of(&RgbImage::from_pixel(90, 90, Rgb([200; 3]))).all.is_empty());
    }

    #[test]
    fn directions_meet_after_half_a_turn() {
        assert_eq!((apart(0, 179), apart(10, 100), apart(5, 5)), (1, 90, 0));
    }
}
