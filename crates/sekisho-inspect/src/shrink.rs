//! A picture made smaller: [`image::imageops::thumbnail`], to the bit, by whole rows.
//!
//! Each pixel is the mean of a rectangle, rounded to the nearest. Rows are added up first, sixteen pixels at a time,
//! then the columns of the sums.

use std::ops::Range;

use image::{GrayImage, imageops};

/// The longest side of a rectangle: for as many pixels is [`Mean`] exact, and sixteen bits hold as many rows.
const SPAN_AT_MOST: usize = 63;

/// `grey` at `width` × `height` pixels, neither of which is larger than its own.
pub(crate) fn shrunk(grey: &GrayImage, width: u32, height: u32) -> GrayImage {
    let spans = (spans(grey.width(), width), spans(grey.height(), height));
    let (Some(across), Some(down)) = spans else { return imageops::thumbnail(grey, width, height) };
    let line = grey.width() as usize;
    let (mut out, mut sums) = (GrayImage::new(width, height), vec![0; line]);
    let plan = Plan::of(&across, line);
    for (row, rows) in out.chunks_exact_mut(across.len()).zip(down) {
        add_up(&grey.as_raw()[rows.start * line..rows.end * line], &mut sums);
        plan.carry_out(&sums, rows.len(), row);
    }
    out
}

/// For each of `to` pixels those of `from` that it is the mean of, with the library's rounding; nothing if one is the
/// mean of none or of more than can be added up here.
fn spans(from: u32, to: u32) -> Option<Vec<Range<usize>>> {
    let ratio = from as f32 / to as f32;
    let last = from.checked_sub(1)?;
    let span = |at: u32| {
        let left = at as f32 * ratio;
        let first = (left.ceil() as u32).min(last);
        first as usize..((left + ratio).ceil() as u32).clamp(first, from) as usize
    };
    let all: Vec<_> = (0..to).map(span).collect();
    all.iter().all(|span| (1..=SPAN_AT_MOST).contains(&span.len())).then_some(all)
}

/// Writes the sums of `rows` over `sums`, which is as long as a row.
fn add_up(rows: &[u8], sums: &mut [u16]) {
    let (first, others) = rows.split_at(sums.len());
    sums.iter_mut().zip(first).for_each(|(sum, &pixel)| *sum = u16::from(pixel));
    for row in others.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, &pixel)| *sum += u16::from(pixel));
    }
}

/// Writes the means of columns of so many rows over a row; says whether it could.
type Across = fn(&[u16], usize, &mut [u8]) -> bool;

/// How the columns of a row are brought together.
struct Plan<'a> {
    /// The columns of all pixels.
    spans: &'a [Range<usize>],
    /// A way for columns at regular steps.
    regular: Across,
    /// The pixels that it gets wrong: the library rounds, and its steps are not regular everywhere.
    others: Vec<usize>,
}

impl<'a> Plan<'a> {
    /// The way that gets the fewest wrong.
    fn of(spans: &'a [Range<usize>], columns: usize) -> Self {
        let ways: [(usize, usize, Across); 6] = [
            (2, 1, equal::<2>),
            (4, 1, equal::<4>),
            (8, 1, equal::<8>),
            (4, 3, three_quarters),
            (8, 3, thirds::<8, 3, 6>),
            (16, 3, thirds::<16, 6, 11>),
        ];
        let others = |from: usize, to: usize| -> Vec<usize> {
            let whole = (spans.len() / to).min(columns / from) * to;
            let cut = |at: usize| (at * from).div_ceil(to);
            let wrong = |&at: &usize| at >= whole || spans[at] != (cut(at)..cut(at + 1));
            (0..spans.len()).filter(wrong).collect()
        };
        let plans = ways.map(|(from, to, regular)| Self { spans, regular, others: others(from, to) });
        let [first, rest @ ..] = plans;
        rest.into_iter().fold(first, |best, plan| if plan.others.len() < best.others.len() { plan } else { best })
    }

    fn carry_out(&self, sums: &[u16], rows: usize, out: &mut [u8]) {
        let mean = |at: usize| {
            let columns = &sums[self.spans[at].clone()];
            Mean::of(columns.len() * rows).round(columns.iter().map(|&sum| u32::from(sum)).sum())
        };
        if (self.regular)(sums, rows, out) {
            self.others.iter().for_each(|&at| out[at] = mean(at));
        } else {
            out.iter_mut().enumerate().for_each(|(at, to)| *to = mean(at));
        }
    }
}

/// `N` columns to one.
fn equal<const N: usize>(sums: &[u16], rows: usize, out: &mut [u8]) -> bool {
    let Some(mean) = Narrow::of(N * rows) else { return false };
    for (to, columns) in out.iter_mut().zip(sums.as_chunks::<N>().0) {
        *to = mean.round(columns.iter().sum());
    }
    true
}

