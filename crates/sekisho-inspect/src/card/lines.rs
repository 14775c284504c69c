//! Straight lines among the edges: votes as by Hough, with each edge voting near its own direction only (Ballard 1981).

use super::edges::{Edge, Edges, STEPS, apart};

/// An edge votes for lines so many steps from its own direction.
const VOTES_WITHIN: i32 = 4;
/// An edge on a line may be so many steps off its direction.
const TURNED_AT_MOST: u8 = 14;
/// Of so many lines with the most votes it is looked at where edges bear them.
const LOOKED_AT: usize = 140;
/// So many of them go on, those with the longest unbroken runs; half of them at most in each half of the directions.
const KEPT: usize = 44;
/// Fewer votes are no line.
const VOTES_AT_LEAST: u16 = 16;

/// A straight line, and where edges bear it.
#[derive(Clone)]
pub(super) struct Line {
    /// Its normal.
    pub(super) normal: (f32, f32),
    /// Its distance from the middle of the picture along the normal, in pixels.
    pub(super) offset: f32,
    /// How many edges bear it up to each pixel along it, from half the picture's diagonal before its foot on.
    borne: Vec<u16>,
}

impl Line {
    /// A line that no edge bears: a side of the picture itself.
    pub(super) const fn bare(normal: (f32, f32), offset: f32) -> Self {
        Self { normal, offset, borne: Vec::new() }
    }

    /// The place along it that is nearest to this one, which is given from the middle of the picture.
    pub(super) fn along(&self, (x, y): (f32, f32)) -> f32 {
        y * self.normal.0 - x * self.normal.1
    }

    /// The share of the line between two places along it that edges bear.
    pub(super) fn borne(&self, from: f32, to: f32) -> f32 {
        let Some(last) = self.borne.len().checked_sub(1) else { return 0.0 };
        let half = (last / 2) as f32;
        let place = |at: f32| ((at + half).max(0.0) as usize).min(last);
        let (first, end) = (place(from.min(to)), place(from.max(to)));
        f32::from(self.borne[end] - self.borne[first]) / (from - to).abs().max(1.0)
    }

    /// Where it meets another, from the middle of the picture; nothing if they are nearly parallel.
    pub(super) fn meets(&self, other: &Line) -> Option<(f32, f32)> {
        let ((a, b), (c, d)) = (self.normal, other.normal);
        let turn = a * d - b * c;
        (turn.abs() > 0.3)
            .then(|| ((self.offset * d - other.offset * b) / turn, (a * other.offset - c * self.offset) / turn))
    }
}

/// The lines that may be sides of something.
pub(super) fn lines(edges: &Edges) -> Vec<Line> {
    let votes = Votes::of(edges);
    let mut found: Vec<(f32, Line)> =
        votes.best().into_iter().map(|(step, offset)| drawn(edges, step, offset)).collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut level, mut upright) = (0, 0);
    let room = |line: &Line| {
        let count = if line.normal.0.abs() < line.normal.1.abs() { &mut level } else { &mut upright };
        *count += 1;
        *count <= KEPT / 2
    };
    found.into_iter().map(|(_, line)| line).filter(room).collect()
}

/// How many edges are for each line, by its direction and its distance from the middle.
struct Votes {
    reach: i32,
    counts: Vec<u16>,
}

impl Votes {
    fn of(edges: &Edges) -> Self {
        let reach = (edges.width as f32).hypot(edges.height as f32) as i32 / 2 + 2;
        let mut votes = Self { reach, counts: vec![0; STEPS * (2 * reach as usize + 1)] };
        let normals: Vec<(f32, f32)> = (0..STEPS).map(normal).collect();
        let (middle_x, middle_y) = edges.middle();
        for edge in &edges.all {
            for step in i32::from(edge.normal) - VOTES_WITHIN..=i32::from(edge.normal) + VOTES_WITHIN {
                let step = step.rem_euclid(STEPS as i32) as usize;
                let (across, down) = normals[step];
                let offset = (edge.x as f32 - middle_x) * across + (edge.y as f32 - middle_y) * down;
                let at = votes.at(step, offset.round() as i32);
                votes.counts[at] = votes.counts[at].saturating_add(1);
            }
        }
        votes
    }

    const fn at(&self, step: usize, offset: i32) -> usize {
        step * (2 * self.reach as usize + 1) + (offset + self.reach) as usize
    }

    /// The lines with the most votes, none beside another.
    fn best(&self) -> Vec<(usize, i32)> {
        let line = 2 * self.reach as usize + 1;
        let enough = self.counts.iter().enumerate().filter(|(_, count)| **count >= VOTES_AT_LEAST);
        let mut all: Vec<(u16, usize)> = enough.map(|(at, count)| (*count, at)).collect();
        all.sort_unstable_by_key(|(count, at)| (std::cmp::Reverse(*count), *at));
        let mut out: Vec<(usize, i32)> = Vec::new();
        for (_, at) in all {
            let one = (at / line, (at % line) as i32 - self.reach);
            if !out.iter().any(|other| are_beside(one, *other)) {
                out.push(one);
            }
            if out.len() == LOOKED_AT {
                break;
            }
        }
        out
    }
}

