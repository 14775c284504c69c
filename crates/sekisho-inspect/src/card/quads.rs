//! Four lines that may be the sides of a card.

use super::{edges::Edges, lines::Line};

/// So many candidates are judged.
const JUDGED: usize = 48;
/// The smallest share of the picture that a card takes.
const AREA_AT_LEAST: f32 = 0.05;
/// Corners may lie beyond the picture by this share of its sides.
const BEYOND_AT_MOST: f32 = 0.04;
/// Opposite sides are turned against each other by no more than this, as the cosine of 35 degrees.
const PARALLEL: f32 = 0.82;
/// A side counts as continued beyond a corner over this share of its length.
const CONTINUED: f32 = 0.12;
/// Edges bear at least this share of each side, and of all of them together.
const SIDE_AT_LEAST: f32 = 0.25;
const SIDES_AT_LEAST: f32 = 0.5;

/// Four corners in the order of the clock, and what their sides rest on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quad {
    /// In pixels of the small picture.
    pub(super) corners: [(f32, f32); 4],
    /// The share of each side that edges bear, from the first corner on; 0 for a side of the picture itself.
    pub(super) borne: [f32; 4],
    /// Which sides are the picture's own.
    pub(super) bare: [bool; 4],
    /// How far its sides go on beyond its corners: 0 not at all, 1 all of them.
    pub(super) continued: f32,
    /// Its share of the picture.
    pub(super) area: f32,
}

impl Quad {
    /// The mean share that edges bear of the sides that aren't the picture's own.
    pub(super) fn mean_borne(&self) -> f32 {
        let own: Vec<f32> =
            self.borne.iter().zip(self.bare).filter(|(_, bare)| !bare).map(|(share, _)| *share).collect();
        own.iter().sum::<f32>() / own.len().max(1) as f32
    }

    /// The smallest of these shares.
    pub(super) fn least_borne(&self) -> f32 {
        let own = self.borne.iter().zip(self.bare).filter(|(_, bare)| !bare);
        own.map(|(share, _)| *share).fold(1.0, f32::min)
    }

    /// What it is worth before it is judged: well borne, ending at its corners, and rather large than small.
    pub(super) fn worth(&self) -> f32 {
        self.mean_borne() - 0.35 * self.continued + 0.12 * self.area.ln().max(-3.0)
            - 0.15 * self.bare.iter().filter(|bare| **bare).count() as f32
    }
}

/// The candidates that are worth most.
pub(super) fn candidates(edges: &Edges, lines: &[Line]) -> Vec<Quad> {
    let (x, y) = edges.middle();
    let borders = [((1.0, 0.0), -x), ((1.0, 0.0), x), ((0.0, 1.0), -y), ((0.0, 1.0), y)];
    let all: Vec<Line> = lines.iter().cloned().chain(borders.map(|(normal, at)| Line::bare(normal, at))).collect();
    let pairs = pairs(&all, lines.len(), x.min(y) * 0.2);
    let mut best: Vec<Quad> = Vec::new();
    for (at, &(a, b)) in pairs.iter().enumerate() {
        for &(c, d) in &pairs[at + 1..] {
            let bare = [a, c, b, d].map(|side| side >= lines.len());
            if bare.iter().filter(|bare| **bare).count() < 2
                && let Some(quad) = quad(edges, [&all[a], &all[c], &all[b], &all[d]], bare)
            {
                best.push(quad);
            }
            if best.len() >= 64 * JUDGED {
                shorten(&mut best);
            }
        }
    }
    shorten(&mut best);
    best
}

fn shorten(quads: &mut Vec<Quad>) {
    quads.sort_by(|one, other| other.worth().total_cmp(&one.worth()));
    quads.truncate(JUDGED);
}

/// Lines that may be opposite sides; two sides of the picture itself are not.
fn pairs(all: &[Line], own: usize, apart: f32) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for one in 0..all.len() {
        for other in one + 1..all.len() {
            let (a, b) = (&all[one], &all[other]);
            let cosine = a.normal.0 * b.normal.0 + a.normal.1 * b.normal.1;
            let offset = if cosine < 0.0 { -b.offset } else { b.offset };
            if cosine.abs() >= PARALLEL && (a.offset - offset).abs() >= apart && one < own {
                out.push((one, other));
            }
        }
    }
    out
}

/// The quadrangle whose sides lie on these lines, if it may be a card.
fn quad(edges: &Edges, sides: [&Line; 4], bare: [bool; 4]) -> Option<Quad> {
    let mut corners = [(0.0, 0.0); 4];
    for (at, corner) in corners.iter_mut().enumerate() {
        // A side lies between this corner and the next.
        *corner = sides[(at + 3) % 4].meets(sides[at])?;
    }
    let area = area(corners);
    let (x, y) = edges.middle();
    let within = |at: (f32, f32)| {
        at.0.abs() <= x * (1.0 + 2.0 * BEYOND_AT_MOST) && at.1.abs() <= y * (1.0 + 2.0 * BEYOND_AT_MOST)
    };
    if area.abs() < AREA_AT_LEAST * 4.0 * x * y
        || !corners.iter().all(|corner| within(*corner))
        || !is_roughly_square(corners)
    {
        return None;
    }
    let spans = [0, 1, 2, 3].map(|at| (sides[at].along(corners[at]), sides[at].along(corners[(at + 1) % 4])));
    let borne = [0, 1, 2, 3].map(|at| sides[at].borne(spans[at].0, spans[at].1));
    let quad = Quad { corners, borne, bare, continued: continued(sides, spans), area: area.abs() / (4.0 * x * y) };
    let weak = borne.iter().zip(bare).any(|(share, bare)| !bare && *share < SIDE_AT_LEAST);
    (!weak && quad.mean_borne() >= SIDES_AT_LEAST).then(|| in_order(quad, area < 0.0, (x, y)))
}

