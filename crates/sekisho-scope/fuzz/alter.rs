//! Bytes altered by chance, with a liking for what readers of lines trust: quotes, brackets, numbers, ends.

use crate::chance::Chance;

/// What is put between other bytes.
const PIECES: [&[u8]; 16] = [
    b"\"",
    b"\\",
    b"\\x22",
    b" ",
    b"[",
    b"] ",
    b"-",
    b"%",
    b"%25",
    b"99999999999999999999",
    b"18446744073709551615",
    b"\xff\xfe",
    b"\0",
    b"{\"Records\":[",
    b"\r",
    b"\n",
];

/// Alters bytes in one to `most` places.
pub(crate) fn alter(chance: &mut Chance, bytes: &mut Vec<u8>, most: u64) {
    for _ in 0..=chance.below(most) {
        once(chance, bytes);
    }
}

fn once(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let at = below(chance, bytes.len());
    let span = at..(at + 1 + below(chance, 24)).min(bytes.len());
    match chance.below(7) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = chance.below(256) as u8),
        2 => drop(bytes.drain(span)),
        3 => {
            let again = bytes[span].to_vec();
            bytes.splice(at..at, again);
        }
        4 if chance.below(4) == 0 => bytes.truncate(at),
        5 => {
            let from = below(chance, bytes.len());
            let part = bytes[from..(from + 40).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
        _ => drop(bytes.splice(at..at, one(chance, &PIECES).iter().copied())),
    }
}

/// A number below `bound`; 0 if there is none.
pub(crate) fn below(chance: &mut Chance, bound: usize) -> usize {
    chance.below(bound.max(1) as u64) as usize
}

/// One of several.
pub(crate) fn one<T: Copy>(chance: &mut Chance, all: &[T]) -> T {
    all[below(chance, all.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_alters_in_the_same_way_and_nothing_is_too_short_for_it() {
        let mut altered = 0;
        for seed in 0..2000 {
            for text in [&b""[..], b"a", b"a line \"of a\" log"] {
                let of = || {
                    let mut bytes = text.to_vec();
                    alter(&mut Chance::new(seed), &mut bytes, 6);
                    bytes
                };
                assert_eq!(of(), of());
                altered += usize::from(of() != text);
            }
        }
        assert!(altered > 4000, "{altered}");
    }
}
