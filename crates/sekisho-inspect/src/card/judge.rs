//! Which candidate is the card, and how sure that is.

use super::{
    Found,
    edges::{Edges, STEPS},
    quads::Quad,
    small::Small,
};

/// Pixels of a block that is looked at for print.
const BLOCK: u32 = 12;
/// A block with this share of edges, pointing in several directions, may be print.
const EDGES_IN_PRINT: f32 = 0.09;
/// Edges that agree in their direction more than this are grain, folds or stripes.
const AGREE: f32 = 0.8;
/// Levels between what lies within and without a side, for the side to be a card's: a printed frame has none.
const CONTRAST: f32 = 8.0;
/// A blurred side looks like a slope itself; no more levels than these are taken for one.
const SLOPE_AT_MOST: f32 = 6.0;
/// A card that lies straight in the picture, by this share of its sides, gains nothing by being straightened.
const STRAIGHT: f32 = 0.02;

/// The best candidate, with its certainty.
pub(super) fn best(small: &Small, edges: &Edges, candidates: &[Quad]) -> Option<Found> {
    let print = Print::of(edges);
    let judged = candidates.iter().map(|quad| (certainty(small, &print, quad), quad));
    // Of those that are nearly as sure, the larger one is the card and the other one a part of it.
    let rank = |&(certainty, quad): &(f32, &Quad)| certainty + 0.5 * quad.worth();
    let (certainty, quad) = judged.max_by(|one, other| rank(one).total_cmp(&rank(other)))?;
    Some(Found { corners: quad.corners, certainty, cut_off: is_cut_off(quad) })
}

/// From 0 to 1. Each of these can speak against it alone.
fn certainty(small: &Small, print: &Print, quad: &Quad) -> f32 {
    let bare = quad.bare.contains(&true);
    // Three sides have to speak for four, and lines that cross a table do not.
    let (mean, least) = if bare { ((0.7, 0.9), (0.4, 0.75)) } else { ((0.4, 0.8), (0.1, 0.45)) };
    let borne = between(quad.mean_borne(), mean.0, mean.1) * between(quad.least_borne(), least.0, least.1);
    let ends = 1.0 - 0.9 * between(quad.continued, 0.4, 0.9);
    let bare = if bare { 0.75 } else { 1.0 };
    borne * ends * bare * sides_that_tell(small, quad) * of_shape(quad) * print.outside(quad)
}

/// 0 at `none` or below, 1 at `full` or above.
fn between(value: f32, none: f32, full: f32) -> f32 {
    ((value - none) / (full - none)).clamp(0.0, 1.0)
}

/// Cards are 1.586 times as long as wide and pages 1.41; seen askew, a little more or less. Of one that is cut off
/// nothing can be said.
fn of_shape(quad: &Quad) -> f32 {
    let ratio = ratio(quad.corners);
    if quad.bare.contains(&true) {
        return 1.0;
    }
    between(ratio, 0.95, 1.2) * (1.0 - between(ratio, 1.9, 2.6))
}

/// The longer sides by the shorter ones.
fn ratio(corners: [(f32, f32); 4]) -> f32 {
    let found = Found { corners, certainty: 0.0, cut_off: false };
    let [a, b, c, d] = found.sides();
    (a + c).max(b + d) / (a + c).min(b + d).max(1.0)
}

/// One side is the picture's own, and what is seen is too short or too narrow for a card or a page.
fn is_cut_off(quad: &Quad) -> bool {
    let ratio = ratio(quad.corners);
    quad.bare.contains(&true) && !(1.3..=1.72).contains(&ratio)
}

/// Whether its sides have other colours within than without, each by how much. The weakest of them counts most.
fn sides_that_tell(small: &Small, quad: &Quad) -> f32 {
    let tells = |at: usize| (!quad.bare[at]).then(|| contrast(small, quad, at)).flatten();
    let all: Vec<f32> = (0..4).filter_map(tells).map(|levels| between(levels, CONTRAST / 3.0, CONTRAST)).collect();
    let least = all.iter().copied().fold(1.0, f32::min);
    let mean = all.iter().sum::<f32>() / all.len().max(1) as f32;
    mean * (0.45 + 0.55 * least)
}

/// How much lighter or darker it is within a side than without, in levels of the channel that differs most, beyond what
/// it changes anyway around there. Along a printed line that is nothing.
fn contrast(small: &Small, quad: &Quad, side: usize) -> Option<f32> {
    let (from, to) = (quad.corners[side], quad.corners[(side + 1) % 4]);
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
    // The corners go with the clock: within lies to the right of the way from one to the next.
    let within = (-(to.1 - from.1) / length, (to.0 - from.0) / length);
    let across = |step: u8| {
        let along = 0.08 + 0.84 * f32::from(step) / 31.0;
        let colour = |off: f32| {
            level(
                small,
                (from.0 + (to.0 - from.0) * along + within.0 * off, from.1 + (to.1 - from.1) * along + within.1 * off),
            )
        };
        Some([colour(7.0)?, colour(3.0)?, colour(-3.0)?, colour(-7.0)?])
    };
    let all: Vec<[Colour; 4]> = (0..32).filter_map(across).collect();
    (!all.is_empty()).then(|| [0, 1, 2].map(|channel| step(&all, channel)).into_iter().fold(0.0, f32::max))
}

