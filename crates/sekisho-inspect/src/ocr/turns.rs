//! A picture read whichever way it lies: by quarter turns, and askew.

mod band;
mod closer;

use std::collections::BTreeMap;

use image::{RgbImage, imageops};

use super::{
    EngineError, Page, Reader, detect,
    forced::{Lattice, Reading},
    lines::{self, Found},
    rectangle::Rectangle,
    zone,
};
use crate::read::{
    line::{Line, Quad},
    zone::checks,
};

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
        return Sheet { reader, picture, found }.read();
    }
    let turned = imageops::rotate90(picture);
    let found = detect::lines(reader.engine.as_ref(), &turned)?;
    let page = Sheet { reader, picture: &turned, found }.read()?;
    let page = page.placed(|(x, y)| (y, picture.height() as f32 - x));
    Ok(Page { turns: page.turns + 1, ..page })
}

/// A picture on which lines were found, upright or upside down.
struct Sheet<'a> {
    reader: &'a Reader,
    picture: &'a RgbImage,
    found: Vec<Rectangle>,
}

/// Lines that were read, by their number.
type Known = BTreeMap<usize, Found>;

impl Sheet<'_> {
    fn read(&self) -> Result<Page, EngineError> {
        let (upside_down, mut known) = self.is_upside_down()?;
        let skew = skew(&self.found);
        let mut all = Vec::new();
        for at in 0..self.found.len() {
            let known = known.remove(&at).map_or_else(|| self.line(at, upside_down), Ok);
            let mut found = known?;
            if found.certainty() >= PRINT_AT_LEAST {
                let lattices = found.lattice.take().into_iter().collect();
                all.push((line(found, skew, upside_down), lattices));
            }
        }
        all.sort_by(|(one, _), (other, _)| middle(one).total_cmp(&middle(other)));
        let mut zones = zones(&all);
        if let Some(likeliest) = zones.first().cloned() {
            zones = [closer::zones(self, &mut all, &likeliest, upside_down)?, zones].concat();
        }
        let lines: Vec<Line> = all.into_iter().map(|(line, _)| line).collect();
        if !zones.iter().any(|zone| is_right(zone)) {
            zones.extend(band::zones(self, &lines, upside_down)?);
        }
        Ok(Page { lines, zones, turns: if upside_down { 2 } else { 0 } })
    }

    fn line(&self, at: usize, upside_down: bool) -> Result<Found, EngineError> {
        lines::read(self.reader, self.picture, self.found[at], upside_down)
    }

    /// Whether the widest lines are read better upside down; and those lines, as they are read better.
    fn is_upside_down(&self) -> Result<(bool, Known), EngineError> {
        let mut widest: Vec<usize> = (0..self.found.len()).collect();
        widest.sort_by(|one, other| self.found[*other].width.total_cmp(&self.found[*one].width));
        widest.truncate(ASKED);
        let read = |upside_down: bool| -> Result<Known, EngineError> {
            widest.iter().map(|at| Ok((*at, self.line(*at, upside_down)?))).collect()
        };
        let upright = read(false)?;
        if upright.is_empty() || certainty(&upright) >= SURE {
            return Ok((false, upright));
        }
        let turned = read(true)?;
        let upside_down = certainty(&turned) > certainty(&upright);
        Ok((upside_down, if upside_down { turned } else { upright }))
    }
}

/// The mean of the lines' certainties; 0 without lines.
fn certainty(known: &Known) -> f32 {
    known.values().map(Found::certainty).sum::<f32>() / known.len().max(1) as f32
}

/// A line with all that recognition said of it, if it is like one of a zone.
type Seen = (Line, Vec<Lattice>);

fn zones(all: &[Seen]) -> Vec<Vec<Line>> {
    let like_a_zone = all.iter().filter(|(_, lattices)| !lattices.is_empty());
    let (lines, lattices): (Vec<&Line>, Vec<&[Lattice]>) =
        like_a_zone.map(|(line, lattices)| (line, &lattices[..])).unzip();
    let readings = zone::readings(&lattices).into_iter();
    let placed = |(first, rows): (usize, Vec<Reading>)| {
        let again = lines[first..].iter().zip(rows).map(|(line, row)| line.read_again(row.text, row.letters));
        again.collect()
    };
    readings.map(placed).collect()
}

/// Whether all of its check digits are right.
fn is_right(zone: &[Line]) -> bool {
    let texts: Vec<&str> = zone.iter().map(|line| line.text.as_str()).collect();
    checks(&texts)
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
