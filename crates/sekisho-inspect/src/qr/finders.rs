//! Where finder patterns may be: dark, bright, dark, bright, dark along a line, the middle three times as long.
//!
//! What counts as one is rxing's to say, and is asked of rxing, in the order in which its own search would ask. Only
//! the lines are read here, by words instead of by pixels, and once for both of its readers.

use rxing::{
    Point,
    common::{
        BitMatrix,
        cpp_essentials::{ConcentricPattern, FixedPattern, IsPattern, LocateConcentricPattern, PatternView},
    },
    qrcode::detector::FinderPatternFinder,
};

use super::bits::Bits;

/// Every so many rows are looked at, the last of the first so many first.
const EVERY: usize = 3;

/// One row's runs; dark ones have odd numbers.
struct Row<'a> {
    y: usize,
    runs: &'a [u16],
}

impl Row<'_> {
    /// The five runs from dark run `first` on, and where they begin.
    fn five(&self, first: usize) -> Option<&[u16; 5]> {
        self.runs.get(first..)?.first_chunk()
    }
}

fn each_row(bits: &Bits, mut look: impl FnMut(Row<'_>)) {
    let mut runs = Vec::new();
    for y in (EVERY - 1..bits.height()).step_by(EVERY) {
        bits.runs(y, &mut runs);
        look(Row { y, runs: &runs });
    }
}

/// Whether rxing's older reader would find three patterns, each on two lines at least; with less it gives up.
pub(super) fn are_three(bits: &Bits, matrix: &BitMatrix) -> bool {
    let mut finder = FinderPatternFinder::new(matrix);
    each_row(bits, |row| older(&row, &mut finder));
    finder.getPossibleCenters().iter().filter(|center| center.getCount() >= 2).count() >= 3
}

/// After a pattern the next one begins behind it, and otherwise with the next dark run.
fn older(row: &Row<'_>, finder: &mut FinderPatternFinder<'_>) {
    let mut first = 1;
    // Where the five end, counted along.
    let mut end: u32 = row.runs.iter().take(first + 5).map(|&run| u32::from(run)).sum();
    while let Some(five) = row.five(first) {
        let five = five.map(u32::from);
        let is_pattern = could_cross(&five)
            && FinderPatternFinder::foundPatternCross(&five, 0.0)
            && finder.handlePossibleCenter(&five, row.y as u32, end);
        let step = if is_pattern { 6 } else { 2 };
        end += row.runs.iter().skip(first + 5).take(step).map(|&run| u32::from(run)).sum::<u32>();
        first += step;
    }
}

/// Passes all that rxing lets pass, whose middle has more than three and a half sevenths of three sevenths of the whole,
/// less three halves of a pixel.
fn could_cross(five: &[u32; 5]) -> bool {
    14 * five[2] + 21 > 3 * five.iter().sum::<u32>()
}

/// The patterns that rxing's newer reader finds.
pub(super) fn patterns(bits: &Bits, matrix: &BitMatrix) -> Vec<ConcentricPattern> {
    let mut out = Vec::new();
    each_row(bits, |row| newer(&row, matrix, &mut out));
    out
}

/// After a pattern, found around its middle or not, two dark runs are left out.
fn newer(row: &Row<'_>, matrix: &BitMatrix, found: &mut Vec<ConcentricPattern>) {
    let mut first = 1;
    // At least one more dark run must follow, or the row's white end: the last five have an end of length nought.
    while let Some(five) = row.five(first) {
        let before = if first == 1 { f32::MAX } else { f32::from(row.runs[first - 1]) };
        if is_pattern(five, before) {
            locate(row, first, five, matrix, found);
            first += 2;
        }
        first += 2;
    }
}

fn is_pattern(five: &[u16; 5], before: f32) -> bool {
    let middle = five[2];
    middle >= 3
        && middle >= 2 * five[0].max(five[4])
        && middle >= five[1].max(five[3])
        && IsPattern::<true, 5, 7, false>(&PatternView::from_slice(five), &PATTERN, Some(before), 0.1, 0.0, 0.0) != 0.0
}

const PATTERN: FixedPattern<5, 7, false> = FixedPattern::new(MODULES);

/// Modules of a finder pattern along a line through its middle.
const MODULES: [u16; 5] = [1, 1, 3, 1, 1];

/// Looks for the pattern around the middle of the five, unless one was found there.
fn locate(row: &Row<'_>, first: usize, five: &[u16; 5], matrix: &BitMatrix, found: &mut Vec<ConcentricPattern>) {
    let before: u16 = row.runs[..first].iter().sum();
    let middle = f32::from(before) + f32::from(five[0]) + f32::from(five[1]) + f32::from(five[2]) / 2.0;
    let middle = Point::new(middle, row.y as f32 + 0.5);
    if found.iter().all(|old| middle.distance(old.p) >= old.size as f32 / 2.0) {
        let range = i32::from(five.iter().sum::<u16>()) * 3;
        found.extend(LocateConcentricPattern::<true, 5, 7>(matrix, &MODULES, middle, range));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{qr::local, samples};
    use rxing::{
        DecodeHints, multi::qrcode::detector::MultiFinderPatternFinder, qrcode::cpp_port::detector::FindFinderPatterns,
    };

    /// Codes of all kinds, print, noise: black and white.
    fn pictures() -> Vec<Bits> {
        let shots = samples::hard_shots(9, 40);
        let mut all: Vec<_> = shots.iter().filter_map(|shot| local::bits(&shot.grey())).collect();
        let mut dice = samples::Dice::new(15);
        for width in [40, 61, 64, 128, 333] {
            let mut noise = Bits::white(width, 200);
            (0..200).for_each(|y| noise.set_row(y, &(0..width).map(|_| dice.below(2) as u8).collect::<Vec<_>>()));
            all.push(noise);
        }
        all
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn the_patterns_are_those_that_rxing_finds_in_the_same_order() {
        let mut seen = 0;
        for bits in pictures() {
            let matrix = bits.matrix().unwrap();
            let ours = patterns(&bits, &matrix);
            assert!(ours == FindFinderPatterns(&matrix, true, 0));
            seen += ours.len();
        }
        assert!(seen > 100, "{seen}");
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn where_there_are_not_three_the_older_reader_finds_nothing() {
        let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        let mut decided = [0; 2];
        for bits in pictures() {
            let matrix = bits.matrix().unwrap();
            let theirs = MultiFinderPatternFinder::new(&matrix, None).findMulti(&hints);
            let three = are_three(&bits, &matrix);
            assert!(three || theirs.is_err());
            decided[usize::from(three)] += 1;
        }
        assert!(decided.iter().all(|&count| count > 3), "{decided:?}");
    }
}
