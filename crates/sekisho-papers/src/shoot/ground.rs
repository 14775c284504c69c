//! What a paper lies on, and the paper on it.

use image::{Rgb, RgbImage};

use super::{Wear, view::View, wear::Ground};
use crate::{
    canvas::{Area, Drawn},
    dice::Dice,
};

/// The paper, seen by `view`, on its ground.
pub(super) fn with_paper(dice: &mut Dice, wear: &Wear, view: &View, paper: &RgbImage) -> RgbImage {
    let ground = Weave::new(dice, wear.ground, view);
    let shadow = f64::from(dice.between(2.0, 6.0)) * f64::from(view.size.0) / 1000.0;
    RgbImage::from_fn(view.size.0, view.size.1, |x, y| {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        let (u, v) = view.back.map(x, y);
        if let Some(colour) = sampled(view, paper, u, v) {
            return Rgb(colour);
        }
        let colour = ground.at(x as f32, y as f32);
        let (u, v) = view.back.map(x - shadow, y - shadow);
        let shaded = ground.kind != Ground::White && sampled(view, paper, u, v).is_some();
        Rgb(colour.map(|level| (level * if shaded { 0.72 } else { 1.0 }).clamp(0.0, 255.0) as u8))
    })
}

/// The paper's colour between its pixels; nothing beyond its rounded corners.
fn sampled(view: &View, paper: &RgbImage, u: f64, v: f64) -> Option<[u8; 3]> {
    let (width, height) = (f64::from(paper.width()), f64::from(paper.height()));
    if !(0.0..width).contains(&u)
        || !(0.0..height).contains(&v)
        || beyond_the_corner(view.roundness, (u.min(width - u), v.min(height - v)))
    {
        return None;
    }
    let (x, y) = ((u - 0.5).clamp(0.0, width - 1.0), (v - 0.5).clamp(0.0, height - 1.0));
    let (left, top) = (x as u32, y as u32);
    let (right, below) = ((left + 1).min(paper.width() - 1), (top + 1).min(paper.height() - 1));
    let (across, down) = ((x - f64::from(left)) as f32, (y - f64::from(top)) as f32);
    let pixel = |x, y| paper.get_pixel(x, y).0.map(f32::from);
    let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, below), pixel(right, below));
    let level = |place: usize| {
        let upper = a[place] + (b[place] - a[place]) * across;
        let lower = c[place] + (d[place] - c[place]) * across;
        (upper + (lower - upper) * down).round() as u8
    };
    Some([level(0), level(1), level(2)])
}

/// Whether a point that is so far from the nearest sides lies beyond the round corner between them.
fn beyond_the_corner(radius: f64, from_sides: (f64, f64)) -> bool {
    let (dx, dy) = (radius - from_sides.0, radius - from_sides.1);
    dx > 0.0 && dy > 0.0 && dx.hypot(dy) > radius
}

/// A ground's pattern.
struct Weave {
    kind: Ground,
    base: [f32; 3],
    seed: u32,
    /// Pixels to a unit of the pattern.
    unit: f32,
}

impl Weave {
    fn new(dice: &mut Dice, kind: Ground, view: &View) -> Self {
        let base = match kind {
            Ground::White => [252.0, 252.0, 252.0],
            Ground::Desk => dice.one(&[[70.0, 72.0, 78.0], [176.0, 170.0, 160.0], [30.0, 32.0, 40.0]]),
            Ground::Wood => dice.one(&[[150.0, 104.0, 64.0], [196.0, 160.0, 118.0], [88.0, 58.0, 40.0]]),
            Ground::Cloth => dice.one(&[[60.0, 84.0, 120.0], [140.0, 60.0, 60.0], [190.0, 186.0, 178.0]]),
            Ground::Hand => dice.one(&[[190.0, 148.0, 122.0], [164.0, 118.0, 92.0], [120.0, 84.0, 64.0]]),
        };
        Self { kind, base, seed: dice.below(u32::MAX), unit: view.size.0.max(view.size.1) as f32 / 100.0 }
    }

    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (u, v) = (x / self.unit, y / self.unit);
        let factor = match self.kind {
            Ground::White => 1.0,
            Ground::Desk => 0.96 + 0.08 * self.soft(u / 6.0, v / 6.0),
            Ground::Wood => 0.80 + 0.30 * self.soft(u / 20.0, v * 1.6) + 0.10 * self.soft(u / 3.0, v * 6.0),
            Ground::Cloth => 0.85 + 0.15 * ((u * 5.0).sin() * (v * 5.0).sin()) + 0.1 * self.soft(u, v),
            Ground::Hand => 0.82 + 0.30 * self.soft(u / 18.0, v / 25.0) + 0.05 * self.soft(u * 2.0, v * 2.0),
        };
        self.base.map(|level| level * factor)
    }

    /// Chance between the corners of a grid, 0 to 1, without steps.
    fn soft(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (x - left, y - top);
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let at = |dx: i32, dy: i32| self.grain(left as i32 + dx, top as i32 + dy);
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * ease(t);
        mix(mix(at(0, 0), at(1, 0), across), mix(at(0, 1), at(1, 1), across), down)
    }

    fn grain(&self, x: i32, y: i32) -> f32 {
        let mut hash = self.seed ^ (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA6B);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2C1B_3C6D);
        hash = (hash ^ (hash >> 12)).wrapping_mul(0x297A_2D39);
        (hash ^ (hash >> 15)) as f32 / u32::MAX as f32
    }
}

/// Fingers over the paper's edge, where no field is, if a hand holds it.
pub(super) fn fingers(dice: &mut Dice, wear: &Wear, view: &View, drawn: &Drawn, picture: &mut RgbImage) {
    if wear.ground != Ground::Hand {
        return;
    }
    let (width, height) = (view.paper.0 / drawn.scale, view.paper.1 / drawn.scale);
    let skin = dice.one(&[[214, 170, 142], [186, 138, 110], [140, 98, 76]]);
    let (wide, deep) = (dice.between(11.0, 15.0), dice.between(3.0, 7.0));
    for at in [dice.between(0.1, 0.9) * width, dice.between(0.1, 0.9) * width] {
        // From below the lower edge upwards.
        let tip = Area::new(at - wide / 2.0, height - deep, wide, deep * 2.0);
        if drawn.marks.iter().all(|mark| !mark.area.meets(tip)) {
            finger(view, drawn.scale, tip, skin, picture);
        }
    }
}

fn finger(view: &View, scale: f32, tip: Area, skin: [u8; 3], picture: &mut RgbImage) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (u, v) = view.back.map(f64::from(x), f64::from(y));
        let (u, v) = (u as f32 / scale - tip.x, v as f32 / scale - tip.y);
        let (dx, dy) = (u / tip.w * 2.0 - 1.0, (1.0 - v / tip.h * 2.0).max(0.0));
        let inside = dx.hypot(dy);
        if v > 0.0 && inside < 1.0 {
            let light = 1.05 - 0.35 * inside * inside;
            *pixel = Rgb(skin.map(|level: u8| (f32::from(level) * light).min(255.0) as u8));
        }
    }
}
