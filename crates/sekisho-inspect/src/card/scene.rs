//! Drawn photographs of made-up cards on tables, for tests and for measuring.

use image::{Rgb, RgbImage, imageops};

use crate::samples::{self, Dice};

/// A card on a table, and where its corners are.
pub(crate) struct Scene {
    pub(crate) picture: RgbImage,
    pub(crate) corners: [(f32, f32); 4],
    /// What it was made from.
    pub(crate) terms: String,
}

/// How hard a scene is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Severity {
    Clean,
    Mild,
    Hard,
}

/// What a card lies on.
#[derive(Clone, Copy, Debug)]
enum Table {
    Plain,
    Wood,
    Cloth,
    Checks,
}

const TABLES: [Table; 4] = [Table::Plain, Table::Wood, Table::Cloth, Table::Checks];

/// The card's face, ten pixels to a millimetre or so: a title, a portrait, print and lines between it.
pub(crate) fn face(dice: &mut Dice, width: u32, height: u32) -> RgbImage {
    let tint = [0, 1, 2].map(|_| 185.0 + dice.share() * 65.0);
    let other = [0, 1, 2].map(|_| 185.0 + dice.share() * 65.0);
    let print = imageops::resize(
        &samples::text_page(width * 2 / 3, height * 2 / 3),
        width,
        height,
        imageops::FilterType::Triangle,
    );
    let (left, seed) = (dice.below(2) == 0, dice.share() * 9.0);
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let portrait =
            if left { (0.05..0.3).contains(&u) } else { (0.7..0.95).contains(&u) } && (0.3..0.9).contains(&v);
        if portrait {
            let wave = ((u * 30.0 + seed).sin() * (v * 22.0 + seed).cos() * 60.0 + 120.0) as u8;
            return Rgb([wave, wave - wave / 5, wave - wave / 3]);
        }
        let share = (u * 5.0 + v * 7.0 + seed).sin() * 0.5 + 0.5;
        let line = (v * 8.0).fract() < 0.012 && v > 0.25;
        let row = (v * 14.0) as u32;
        let printed = row % 2 == 1
            && (0.06..0.94).contains(&u)
            && (0.05..0.95).contains(&v)
            && (u * 3.0 + v * 5.0 + seed).sin() > -0.4;
        let ink = if line {
            0.4
        } else if printed {
            f32::from(print.get_pixel(x, y).0[0]) / 255.0
        } else {
            1.0
        };
        Rgb([0, 1, 2].map(|c| ((tint[c] * share + other[c] * (1.0 - share)) * ink) as u8))
    })
}

/// A scene, the same again for the same seed.
pub(crate) fn scene(seed: u64, severity: Severity, width: u32, height: u32) -> Scene {
    let mut dice = Dice::new(seed.wrapping_mul(2_654_435_761).wrapping_add(severity as u64));
    let ratio = if dice.below(3) == 0 { 1.42 } else { 1.586 };
    let face = face(&mut dice, 1200, (1200.0 / ratio) as u32);
    let corners = corners(&mut dice, severity, ratio, (width as f32, height as f32));
    let table = TABLES[dice.below(if severity == Severity::Clean { 2 } else { 4 }) as usize];
    let paint = Paint::of(&mut dice, table, &face, severity);
    let inside = into_unit(corners);
    let mut picture = RgbImage::from_fn(width, height, |x, y| paint.at(&face, &inside, (x, y), (width, height), ratio));
    let blur = match severity {
        Severity::Clean => 0.0,
        Severity::Mild => dice.share() * 1.2,
        Severity::Hard => 0.5 + dice.share() * 2.0,
    };
    if blur > 0.05 {
        picture = imageops::fast_blur(&picture, blur);
    }
    let noise = match severity {
        Severity::Clean => 2.0,
        Severity::Mild => 8.0,
        Severity::Hard => 18.0,
    };
    for level in picture.iter_mut() {
        *level = (f32::from(*level) + (dice.share() - 0.5) * 2.0 * noise).clamp(0.0, 255.0) as u8;
    }
    Scene { picture, corners, terms: format!("{seed} {severity:?} {table:?} blur {blur:.1}") }
}

/// A card filling the picture, as a scanner gives it.
pub(crate) fn scan(seed: u64) -> RgbImage {
    let mut dice = Dice::new(seed.wrapping_mul(7_919));
    let long = 500 + dice.below(1200) as u32;
    let ratio = if dice.below(2) == 0 { 1.42 } else { 1.586 };
    face(&mut dice, long, (long as f32 / ratio) as u32)
}

fn corners(dice: &mut Dice, severity: Severity, ratio: f32, (width, height): (f32, f32)) -> [(f32, f32); 4] {
    let (tilt, turn) = match severity {
        Severity::Clean => (0.04, 0.06),
        Severity::Mild => (0.12, 0.5),
        Severity::Hard => (0.3, std::f32::consts::TAU),
    };
    let angle = (dice.share() - 0.5) * turn * 2.0;
    let room = (width / (angle.cos().abs() + angle.sin().abs() / ratio))
        .min(height / (angle.sin().abs() + angle.cos().abs() / ratio));
    let long = room * (0.55 + dice.share() * 0.33);
    let (skew_x, skew_y) = ((dice.share() - 0.5) * tilt, (dice.share() - 0.5) * tilt);
    let (slip_x, slip_y) = ((dice.share() - 0.5) * 0.06 * width, (dice.share() - 0.5) * 0.06 * height);
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(u, v): (f32, f32)| {
        let (x, y) = (u * long / 2.0, v * long / ratio / 2.0);
        let away = 1.0 + u * skew_x + v * skew_y;
        let (x, y) = (x / away, y / away);
        (
            width / 2.0 + slip_x + x * angle.cos() - y * angle.sin(),
            height / 2.0 + slip_y + x * angle.sin() + y * angle.cos(),
        )
    })
}