/// Beyond half a turn the normal points the other way.
fn are_beside((step, offset): (usize, i32), (other_step, other_offset): (usize, i32)) -> bool {
    let steps = step.abs_diff(other_step);
    let (steps, other_offset) = if steps > STEPS / 2 { (STEPS - steps, -other_offset) } else { (steps, other_offset) };
    steps <= 3 && (offset - other_offset).abs() <= 3
}

fn normal(step: usize) -> (f32, f32) {
    let (sin, cos) = (step as f32).to_radians().sin_cos();
    (cos, sin)
}

/// The line as its edges have it, with how much bears it: the root of the sum of its runs' squares, so that one long run
/// is worth more than many short ones, as print makes them.
fn drawn(edges: &Edges, step: usize, offset: i32) -> (f32, Line) {
    let (normal, offset) = fitted(edges, step, offset as f32);
    let reach = (edges.width as f32).hypot(edges.height as f32) as usize / 2 + 2;
    let (middle_x, middle_y) = edges.middle();
    let step = normal.1.atan2(normal.0).to_degrees().rem_euclid(180.0) as u8 % STEPS as u8;
    let is_borne = |along: f32| {
        let (x, y) = (middle_x + normal.0 * offset - normal.1 * along, middle_y + normal.1 * offset + normal.0 * along);
        [0.0_f32, -1.0, 1.0, -2.0, 2.0].into_iter().any(|off| {
            let place = ((x + normal.0 * off).round() as i32, (y + normal.1 * off).round() as i32);
            edges.normal(place.0, place.1).is_some_and(|other| apart(other, step) <= TURNED_AT_MOST)
        })
    };
    let (mut borne, mut count, mut run, mut sum) = (Vec::with_capacity(2 * reach + 1), 0_u16, 0_u32, 0.0);
    for place in 0..=2 * reach {
        let here = is_borne(place as f32 - reach as f32);
        count += u16::from(here);
        run = if here { run + 1 } else { 0 };
        sum += 2.0 * run as f32;
        borne.push(count);
    }
    (sum.sqrt(), Line { normal, offset, borne })
}

/// The line through the edges near it, by the least squares of their distances.
fn fitted(edges: &Edges, step: usize, offset: f32) -> ((f32, f32), f32) {
    let own = normal(step);
    let (middle_x, middle_y) = edges.middle();
    let from_middle = |edge: &Edge| (edge.x as f32 - middle_x, edge.y as f32 - middle_y);
    let near = |edge: &&Edge| {
        let (x, y) = from_middle(edge);
        apart(edge.normal, step as u8) <= TURNED_AT_MOST / 2 && (x * own.0 + y * own.1 - offset).abs() <= 2.5
    };
    // Along the line and off it: the slope of the second by the first is how far it has to be turned.
    let (mut count, mut a, mut d, mut aa, mut ad) = (0.0_f32, 0.0, 0.0, 0.0, 0.0);
    for edge in edges.all.iter().filter(near) {
        let (x, y) = from_middle(edge);
        let (along, off) = (y * own.0 - x * own.1, x * own.0 + y * own.1);
        (count, a, d, aa, ad) = (count + 1.0, a + along, d + off, aa + along * along, ad + along * off);
    }
    let spread = count * aa - a * a;
    if count < 8.0 || spread <= f32::EPSILON {
        return (own, offset);
    }
    let slope = ((count * ad - a * d) / spread).clamp(-0.05, 0.05);
    let level = (d - slope * a) / count;
    let length = slope.hypot(1.0);
    (((own.0 + slope * own.1) / length, (own.1 - slope * own.0) / length), level / length)
}

#[cfg(test)]
mod tests {
    use super::super::{edges::edges, small::Small};
    use super::*;
    use image::{Rgb, RgbImage};

    fn found(picture: &RgbImage) -> (Edges, Vec<Line>) {
        let edges = edges(&Small::of(picture).unwrap());
        let lines = lines(&edges);
        (edges, lines)
    }

    #[test]
    fn a_border_is_one_line_that_edges_bear() {
        let picture = RgbImage::from_fn(300, 200, |x, y| Rgb([if 4 * y < 200 + x { 60 } else { 160 }; 3]));
        let (_, lines) = found(&picture);
        let line = &lines[0];
        let exact = 0.25_f32.atan();
        assert!((line.normal.1.abs() - exact.cos()).abs() < 0.003, "{:?}", line.normal);
        let foot = line.along((0.0, 0.0));
        assert!(line.borne(foot - 100.0, foot + 100.0) > 0.95);
        // 12.5 pixels above the middle, measured square to it.
        assert!((line.offset.abs() - 12.5 * exact.cos()).abs() < 1.5, "{}", line.offset);
    }

    #[test]
    fn lines_meet_where_they_should() {
        let (one, other) = (Line::bare((1.0, 0.0), 10.0), Line::bare((0.0, 1.0), -4.0));
        assert_eq!(one.meets(&other), Some((10.0, -4.0)));
        assert!(one.meets(&Line::bare((1.0, 0.0), 20.0)).is_none());
    }

    #[test]
    fn a_plain_picture_has_no_lines() {
        assert!(found(&RgbImage::from_pixel(200, 200, Rgb([9; 3]))).1.is_empty());
    }
}