/// Four columns to three, which is what most pixels are made by: two become one, two stay. Of one row or of two there is
/// nothing to divide by but powers of two.
fn three_quarters(sums: &[u16], rows: usize, out: &mut [u8]) -> bool {
    match rows {
        1 => fours::<0>(sums, out),
        2 => fours::<1>(sums, out),
        _ => thirds::<4, 2, 3>(sums, rows, out),
    }
}

/// [`three_quarters`] of two to the power of `LOG` rows.
fn fours<const LOG: u32>(sums: &[u16], out: &mut [u8]) -> bool {
    let half = (1 << LOG) >> 1;
    let (threes, _) = out.as_chunks_mut::<3>();
    for (three, [one, other, third, fourth]) in threes.iter_mut().zip(sums.as_chunks().0) {
        *three = [(one + other + (1 << LOG)) >> (LOG + 1), (third + half) >> LOG, (fourth + half) >> LOG]
            .map(|mean| mean as u8);
    }
    true
}

/// `N` columns to three: those up to `ONE`, those from there up to `TWO`, and the others.
fn thirds<const N: usize, const ONE: usize, const TWO: usize>(sums: &[u16], rows: usize, out: &mut [u8]) -> bool {
    let means = [ONE, TWO - ONE, N - TWO].map(|columns| Mean::of(columns * rows));
    let sum = |columns: &[u16]| columns.iter().map(|&sum| u32::from(sum)).sum();
    let (threes, _) = out.as_chunks_mut::<3>();
    for (three, columns) in threes.iter_mut().zip(sums.as_chunks::<N>().0) {
        let sums = [sum(&columns[..ONE]), sum(&columns[ONE..TWO]), sum(&columns[TWO..])];
        *three = [means[0].round(sums[0]), means[1].round(sums[1]), means[2].round(sums[2])];
    }
    true
}

/// Division by a number of pixels, to the nearest: by 2^32 / count, rounded up, since that is several times as fast.
/// What is divided is under 256 · count, so that the error stays under one part in count while count² is under 2^24.
#[derive(Clone, Copy)]
struct Mean {
    half: u32,
    factor: u64,
}

impl Mean {
    const fn of(count: usize) -> Self {
        Self { half: count as u32 / 2, factor: (1_u64 << 32).div_ceil(count as u64) }
    }

    const fn round(self, sum: u32) -> u8 {
        (((sum + self.half) as u64 * self.factor) >> 32) as u8
    }
}

/// The same in sixteen bits, for as few pixels as they are exact for, or powers of two.
#[derive(Clone, Copy)]
struct Narrow {
    half: u16,
    factor: u16,
}

impl Narrow {
    fn of(count: usize) -> Option<Self> {
        let exact = (2..=15).contains(&count) || count.is_power_of_two() && (2..=128).contains(&count);
        let factor = u16::try_from((1usize << 16).div_ceil(count)).ok()?;
        exact.then_some(Self { half: count as u16 / 2, factor })
    }

    const fn round(self, sum: u16) -> u8 {
        (((sum + self.half) as u32 * self.factor as u32) >> 16) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use image::Luma;

    #[test]
    fn every_mean_is_exact() {
        for count in (1..=300).chain([500, 1089, 2000, 63 * 63]) {
            let narrow = Narrow::of(count);
            for sum in 0..=255 * count {
                let exact = ((sum + count / 2) / count) as u8;
                assert_eq!(Mean::of(count).round(sum as u32), exact, "{sum} {count}");
                assert!(narrow.is_none_or(|narrow| narrow.round(sum as u16) == exact), "{sum} {count}");
            }
        }
        assert!([2, 4, 9, 15, 16, 64].into_iter().all(|count| Narrow::of(count).is_some()));
    }

    /// M3: on it rests that nothing is lost to a faster search.
    #[test]
    fn every_pixel_is_as_the_library_has_it_at_every_size() {
        let mut dice = samples::Dice::new(16);
        let mut sizes = vec![
            (1, 1),
            (40, 3),
            (333, 251),
            (640, 480),
            (700, 1013),
            (1000, 750),
            (1016, 756),
            (999, 17),
            (4000, 24),
            (4032, 20),
            (24, 4000),
        ];
        sizes.extend((0..12).map(|_| (1 + dice.below(1300) as u32, 1 + dice.below(900) as u32)));
        for (width, height) in sizes {
            let grey = GrayImage::from_fn(width, height, |_, _| Luma([dice.below(256) as u8]));
            for by in [0.75, 0.5, 0.375, 0.25, 0.1875, 0.125, 0.09375, 0.0625, 0.03125, 0.811, 0.2567] {
                let side = |pixels: u32| ((pixels as f32 * by) as u32).max(1);
                let (width, height) = (side(width), side(height));
                let theirs = imageops::thumbnail(&grey, width, height);
                assert!(shrunk(&grey, width, height) == theirs, "{:?} {by}", grey.dimensions());
            }
        }
    }
}
