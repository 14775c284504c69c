//! Pixels as bits, black set, in words as rxing has them.

use rxing::common::{BitArray, BitMatrix};

const WORD: usize = usize::BITS as usize;

/// A picture in black and white.
pub(super) struct Bits {
    width: usize,
    /// Words to a row; bits beyond the width are clear.
    stride: usize,
    words: Vec<usize>,
}

impl Bits {
    /// A white picture.
    pub(super) fn white(width: usize, height: usize) -> Self {
        let stride = width.div_ceil(WORD);
        Self { width, stride, words: vec![0; stride * height] }
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.words.len() / self.stride.max(1)
    }

    /// Whether the pixel is black.
    pub(super) fn at(&self, x: usize, y: usize) -> bool {
        self.words[y * self.stride + x / WORD] >> (x % WORD) & 1 == 1
    }

    /// Sets row `y` black wherever `dark` is one, which is nought elsewhere and as long as the row.
    pub(super) fn set_row(&mut self, y: usize, dark: &[u8]) {
        let row = &mut self.words[y * self.stride..][..self.stride];
        for (word, part) in row.iter_mut().zip(dark.chunks(WORD)) {
            let (eights, rest) = part.as_chunks::<8>();
            let whole = eights.iter().rev().fold(0, |word, eight| word << 8 | packed(*eight));
            let last = rest.iter().rev().fold(0, |word, &bit| word << 1 | usize::from(bit));
            *word = last.checked_shl(eights.len() as u32 * 8).unwrap_or(0) | whole;
        }
    }

    /// Writes the lengths of row `y`'s runs over `out`: white, black, white and so on, white at both ends, if need be
    /// with the length nought.
    pub(super) fn runs(&self, y: usize, out: &mut Vec<u16>) {
        out.clear();
        let (mut last, mut carry) = (0, 0);
        for (number, &word) in self.words[y * self.stride..][..self.stride].iter().enumerate() {
            let mut edges = word ^ (word << 1 | carry);
            carry = word >> (WORD - 1);
            while edges != 0 {
                let at = number * WORD + edges.trailing_zeros() as usize;
                out.push((at - last) as u16);
                last = at;
                edges &= edges - 1;
            }
        }
        if carry == 1 {
            out.push((self.width - last) as u16);
            last = self.width;
        }
        out.push((self.width - last) as u16);
    }

    /// The same for rxing; nothing if there is no pixel.
    pub(super) fn matrix(&self) -> Option<BitMatrix> {
        let mut out = BitMatrix::new(self.width as u32, self.height() as u32).ok()?;
        let mut row = BitArray::with_size(self.width);
        for (words, y) in self.words.chunks_exact(self.stride).zip(0..) {
            words.iter().enumerate().for_each(|(number, &word)| row.setBulk(number * WORD, word));
            out.setRow(y, &row);
        }
        Some(out)
    }
}

/// Eight noughts and ones as bits, the first lowest: the factor moves each byte's lowest bit to its place at the top.
const fn packed(eight: [u8; 8]) -> usize {
    (u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Dice;
    use rxing::common::cpp_essentials::{GetPatternRowTP, PatternRow};

    /// Rows of several lengths, with few and with many edges.
    fn thrown() -> Vec<Bits> {
        let mut dice = Dice::new(5);
        let mut bits = |width: usize, edges: u64| {
            let mut bits = Bits::white(width, 6);
            for y in 0..6 {
                let mut dark = dice.below(2) as u8;
                let row = (0..width).map(|_| {
                    dark ^= u8::from(dice.below(edges) == 0);
                    dark
                });
                bits.set_row(y, &row.collect::<Vec<_>>());
            }
            bits
        };
        [1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 200, 1000]
            .into_iter()
            .flat_map(|width| [1, 2, 30, 900].map(|edges| bits(width, edges)))
            .collect()
    }

    #[test]
    fn the_matrix_has_the_same_bits() {
        for bits in thrown() {
            let matrix = bits.matrix().unwrap();
            let mut same = BitMatrix::new(bits.width() as u32, bits.height() as u32).unwrap();
            for (x, y) in (0..bits.width()).flat_map(|x| (0..bits.height()).map(move |y| (x, y))) {
                same.set_bool(x as u32, y as u32, bits.at(x, y));
            }
            assert!(matrix == same, "{}", bits.width());
        }
    }

    #[test]
    fn the_runs_are_those_that_rxing_counts() {
        let (mut runs, mut row) = (Vec::new(), PatternRow::default());
        for bits in thrown() {
            let matrix = bits.matrix().unwrap();
            for y in 0..bits.height() {
                bits.runs(y, &mut runs);
                GetPatternRowTP(&matrix, y as u32, &mut row, false);
                let counted: Vec<u16> = (0..row.len()).map(|place| row[place]).collect();
                assert_eq!(runs, counted, "{}", bits.width());
            }
        }
    }
}
