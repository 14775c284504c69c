//! Rows of a zone that were found well and read doubtfully, read again a little higher and lower.

use super::{Seen, Sheet, zones as forced};
use crate::{
    ocr::{EngineError, lines, rectangle::Rectangle},
    read::line::{Line, Quad},
};

/// A letter that is less sure than this may be another.
const DOUBTFUL: f32 = 0.9;
/// Shares of the height at which a row was found: what is cut out so is read as print of another size.
const HEIGHTS: [f32; 2] = [0.85, 1.2];

/// The zones that the lines are, if rows of the likeliest have letters that may be others: those rows are read at all
/// heights. None if no row has.
pub(super) fn zones(
    sheet: &Sheet<'_>,
    all: &mut [Seen],
    likeliest: &[Line],
    upside_down: bool,
) -> Result<Vec<Vec<Line>>, EngineError> {
    let doubtful: Vec<&Line> = likeliest.iter().filter(|row| is_doubtful(row)).collect();
    if doubtful.is_empty() {
        return Ok(Vec::new());
    }
    for (line, lattices) in all.iter_mut().filter(|(line, _)| doubtful.iter().any(|row| row.quad == line.quad)) {
        let row = cut(line.quad, upside_down);
        for height in HEIGHTS {
            let row = Rectangle { height: row.height * height, ..row };
            lattices.extend(lines::as_zone(sheet.reader, sheet.picture, row, upside_down)?.lattice);
        }
    }
    Ok(forced(all))
}

/// Whether any of its letters may be another.
fn is_doubtful(row: &Line) -> bool {
    row.letters.iter().any(|letter| letter.certainty < DOUBTFUL)
}

/// The rectangle that a line was cut out as, whose corners these are as it is read.
fn cut(mut quad: Quad, upside_down: bool) -> Rectangle {
    if upside_down {
        quad.rotate_left(2);
    }
    let [from, to, _, below] = quad;
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    let width = x.hypot(y).max(1.0);
    let height = (below.0 - from.0).hypot(below.1 - from.1);
    let middle = ((to.0 + below.0) / 2.0, (to.1 + below.1) / 2.0);
    Rectangle { middle, width, height, along: (x / width, y / width) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::line::Letter;

    #[test]
    fn a_line_is_cut_out_as_it_was_found() {
        let found = Rectangle { middle: (60.0, 40.0), width: 50.0, height: 10.0, along: (0.8, 0.6) };
        let near = |one: Rectangle| {
            let pairs = one.corners().into_iter().zip(found.corners());
            pairs.into_iter().all(|(one, other)| (one.0 - other.0).hypot(one.1 - other.1) < 1e-3)
        };
        let mut quad = found.corners();
        assert!(near(cut(quad, false)));
        quad.rotate_left(2);
        assert!(near(cut(quad, true)));
    }

    #[test]
    fn one_unsure_letter_makes_a_row_doubtful() {
        let row = |unsure: f32| {
            let letters = [0.99, unsure].map(|certainty| Letter { certainty, middle: 0.5 });
            Line::read("AB", [(0.0, 0.0); 4], letters.to_vec())
        };
        assert!(is_doubtful(&row(0.5)) && !is_doubtful(&row(0.95)));
    }
}
