//! Distinct values, across all bodies: known by a keyed hash, so that none of them has to be kept.

use std::{collections::HashMap, io};

use foldhash::fast::FixedState;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    pile::{HEAPS, Pile},
    segment::take,
};

/// Stores are counted in the bits of one number.
pub(super) const STORES: usize = 32;

/// One value in one body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    pub(super) kind: u8,
    pub(super) is_confirmed: bool,
    pub(super) is_rich: bool,
    /// The stores it was read from, a bit for each.
    pub(super) stores: u32,
}

/// One value, from all bodies.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) is_confirmed: bool,
    is_rich: [bool; 2],
    /// Stores from which it was read for certain, and at all.
    pub(super) stores: [u32; 2],
    masked: String,
}

impl Sum {
    /// Whether it counts in the richer kind: by what is confirmed of it, if anything is.
    pub(super) fn is_rich(&self) -> bool {
        self.is_rich[usize::from(self.is_confirmed)]
    }

    /// Whether it may be of the richer kind, and that isn't confirmed.
    pub(super) fn is_possibly_richer(&self) -> bool {
        self.is_confirmed && self.is_rich[0] && !self.is_rich[1]
    }

    /// All but its last characters as stars; empty unless that was asked for.
    pub(super) fn masked(&self) -> &str {
        &self.masked
    }
}

/// All of them.
pub(super) struct Sightings<'s> {
    pile: Pile<'s>,
    key: Zeroizing<[u8; 32]>,
    reveal: bool,
}

impl<'s> Sightings<'s> {
    pub(super) fn new(pile: Pile<'s>, key: &[u8; 32], reveal: bool) -> Self {
        Self { pile, key: Zeroizing::new(*key), reveal }
    }

    /// Notes a value.
    pub(super) fn add(&self, sighting: Sighting, value: &str) -> io::Result<()> {
        let mut hash = self.hash(sighting.kind, value);
        let flags = u8::from(sighting.is_confirmed) | u8::from(sighting.is_rich) << 1;
        let head = [&hash[..16], &[sighting.kind, flags], &sighting.stores.to_be_bytes()].concat();
        let masked = if self.reveal { mask(value) } else { String::new() };
        let place = u64::from_be_bytes(take(&mut &hash[16..]));
        hash.zeroize();
        self.pile.add(place, &head, masked.as_bytes())
    }

    fn hash(&self, kind: u8, value: &str) -> [u8; 32] {
        // The key has a length of its own, so what follows can't be mistaken for it.
        Sha256::new().chain_update(*self.key).chain_update([kind]).chain_update(value).finalize().into()
    }

    /// Shows every value once, with its kind.
    pub(super) fn each(&self, heap: usize, mut see: impl FnMut(u8, &Sum)) -> io::Result<()> {
        debug_assert!(heap < HEAPS);
        let mut sums: HashMap<([u8; 16], u8), Sum, FixedState> = HashMap::default();
        self.pile.each(heap, |mut item| {
            let hash = take(&mut item);
            let [kind, flags] = take(&mut item);
            let stores = u32::from_be_bytes(take(&mut item));
            let sum = sums.entry((hash, kind)).or_default();
            let is_confirmed = flags & 1 == 1;
            sum.is_confirmed |= is_confirmed;
            sum.is_rich[0] |= flags & 2 == 2;
            sum.is_rich[1] |= flags & 3 == 3;
            sum.stores[0] |= stores * u32::from(is_confirmed);
            sum.stores[1] |= stores;
            if sum.masked.is_empty() {
                sum.masked = String::from_utf8_lossy(item).into_owned();
            }
        })?;
        self.pile.clear(heap);
        sums.iter().for_each(|((_, kind), sum)| see(*kind, sum));
        Ok(())
    }
}

/// Stars, and the last four characters; fewer of a short one, of which four would be most.
fn mask(value: &str) -> String {
    let count = value.chars().count();
    let shown = if count >= 8 { 4 } else { count / 4 };
    let stars = (0..(count - shown).min(40)).map(|_| '*');
    stars.chain(value.chars().skip(count - shown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Spill;

    fn seen(all: &[(Sighting, &str)], key: u8) -> Vec<(u8, bool, bool, [u32; 2], String)> {
        let spill = Spill::new(None, usize::MAX).unwrap();
        let sightings = Sightings::new(Pile::new(&spill), &[key; 32], true);
        all.iter().for_each(|(sighting, value)| sightings.add(*sighting, value).unwrap());
        let mut sums = Vec::new();
        for heap in 0..HEAPS {
            sightings
                .each(heap, |kind, sum| {
                    sums.push((kind, sum.is_confirmed, sum.is_rich(), sum.stores, sum.masked().into()))
                })
                .unwrap();
        }
        sums.sort();
        sums
    }

    const SURE: Sighting = Sighting { kind: 0, is_confirmed: true, is_rich: false, stores: 1 };

    #[test]
    fn a_value_counts_once_in_its_richest_kind_whatever_the_key() {
        let all = [
            (SURE, "4111111111111111"),
            (Sighting { is_rich: true, stores: 2, ..SURE }, "4111111111111111"),
            (Sighting { is_confirmed: false, stores: 4, ..SURE }, "4111111111111111"),
            (Sighting { is_confirmed: false, ..SURE }, "5555555555554444"),
            (Sighting { kind: 1, ..SURE }, "4111111111111111"),
        ];
        let sums = [
            (0, false, false, [0, 1], "************4444".to_owned()),
            (0, true, true, [3, 7], "************1111".to_owned()),
            (1, true, false, [1, 1], "************1111".to_owned()),
        ];
        assert_eq!(seen(&all, 1), sums);
        assert_eq!(seen(&all, 2), sums);
    }

    #[test]
    fn an_expiry_that_is_not_confirmed_makes_no_confirmed_one_richer() {
        let all =
            [(SURE, "4111111111111111"), (Sighting { is_confirmed: false, is_rich: true, ..SURE }, "4111111111111111")];
        let sums = seen(&all, 1);
        assert_eq!((sums.len(), sums[0].1, sums[0].2), (1, true, false));
    }

    #[test]
    fn a_short_value_shows_less_than_four_characters() {
        for (value, masked) in [("山田太郎", "***郎"), ("abc", "***"), ("12345678", "****5678")] {
            assert_eq!(mask(value), masked);
        }
    }
}
