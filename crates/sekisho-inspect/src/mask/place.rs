//! Where letters of a line stand, and how places lie to each other.

use std::ops::Range;

use crate::{
    read::line::{Line, Quad},
    wire::Boxed,
};

/// Where these letters of a line stand in the upright picture, with a letter's width to spare on both sides and some of
/// its height above and below: nobody knows exactly where one letter ends, and half a digit is a digit.
pub(super) fn of(line: &Line, letters: Range<usize>) -> Boxed {
    let count = line.text.chars().count();
    let quad = line.part(letters.start.saturating_sub(1)..(letters.end + 1).min(count));
    let spare = SPARE * (quad[3].0 - quad[0].0).hypot(quad[3].1 - quad[0].1);
    let tight = around(&quad);
    let (spare, left, top) = (spare.ceil() as u32, tight.x, tight.y);
    let (x, y) = (left.saturating_sub(spare), top.saturating_sub(spare));
    Boxed { x, y, w: left - x + tight.w + spare, h: top - y + tight.h + spare }
}

/// The share of a line's height by which a part of it is covered beyond its corners.
const SPARE: f32 = 0.15;

/// The smallest box around a quadrilateral; what lies left of the picture or above it is cut.
pub(crate) fn around(quad: &Quad) -> Boxed {
    let least = |of: fn(&(f32, f32)) -> f32| quad.iter().map(of).fold(f32::INFINITY, f32::min).floor().max(0.0) as u32;
    let most = |of: fn(&(f32, f32)) -> f32| quad.iter().map(of).fold(0.0, f32::max).ceil() as u32;
    let (x, y) = (least(|at| at.0), least(|at| at.1));
    Boxed { x, y, w: most(|at| at.0).saturating_sub(x), h: most(|at| at.1).saturating_sub(y) }
}

/// The most boxes into which a slanting quadrilateral is cut.
const SLICES: u32 = 4;

/// Boxes that lie around a quadrilateral, closer than one does: a slanting line of print in one box would show the
/// lines above and below it.
pub(super) fn slices(quad: &Quad) -> Vec<Boxed> {
    let [a, b, c, d] = *quad;
    let high = (d.1 - a.1).abs().max((c.1 - b.1).abs()).max(1.0);
    let slope = (b.1 - a.1).abs();
    let count = ((slope / (high * 0.3)).ceil() as u32).clamp(1, SLICES);
    let along = |from: (f32, f32), to: (f32, f32), at: u32| {
        let share = at as f32 / count as f32;
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    };
    let slice = |at: u32| around(&[along(a, b, at), along(a, b, at + 1), along(d, c, at + 1), along(d, c, at)]);
    (0..count).map(slice).collect()
}

/// What two boxes share.
pub(super) fn shared(one: &Boxed, other: &Boxed) -> Option<Boxed> {
    let (x, y) = (one.x.max(other.x), one.y.max(other.y));
    let right = one.x.saturating_add(one.w).min(other.x.saturating_add(other.w));
    let bottom = one.y.saturating_add(one.h).min(other.y.saturating_add(other.h));
    (x < right && y < bottom).then(|| Boxed { x, y, w: right - x, h: bottom - y })
}

/// The share of `part` that lies within `whole`, 0 to 1.
pub(super) fn share_within(part: &Boxed, whole: &Boxed) -> f64 {
    let area = |of: &Boxed| f64::from(of.w) * f64::from(of.h);
    shared(part, whole).map_or(0.0, |common| area(&common) / area(part).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_along_their_line_with_one_to_spare() {
        let line = Line::new("0123456789", (100.0, 50.0, 200.0, 20.0));
        assert_eq!(of(&line, 3..5), Boxed { x: 137, y: 47, w: 86, h: 26 });
        assert_eq!(of(&line, 0..10), Boxed { x: 97, y: 47, w: 206, h: 26 });
    }

    #[test]
    fn a_slanting_line_is_cut_into_boxes_that_show_less() {
        let flat = [(0.0, 0.0), (400.0, 0.0), (400.0, 20.0), (0.0, 20.0)];
        assert_eq!(slices(&flat), [Boxed { x: 0, y: 0, w: 400, h: 20 }]);
        let slanting = [(0.0, 0.0), (400.0, 60.0), (400.0, 80.0), (0.0, 20.0)];
        let cut = slices(&slanting);
        let area: u32 = cut.iter().map(|part| part.w * part.h).sum();
        assert!(cut.len() == 4 && area < 400 * 80 / 2, "{cut:?}");
    }

    #[test]
    fn what_is_shared_is_what_lies_in_both() {
        let at = |x, y, w, h| Boxed { x, y, w, h };
        assert_eq!(shared(&at(0, 0, 10, 10), &at(5, 5, 10, 10)), Some(at(5, 5, 5, 5)));
        assert_eq!(shared(&at(0, 0, 10, 10), &at(10, 0, 10, 10)), None);
        assert!((share_within(&at(0, 0, 10, 10), &at(5, 0, 100, 100)) - 0.5).abs() < 1e-9);
    }
}
