//! Bytes altered by chance, with a liking for what parsers trust: lengths, markers, checksums.

use crate::{bench::bombs::crc, dice::Dice};

/// Of how many bytes at the beginning, where headers stand, alterations are likelier.
const HEAD: usize = 600;
/// No picture becomes longer.
const LONGEST: usize = 4 << 20;
/// Numbers at the edges of what fits.
const EDGES: [u32; 10] = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

/// One of `corpus`, altered in one to eight places.
pub(super) fn altered(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = pick(dice, corpus).to_vec();
    for _ in 0..=dice.below(8) {
        alter(dice, &mut bytes, corpus);
    }
    bytes.truncate(LONGEST);
    // Else few alterations would come beyond the first checksum.
    if dice.once_in(70) {
        mend(&mut bytes);
    }
    bytes
}

fn pick<'a>(dice: &mut Dice, corpus: &'a [Vec<u8>]) -> &'a [u8] {
    &corpus[dice.below(corpus.len() as u32) as usize]
}

fn alter(dice: &mut Dice, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let at = place(dice, bytes.len());
    let span = at..(at + 1 + dice.below(64) as usize).min(bytes.len());
    match dice.below(8) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.below(256) as u8),
        2 => number(dice, bytes, at),
        3 => drop(bytes.drain(span)),
        4 => {
            let again = bytes[span].to_vec();
            bytes.splice(at..at, again);
        }
        5 => bytes.truncate(at),
        6 => {
            let other = pick(dice, corpus);
            let from = place(dice, other.len());
            let part = &other[from..(from + 1 + dice.below(400) as usize).min(other.len())];
            bytes.splice(at..at, part.iter().copied());
        }
        _ => bytes[span].fill(dice.one(&[0, 0xFF])),
    }
}

/// A place among so many bytes, most often in the head.
fn place(dice: &mut Dice, length: usize) -> usize {
    let among = if dice.once_in(60) { length.min(HEAD) } else { length };
    dice.below(among.max(1) as u32) as usize
}

/// A number at an edge, in two or four bytes, whichever comes first.
fn number(dice: &mut Dice, bytes: &mut [u8], at: usize) {
    let edge = dice.one(&EDGES);
    let written = match dice.below(4) {
        0 => edge.to_be_bytes().to_vec(),
        1 => edge.to_le_bytes().to_vec(),
        2 => (edge as u16).to_be_bytes().to_vec(),
        _ => (edge as u16).to_le_bytes().to_vec(),
    };
    bytes.iter_mut().skip(at).zip(written).for_each(|(byte, new)| *byte = new);
}

/// Makes the checksums of a PNG right again, as far as its chunks can be followed, and the length that a WebP tells.
fn mend(bytes: &mut [u8]) {
    if bytes.starts_with(b"RIFF") && bytes.len() >= 12 {
        let length = (bytes.len() - 8) as u32;
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
    }
    if !bytes.starts_with(b"\x89PNG") {
        return;
    }
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4) {
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let Some(end) = at.checked_add(length).and_then(|end| end.checked_add(8)).filter(|end| end + 4 <= bytes.len())
        else {
            return;
        };
        let sum = crc(&bytes[at + 4..end]);
        bytes[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::bombs;

    #[test]
    fn the_same_seed_alters_in_the_same_way_and_nothing_is_too_short_for_it() {
        let corpus = vec![vec![], vec![1], b"RIFF".to_vec(), bombs::all()[0].bytes.clone()];
        for seed in 0..3000 {
            let one = altered(&mut Dice::new(seed, "fuzz"), &corpus);
            assert_eq!(one, altered(&mut Dice::new(seed, "fuzz"), &corpus), "{seed}");
        }
    }

    #[test]
    fn checksums_are_right_again_wherever_something_was_altered() {
        let picture = &bombs::all()[0].bytes;
        let mut altered = picture.clone();
        altered[20] ^= 3;
        let before = altered.clone();
        mend(&mut altered);
        assert!(altered != before && altered[..29] == before[..29] && altered[33..] == before[33..]);
        let mut whole = picture.clone();
        mend(&mut whole);
        assert_eq!(&whole, picture);
    }
}