/// From places on the picture to the unit square: Heckbert's closed form, inverted.
fn into_unit(corners: [(f32, f32); 4]) -> [f32; 9] {
    let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners;
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let turn = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((dx3 * dy2 - dx2 * dy3) / turn, (dx1 * dy3 - dx3 * dy1) / turn);
    let (a, b, c) = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0);
    let (d, e, f) = (y1 - y0 + g * y1, y3 - y0 + h * y3, y0);
    [
        e - f * h,
        c * h - b,
        b * f - c * e,
        f * g - d,
        a - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
        a * e - b * d,
    ]
}

/// Colours of one scene.
struct Paint {
    table: Table,
    ground: [f32; 3],
    grain: f32,
    light: (f32, f32),
    thumb: Option<(f32, f32)>,
}

impl Paint {
    fn of(dice: &mut Dice, table: Table, face: &RgbImage, severity: Severity) -> Self {
        let card = face.get_pixel(face.width() / 2, 4).0.map(f32::from);
        // No table of the card's own colour: nobody could tell where it ends.
        let least = if severity == Severity::Hard { 14.0 } else { 30.0 };
        let ground = loop {
            let ground = [0, 1, 2].map(|_| 25.0 + dice.share() * 215.0);
            if ground.iter().zip(card).any(|(one, other)| (one - other).abs() > least) {
                break ground;
            }
        };
        let light = ((dice.share() - 0.5) * 0.5, (dice.share() - 0.5) * 0.5);
        let thumb = (severity != Severity::Clean && dice.below(3) == 0)
            .then(|| (dice.share(), if dice.below(2) == 0 { 0.0 } else { 1.0 }));
        Self { table, ground, grain: dice.share() * 50.0, light, thumb }
    }

    fn at(
        &self,
        face: &RgbImage,
        inside: &[f32; 9],
        (x, y): (u32, u32),
        (width, height): (u32, u32),
        ratio: f32,
    ) -> Rgb<u8> {
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let [a, b, c, d, e, f, g, h, i] = *inside;
        let over = g * px + h * py + i;
        let (u, v) = ((a * px + b * py + c) / over, (d * px + e * py + f) / over);
        let light = 1.0 + self.light.0 * (px / width as f32 - 0.5) + self.light.1 * (py / height as f32 - 0.5);
        let colour = if self.is_thumb(u, v, ratio) {
            [205.0, 160.0, 135.0]
        } else if is_on_card(u, v, ratio) {
            let pixel = |at: f32, of: u32| ((at * of as f32) as u32).min(of - 1);
            face.get_pixel(pixel(u, face.width()), pixel(v, face.height())).0.map(f32::from)
        } else {
            // A soft shadow to the right and below.
            let deep = (u - 1.0).max(v - 1.0).max(-u - 0.01).max(-v - 0.01).max(0.0);
            let shade = 0.78 + 0.22 * (deep / 0.025).min(1.0);
            self.ground_at(px, py).map(|level| level * shade)
        };
        Rgb(colour.map(|level| (level * light).clamp(0.0, 255.0) as u8))
    }

    fn is_thumb(&self, u: f32, v: f32, ratio: f32) -> bool {
        self.thumb.is_some_and(|(along, side)| {
            let (x, y) = ((u - along) / 0.09, (v - side) / (0.13 * ratio));
            x * x + y * y < 1.0
        })
    }

    fn ground_at(&self, x: f32, y: f32) -> [f32; 3] {
        let rough = |x: f32, y: f32| ((x * 12.9898 + y * 78.233).sin() * 43_758.547).fract().abs() - 0.5;
        let by = match self.table {
            Table::Plain => 0.0,
            Table::Wood => {
                ((y * 0.13 + (x * 0.006).sin() * 5.0).sin() + (y * 0.041).sin()) * self.grain * 0.4
                    + rough(0.0, y.floor()) * self.grain * 0.4
            }
            Table::Cloth => rough((x / 3.0).floor(), (y / 3.0).floor()) * self.grain,
            Table::Checks => {
                if ((x / 90.0) as i32 + (y / 90.0) as i32) % 2 == 0 {
                    self.grain
                } else {
                    -self.grain
                }
            }
        };
        self.ground.map(|level| level + by)
    }
}

/// Its corners are round: 3.18 of 85.6 millimetres (ISO/IEC 7810).
fn is_on_card(u: f32, v: f32, ratio: f32) -> bool {
    let round = 0.037;
    let (x, y) = ((u - 0.5).abs(), (v - 0.5).abs() / ratio);
    let (over_x, over_y) = (x - (0.5 - round), y - (0.5 / ratio - round));
    x <= 0.5 && y <= 0.5 / ratio && (over_x <= 0.0 || over_y <= 0.0 || over_x.hypot(over_y) <= round)
}
