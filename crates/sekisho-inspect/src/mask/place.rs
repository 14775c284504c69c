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

/// The most boxes into which a slanting quadrilateral is cut: no row of print on a document is so long that more would
/// show less.
const SLICES: f32 = 256.0;

/// A box may reach beyond its slanting row by this share of the row's height: less than what usually lies between two rows
/// of print.
const BEYOND: f32 = 0.15;

/// Neighbouring boxes share so many pixels of their row: a large picture is made smaller before it is stored, boxes are
/// rounded inwards then, and those that only touched would be parted.
const SEAM: f32 = 4.0;

/// Boxes that lie around a quadrilateral, closer than one does: a slanting line of print in one box would show the
/// lines above and below it. A piece of length l of a row that slants by an angle t reaches l·sin t·cos t beyond it.
pub(super) fn slices(quad: &Quad) -> Vec<Boxed> {
    let [a, b, c, d] = *quad;
    let (along, down) = ((b.0 - a.0, b.1 - a.1), (d.0 - a.0, d.1 - a.1));
    let (long, high) = (along.0.hypot(along.1).max(1.0), down.0.hypot(down.1).max(1.0));
    let slant = (along.0 * along.1).abs() / (long * long);
    let count = (long * slant / (high * BEYOND)).ceil().clamp(1.0, SLICES);
    let seam = SEAM * count / long;
    let between = |from: (f32, f32), to: (f32, f32), at: f32| {
        let share = (at / count).clamp(0.0, 1.0);
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    };
    let slice =
        |from: f32, to: f32| around(&[between(a, b, from), between(a, b, to), between(d, c, to), between(d, c, from)]);
    (0..count as u32).map(|at| slice(at as f32, at as f32 + 1.0 + seam)).collect()
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
        // 400 pixels long, it rises by 60, and a piece by 3: 0.15 of its height.
        assert_eq!(cut.len(), 20);
        assert!(area < 400 * 80 / 2, "{cut:?}");
    }

    /// A row of print, so long and high, that slants by so many degrees.
    fn row(middle: (f32, f32), (long, high): (f32, f32), degrees: f32) -> Quad {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let at = |x: f32, y: f32| (middle.0 + x * cos - y * sin, middle.1 + x * sin + y * cos);
        let (x, y) = (long / 2.0, high / 2.0);
        [at(-x, -y), at(x, -y), at(x, y), at(-x, y)]
    }

    /// How far a pixel's middle lies from a row's middle line, in heights of the row, and along it, in pixels.
    fn off((x, y): (u32, u32), middle: (f32, f32), high: f32, degrees: f32) -> (f32, f32) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (x, y) = (x as f32 + 0.5 - middle.0, y as f32 + 0.5 - middle.1);
        ((y * cos - x * sin).abs() / high, (x * cos + y * sin).abs())
    }

    /// M4: however a card lies, a kept row shows itself whole, and beside itself a share of its height and four pixels.
    #[test]
    fn a_row_at_any_slant_shows_next_to_nothing_beside_it() {
        let middle = (500.0, 500.0);
        for (degrees, long, high) in
            (0..=180u16).flat_map(|at| [(at, 123.0, 17.0), (at, 600.0, 40.0), (at, 40.0, 30.0)])
        {
            let degrees = f32::from(degrees);
            let kept = slices(&row(middle, (long, high), degrees));
            for at in (0..1000).step_by(3).flat_map(|y| (0..1000).map(move |x| (x, y))) {
                let pixel = Boxed { x: at.0, y: at.1, w: 1, h: 1 };
                let is_open = kept.iter().any(|kept| shared(kept, &pixel).is_some());
                let (beyond, aside) = off(at, middle, high, degrees);
                // A box has whole pixels, two at most on either side; and the seam slants too.
                let margin = BEYOND + (2.0 + SEAM / 2.0) / high;
                assert!(!is_open || beyond < 0.5 + margin, "{degrees} {long} {high}: {beyond} heights off is open");
                assert!(is_open || beyond > 0.5 || aside > long / 2.0, "{degrees} {long} {high}: {at:?} is hidden");
            }
        }
    }

    /// M4: made smaller, boxes are rounded inwards.
    #[test]
    fn pieces_of_a_row_share_pixels_along_it() {
        for degrees in [3.0, 20.0, 45.0, 73.0, 88.0, 110.0] {
            let kept = slices(&row((500.0, 500.0), (600.0, 40.0), degrees));
            let overlap = |pair: &[Boxed]| shared(&pair[0], &pair[1]).map_or(0, |both| both.w.max(both.h));
            assert!(kept.windows(2).all(|pair| overlap(pair) as f32 >= SEAM), "{degrees}: {kept:?}");
        }
    }

    #[test]
    fn what_is_shared_is_what_lies_in_both() {
        let at = |x, y, w, h| Boxed { x, y, w, h };
        assert_eq!(shared(&at(0, 0, 10, 10), &at(5, 5, 10, 10)), Some(at(5, 5, 5, 5)));
        assert_eq!(shared(&at(0, 0, 10, 10), &at(10, 0, 10, 10)), None);
        assert!((share_within(&at(0, 0, 10, 10), &at(5, 0, 100, 100)) - 0.5).abs() < 1e-9);
    }
}