/// The step of one channel from within to without, less the slope on both sides of it.
fn step(all: &[[Colour; 4]], channel: usize) -> f32 {
    let means =
        [0, 1, 2].map(|at| middle_half(all.iter().map(|four| four[at][channel] - four[at + 1][channel]).collect()));
    let slope = (means[0] + means[2]) / 2.0 * 1.5;
    (means[1] - slope.clamp(-SLOPE_AT_MOST, SLOPE_AT_MOST)).abs()
}

/// The mean of the middle half: a thumb over the side doesn't count, and along a row of tiles, now lighter and now
/// darker, it is nothing.
fn middle_half(mut levels: Vec<f32>) -> f32 {
    levels.sort_by(f32::total_cmp);
    let quarter = levels.len() / 4;
    let half = &levels[quarter..levels.len() - quarter];
    half.iter().sum::<f32>() / half.len().max(1) as f32
}

type Colour = [f32; 3];

fn level(small: &Small, (x, y): (f32, f32)) -> Option<Colour> {
    let inside = x >= 0.0 && y >= 0.0;
    let pixel = inside.then(|| small.pixels.get_pixel_checked(x.round() as u32, y.round() as u32)).flatten()?;
    Some(pixel.0.map(f32::from))
}

/// Where print may be.
struct Print {
    across: u32,
    blocks: Vec<bool>,
}

impl Print {
    fn of(edges: &Edges) -> Self {
        let (across, down) = (edges.width.div_ceil(BLOCK), edges.height.div_ceil(BLOCK));
        let mut sums = vec![(0_u32, 0.0_f32, 0.0_f32); (across * down) as usize];
        let turns: Vec<(f32, f32)> = (0..STEPS).map(|step| (2.0 * step as f32).to_radians().sin_cos()).collect();
        for edge in &edges.all {
            let (sum, turn) =
                (&mut sums[(edge.y / BLOCK * across + edge.x / BLOCK) as usize], turns[usize::from(edge.normal)]);
            *sum = (sum.0 + 1, sum.1 + turn.0, sum.2 + turn.1);
        }
        let is_print = |(count, sin, cos): (u32, f32, f32)| {
            let many = count as f32 >= EDGES_IN_PRINT * (BLOCK * BLOCK) as f32;
            many && sin.hypot(cos) < AGREE * count as f32
        };
        Self { across, blocks: sums.into_iter().map(is_print).collect() }
    }

    /// 1 if there is no print outside `quad`, 0 if there is nearly as much as inside.
    fn outside(&self, quad: &Quad) -> f32 {
        let (mut inner, mut outer) = ((0.0, 0.0), (0.0, 0.0));
        for (at, print) in self.blocks.iter().enumerate() {
            let place = |at: u32| (at * BLOCK) as f32 + BLOCK as f32 / 2.0;
            let depth = depth(quad, (place(at as u32 % self.across), place(at as u32 / self.across)));
            // What lies across a side belongs to neither.
            if depth.abs() > BLOCK as f32 * 0.75 {
                let counted: &mut (f32, f32) = if depth > 0.0 { &mut inner } else { &mut outer };
                *counted = (counted.0 + 1.0, counted.1 + f32::from(u8::from(*print)));
            }
        }
        let share = |(blocks, print): (f32, f32)| print / f32::max(blocks, 1.0);
        // Where little is gained nothing may be lost: a page's title above a coloured field is outside of that field.
        let (some, much) = match (quad.bare.contains(&true), is_straight(quad)) {
            (true, _) => (0.0, 0.03),
            (_, true) => (0.02, 0.1),
            _ => (0.35 * share(inner) + 0.04, 0.8 * share(inner) + 0.12),
        };
        1.0 - between(share(outer), some, much)
    }
}

/// Whether it lies straight in the picture.
fn is_straight(quad: &Quad) -> bool {
    let slanted = |at: usize| {
        let (from, to) = (quad.corners[at], quad.corners[(at + 1) % 4]);
        let (across, down) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        across.min(down) > STRAIGHT * across.max(down)
    };
    !(0..4).any(slanted)
}

/// How far inside of all sides a place lies, in pixels; negative outside.
fn depth(quad: &Quad, (x, y): (f32, f32)) -> f32 {
    let side = |at: usize| {
        let (from, to) = (quad.corners[at], quad.corners[(at + 1) % 4]);
        let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
        ((to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0)) / length
    };
    (0..4).map(side).fold(f32::MAX, f32::min)
}