/// How much of what lies beyond the corners edges still bear.
fn continued(sides: [&Line; 4], spans: [(f32, f32); 4]) -> f32 {
    let beyond = |at: usize| {
        let (from, to) = spans[at];
        let step = (to - from) * CONTINUED;
        // Rounded corners, and lines that are a pixel off, end a little later.
        let skip = step.signum() * 2.0;
        sides[at].borne(from - skip - step, from - skip) + sides[at].borne(to + skip, to + skip + step)
    };
    (0..4).map(beyond).sum::<f32>() / 8.0
}

/// Twice the enclosed area by Gauss, halved; negative if the corners go against the clock.
fn area(corners: [(f32, f32); 4]) -> f32 {
    (0..4).map(|at| corners[at].0 * corners[(at + 1) % 4].1 - corners[(at + 1) % 4].0 * corners[at].1).sum::<f32>()
        / 2.0
}

/// All corners turn the same way, by 50 to 130 degrees, and no side is a fifth of another.
fn is_roughly_square(corners: [(f32, f32); 4]) -> bool {
    let side = |at: usize| {
        let (from, to) = (corners[at % 4], corners[(at + 1) % 4]);
        (to.0 - from.0, to.1 - from.1)
    };
    let turn = |at: usize| {
        let (one, other) = (side(at), side(at + 1));
        (one.0 * other.1 - one.1 * other.0) / (one.0.hypot(one.1) * other.0.hypot(other.1)).max(f32::EPSILON)
    };
    let turns = [0, 1, 2, 3].map(turn);
    let lengths = [0, 1, 2, 3].map(|at| side(at).0.hypot(side(at).1));
    let (least, most) =
        lengths.iter().fold((f32::MAX, 0.0_f32), |(least, most), side| (least.min(*side), most.max(*side)));
    (turns.iter().all(|turn| *turn > 0.76) || turns.iter().all(|turn| *turn < -0.76)) && least * 5.0 > most
}

/// With the clock, from the corner that is nearest to the upper left one on, in pixels from there.
fn in_order(quad: Quad, reversed: bool, (x, y): (f32, f32)) -> Quad {
    let Quad { mut corners, mut borne, mut bare, .. } = quad;
    if reversed {
        corners.reverse();
        // Between the last corner and the one before lies what was the third side.
        (borne, bare) = ([borne[2], borne[1], borne[0], borne[3]], [bare[2], bare[1], bare[0], bare[3]]);
    }
    let first = (0..4)
        .min_by(|one, other| (corners[*one].0 + corners[*one].1).total_cmp(&(corners[*other].0 + corners[*other].1)));
    let first = first.unwrap_or(0);
    corners.rotate_left(first);
    borne.rotate_left(first);
    bare.rotate_left(first);
    Quad { corners: corners.map(|corner| (corner.0 + x, corner.1 + y)), borne, bare, ..quad }
}

#[cfg(test)]
mod tests {
    use super::super::{edges::edges, lines::lines, small::Small};
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn a_plain_card_on_a_plain_table_is_the_best_candidate() {
        let inside = |x: u32, y: u32| (60..260).contains(&x) && (50..176).contains(&y);
        let picture = RgbImage::from_fn(320, 240, |x, y| Rgb([if inside(x, y) { 220 } else { 90 }; 3]));
        let edges = edges(&Small::of(&picture).unwrap());
        let best = candidates(&edges, &lines(&edges))[0];
        let expected = [(59.5, 49.5), (259.5, 49.5), (259.5, 175.5), (59.5, 175.5)];
        for (corner, expected) in best.corners.iter().zip(expected) {
            assert!((corner.0 - expected.0).hypot(corner.1 - expected.1) < 1.5, "{best:?}");
        }
        assert!(best.mean_borne() > 0.9 && best.continued < 0.1 && best.bare == [false; 4], "{best:?}");
    }

    #[test]
    fn the_order_of_the_corners_is_the_clocks_and_sides_keep_what_bears_them() {
        let quad = Quad {
            corners: [(-10.0, -5.0), (-10.0, 5.0), (10.0, 5.0), (10.0, -5.0)],
            borne: [0.1, 0.2, 0.3, 0.4],
            bare: [true, false, false, false],
            continued: 0.0,
            area: 0.1,
        };
        assert!(area(quad.corners) < 0.0);
        let turned = in_order(quad, true, (10.0, 5.0));
        assert_eq!(turned.corners, [(0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)]);
        assert_eq!((turned.borne, turned.bare), ([0.4, 0.3, 0.2, 0.1], [false, false, false, true]));
    }

    #[test]
    fn slivers_and_crossed_sides_are_no_cards() {
        assert!(!is_roughly_square([(0.0, 0.0), (100.0, 0.0), (100.0, 9.0), (0.0, 9.0)]));
        assert!(!is_roughly_square([(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)]));
        assert!(!is_roughly_square([(0.0, 0.0); 4]));
    }
}
