//! A picture read whichever way it lies: by quarter turns, and askew.

use image::{RgbImage, imageops};

use super::{
    EngineError, Page, Reader, detect,
    forced::{Lattice, Reading},
    lines::{self, Found},
    rectangle::Rectangle,
    zone,
};
use crate::read::line::{Line, Quad};

/// So many of the widest lines tell which way is up.
const ASKED: usize = 4;
/// Lines read so surely stand upright; nothing else needs to be tried.
const SURE: f32 = 0.9;
/// A line below this certainty is no print.
const PRINT_AT_LEAST: f32 = 0.5;

/// Reads all lines of `picture`, whichever way it lies.
pub(super) fn page(reader: &Reader, picture: &RgbImage) -> Result<Page, EngineError> {
    let found = detect::lines(reader.engine.as_ref(), picture)?;
    let sideways = found.iter().filter(|line| line.height > 1.5 * line.width).count() * 2 > found.len();
    if !sideways {
        let upside_down = is_upside_down(reader, picture, &found)?;
        let (lines, zones) = all(reader, picture, found, upside_down)?;
        return Ok(Page { lines, zones, turns: if upside_down { 2 } else { 0 } });
    }
    let turned = imageops::rotate90(picture);
    let found = detect::lines(reader.engine.as_ref(), &turned)?;
    let upside_down = is_upside_down(reader, &turned, &found)?;
    let (mut lines, mut zones) = all(reader, &turned, found, upside_down)?;
    for line in lines.iter_mut().chain(zones.iter_mut().flatten()) {
        line.quad = line.quad.map(|(x, y)| (y, picture.height() as f32 - x));
    }
    Ok(Page { lines, zones, turns: if upside_down { 3 } else { 1 } })
}

/// Whether the widest of `found` are read better upside down.
fn is_upside_down(reader: &Reader, picture: &RgbImage, found: &[Rectangle]) -> Result<bool, EngineError> {
    let mut widest: Vec<&Rectangle> = found.iter().collect();
    widest.sort_by(|one, other| other.width.total_cmp(&one.width));
    widest.truncate(ASKED);
    let certainty = |upside_down: bool| -> Result<f32, EngineError> {
        let read = |line: &&Rectangle| lines::read(reader, picture, **line, upside_down).map(|found| found.certainty());
        Ok(widest.iter().map(read).sum::<Result<f32, _>>()? / widest.len().max(1) as f32)
    };
    let upright = certainty(false)?;
    Ok(upright < SURE && !widest.is_empty() && certainty(true)? > upright)
}

/// All lines that are print, from top to bottom, and the zones that they may be.
fn all(
    reader: &Reader,
    picture: &RgbImage,
    found: Vec<Rectangle>,
    upside_down: bool,
) -> Result<(Vec<Line>, Vec<Vec<Line>>), EngineError> {
    let skew = skew(&found);
    let mut all = Vec::new();
    for rectangle in found {
        let mut found = lines::read(reader, picture, rectangle, upside_down)?;
        if found.certainty() >= PRINT_AT_LEAST {
            let lattice = found.lattice.take();
            all.push((line(found, skew, upside_down), lattice));
        }
    }
    all.sort_by(|(one, _), (other, _)| middle(one).total_cmp(&middle(other)));
    let zones = zones(&all);
    Ok((all.into_iter().map(|(line, _)| line).collect(), zones))
}

fn zones(all: &[(Line, Option<Lattice>)]) -> Vec<Vec<Line>> {
    let (lines, lattices): (Vec<&Line>, Vec<&Lattice>) =
        all.iter().filter_map(|(line, lattice)| Some((line, lattice.as_ref()?))).unzip();
    let readings = zone::readings(&lattices).into_iter();
    let placed = |(first, rows): (usize, Vec<Reading>)| {
        let again = lines[first..].iter().zip(rows).map(|(line, row)| line.read_again(row.text, row.letters));
        again.collect()
    };
    readings.map(placed).collect()
}

fn middle(line: &Line) -> f32 {
    line.place.1 + line.place.3 / 2.0
}

/// The direction of most lines, weighed by their widths; to the right if there are none.
fn skew(found: &[Rectangle]) -> (f32, f32) {
    let mut by_slope: Vec<&Rectangle> = found.iter().filter(|line| line.width > 2.0 * line.height).collect();
    by_slope.sort_by(|one, other| one.along.1.total_cmp(&other.along.1));
    let half = by_slope.iter().map(|line| line.width).sum::<f32>() / 2.0;
    let mut so_far = 0.0;
    let median = by_slope.iter().find(|line| {
        so_far += line.width;
        so_far >= half
    });
    median.map_or((1.0, 0.0), |line| line.along)
}

fn line(found: Found, skew: (f32, f32), upside_down: bool) -> Line {
    let mut quad = found.rectangle.corners();
    if upside_down {
        quad.rotate_left(2);
    }
    let sign = if upside_down { -1.0 } else { 1.0 };
    let mut line = Line::read(found.text, straightened(quad, (skew.0 * sign, skew.1 * sign)), found.letters);
    line.quad = quad;
    line
}

/// The same corners where `along` points to the right.
fn straightened(quad: Quad, along: (f32, f32)) -> Quad {
    quad.map(|(x, y)| (x * along.0 + y * along.1, y * along.0 - x * along.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skew_is_that_of_most_print() {
        let line = |width: f32, slope: f32| Rectangle {
            middle: (0.0, 0.0),
            width,
            height: 10.0,
            along: ((1.0 - slope * slope).sqrt(), slope),
        };
        assert_eq!(skew(&[line(100.0, 0.1), line(90.0, 0.12), line(15.0, 0.9)]).1, 0.1);
        assert_eq!(skew(&[]), (1.0, 0.0));
    }

    #[test]
    fn corners_of_an_askew_line_lie_level_when_straightened() {
        let askew = Rectangle { middle: (50.0, 50.0), width: 40.0, height: 10.0, along: (0.8, 0.6) };
        let level = straightened(askew.corners(), askew.along);
        assert!((level[0].1 - level[1].1).abs() < 1e-3 && (level[1].0 - level[0].0 - 40.0).abs() < 1e-3);
    }
}
