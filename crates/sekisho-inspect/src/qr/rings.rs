//! Whether rqrr can find three finder patterns: dark rings, each around a dark stone that doesn't touch it.
//!
//! rqrr floods both on each line that looks like one. Here all parts of a picture that hang together are counted once.
//! A ring makes no more than one pattern, and a code needs three.

use super::bits::Bits;

/// Whether there are three rings that rqrr would take for finder patterns. With fewer it finds no code.
pub(super) fn are_three(bits: &Bits) -> bool {
    let mut parts = Parts::default();
    let (mut runs, mut above, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for y in 0..bits.height() {
        bits.runs(y, &mut runs);
        let row = parts.of_row(&runs, &above);
        let lines = runs.get(1..).unwrap_or_default().windows(5).step_by(2).zip(row.windows(3));
        seen.extend(
            lines.filter(|(five, _)| crosses_a_ring(five)).map(|(_, three)| [0, 1, 2].map(|at| three[at].part)),
        );
        above = row;
    }
    let mut rings: Vec<_> = seen.into_iter().filter_map(|three| parts.ring(three)).collect();
    rings.sort_unstable();
    rings.dedup();
    rings.len() >= 3
}

/// rqrr's tolerance: three quarters of the mean of the outer four, either way.
fn crosses_a_ring(five: &[u16]) -> bool {
    let mean = (five[0] + five[1] + five[3] + five[4]) / 4;
    let error = mean * 3 / 4;
    let within = |run: u16, modules: u16| (modules * mean - error..=modules * mean + error).contains(&run);
    within(five[2], 3) && [0, 1, 3, 4].into_iter().all(|at| within(five[at], 1))
}

/// A dark run of a row, and the part of the picture that it belongs to.
struct Dark {
    from: u32,
    to: u32,
    part: usize,
}

/// Parts that hang together by their sides. Each is named after one of the names it once had.
#[derive(Default)]
struct Parts {
    names: Vec<usize>,
    pixels: Vec<u64>,
}

impl Parts {
    /// The dark runs of a row, joined to those above that they touch.
    fn of_row(&mut self, runs: &[u16], above: &[Dark]) -> Vec<Dark> {
        let (mut out, mut end, mut first) = (Vec::with_capacity(runs.len() / 2), 0, 0);
        for pair in runs.as_chunks::<2>().0 {
            let from = end + u32::from(pair[0]);
            end = from + u32::from(pair[1]);
            first += above[first..].iter().take_while(|other| other.to <= from).count();
            let part = self.begin(u64::from(pair[1]));
            let touched = above[first..].iter().take_while(|other| other.from < end);
            out.push(Dark { from, to: end, part: touched.fold(part, |part, other| self.join(part, other.part)) });
        }
        out
    }

    fn begin(&mut self, pixels: u64) -> usize {
        self.names.push(self.names.len());
        self.pixels.push(pixels);
        self.names.len() - 1
    }

    /// The name that a part has now.
    fn name(&mut self, mut part: usize) -> usize {
        while self.names[part] != part {
            self.names[part] = self.names[self.names[part]];
            part = self.names[part];
        }
        part
    }

    /// Makes two parts one.
    fn join(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.name(one), self.name(other));
        let (kept, gone) = (one.min(other), one.max(other));
        if kept != gone {
            self.names[gone] = kept;
            self.pixels[kept] += self.pixels[gone];
        }
        kept
    }

    /// The ring to the left and right of a stone, if they are one, and the stone another of the right size.
    fn ring(&mut self, three: [usize; 3]) -> Option<usize> {
        let [left, stone, right] = three.map(|part| self.name(part));
        let percent = self.pixels[stone] * 100 / self.pixels[right];
        (left == right && stone != right && 10 < percent && percent < 70).then_some(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{qr::running, samples};
    use image::imageops;

    fn grids(bits: &Bits) -> usize {
        rqrr::PreparedImage::prepare_from_bitmap(bits.width(), bits.height(), |x, y| bits.at(x, y)).detect_grids().len()
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn where_there_are_not_three_rings_rqrr_finds_no_code() {
        let mut decided = [0; 2];
        for shot in samples::hard_shots(10, 60) {
            let grey = shot.grey();
            let by = shot.module / 9.0;
            let side = |pixels: u32| (pixels as f32 * by) as u32;
            for grey in [imageops::thumbnail(&grey, side(1000), side(800)), grey] {
                let bits = running::bits(&grey);
                let three = are_three(&bits);
                assert!(three || grids(&bits) == 0, "{}", shot.terms());
                decided[usize::from(three)] += 1;
            }
        }
        assert!(decided.iter().all(|&count| count > 3), "{decided:?}");
    }

    #[test]
    fn a_ring_is_counted_once_however_many_lines_cross_it_and_only_around_a_stone() {
        let ring = |stone: bool| {
            let mut bits = Bits::white(40, 20);
            for y in 0..14 {
                let inside = |x: usize, least: usize, beyond: usize| {
                    (least..beyond).contains(&x) && (least..beyond).contains(&y)
                };
                let dark = |x: usize| inside(x, 0, 14) && !inside(x, 2, 12) || stone && inside(x, 4, 10);
                bits.set_row(y + 3, &(0..40).map(|x: usize| u8::from(x > 4 && dark(x - 5))).collect::<Vec<_>>());
            }
            let mut parts = Parts::default();
            let (mut above, mut runs, mut last) = (Vec::new(), Vec::new(), Vec::new());
            for y in 0..11 {
                bits.runs(y, &mut runs);
                above = parts.of_row(&runs, &above);
                last = above.iter().map(|run| run.part).collect();
            }
            last.try_into().ok().and_then(|three| parts.ring(three))
        };
        assert!(ring(true).is_some() && ring(false).is_none());
        assert!(crosses_a_ring(&[2, 2, 6, 2, 2]) && !crosses_a_ring(&[2, 2, 2, 2, 2]));
    }
}
