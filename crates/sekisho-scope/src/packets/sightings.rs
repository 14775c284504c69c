//! Distinct values, across all bodies: known by a keyed hash, so that none of them has to be kept.

use std::{
    collections::HashMap,
    hash::Hash,
    io,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use foldhash::fast::FixedState;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    pile::{HEAPS, Pile},
    segment::take,
    sighting::{Place, Sighting, Sum, mask},
};

type Sums<K> = HashMap<([u8; 16], K), Sum, FixedState>;

/// All of them.
pub(super) struct Sightings<'s> {
    pile: Pile<'s>,
    key: Zeroizing<[u8; 32]>,
    reveal: bool,
    places: AtomicU64,
    /// A bit for each place.
    confirmed: Mutex<Vec<u64>>,
}

impl<'s> Sightings<'s> {
    pub(super) fn new(pile: Pile<'s>, key: &[u8; 32], reveal: bool) -> Self {
        let (places, confirmed) = (AtomicU64::new(0), Mutex::default());
        Self { pile, key: Zeroizing::new(*key), reveal, places, confirmed }
    }

    /// A place for a text that will be searched.
    pub(super) fn place(&self) -> Place {
        Place(self.places.fetch_add(1, Ordering::Relaxed))
    }

    /// What was and will be found there is confirmed.
    pub(super) fn confirm(&self, place: Place) {
        let mut confirmed = self.confirmed.lock().expect("no thread panicked over a place");
        let (word, bit) = word(place);
        if confirmed.len() <= word {
            confirmed.resize(word + 1, 0);
        }
        confirmed[word] |= bit;
    }

    /// Notes a value.
    pub(super) fn add(&self, sighting: Sighting, value: &str) -> io::Result<()> {
        let mut hash = self.hash(sighting.kind, value);
        let flags = u8::from(sighting.is_all) | u8::from(sighting.is_rich) << 1;
        let (stores, place) = (sighting.stores.to_be_bytes(), sighting.place.to_bytes());
        let head = [&hash[..16], &[sighting.kind, flags], &stores, &place].concat();
        let masked = if self.reveal { mask(value) } else { String::new() };
        let heap = u64::from_be_bytes(take(&mut &hash[16..]));
        hash.zeroize();
        self.pile.add(heap, &head, masked.as_bytes())
    }

    fn hash(&self, kind: u8, value: &str) -> [u8; 32] {
        // The key has a length of its own, so what follows can't be mistaken for it.
        Sha256::new().chain_update(*self.key).chain_update([kind]).chain_update(value).finalize().into()
    }

    /// Shows every value of a heap once, with its kind, and forgets it.
    pub(super) fn each(&self, heap: usize, mut see: impl FnMut(u8, &Sum)) -> io::Result<()> {
        let sums = self.sums(heap, |kind, _| kind)?;
        self.pile.clear(heap);
        sums.iter().for_each(|((_, kind), sum)| see(*kind, sum));
        Ok(())
    }

    /// Shows every value of a heap once for each place, with its kind.
    pub(super) fn each_by_place(
        &self,
        heap: usize,
        mut see: impl FnMut(u8, Place, &Sum) -> io::Result<()>,
    ) -> io::Result<()> {
        let sums = self.sums(heap, |kind, place| (kind, place))?;
        sums.iter().try_for_each(|((_, (kind, place)), sum)| see(*kind, *place, sum))
    }

    fn sums<K: Eq + Hash>(&self, heap: usize, key: impl Fn(u8, Place) -> K) -> io::Result<Sums<K>> {
        debug_assert!(heap < HEAPS);
        let confirmed = self.confirmed.lock().expect("no thread panicked over a place");
        let mut sums = Sums::default();
        self.pile.each(heap, |mut item| {
            let hash = take(&mut item);
            let [kind, flags] = take(&mut item);
            let (stores, place) = (u32::from_be_bytes(take(&mut item)), Place::from_bytes(take(&mut item)));
            let (word, bit) = word(place);
            let is_confirmed = flags & 1 == 1 && confirmed.get(word).is_some_and(|bits| bits & bit != 0);
            sums.entry((hash, key(kind, place))).or_default().add(is_confirmed, flags & 2 == 2, stores, item);
        })?;
        Ok(sums)
    }
}

/// Where a place's bit is.
fn word(place: Place) -> (usize, u64) {
    ((place.0 / 64) as usize, 1 << (place.0 % 64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spill::Spill;

    /// A sighting, and whether its place was confirmed.
    type Seen = (Sighting, bool);

    fn sightings<'s>(spill: &'s Spill, all: &[(Seen, &str)], key: u8) -> Sightings<'s> {
        let sightings = Sightings::new(Pile::new(spill), &[key; 32], true);
        for ((sighting, is_confirmed), value) in all {
            sightings.add(*sighting, value).unwrap();
            if *is_confirmed {
                sightings.confirm(sighting.place);
            }
        }
        sightings
    }

    fn seen(all: &[(Seen, &str)], key: u8) -> Vec<(u8, bool, bool, [u32; 2], String)> {
        let spill = Spill::new(None, usize::MAX).unwrap();
        let (sightings, mut sums) = (sightings(&spill, all, key), Vec::new());
        for heap in 0..HEAPS {
            let mut see =
                |kind, sum: &Sum| sums.push((kind, sum.is_confirmed, sum.is_rich(), sum.stores, sum.masked().into()));
            sightings.each(heap, &mut see).unwrap();
        }
        sums.sort();
        sums
    }

    const ONE: Sighting = Sighting { kind: 0, place: Place(0), is_all: true, is_rich: false, stores: 1 };
    const OTHER: Sighting = Sighting { place: Place(700), ..ONE };

    #[test]
    fn a_value_counts_once_in_its_richest_kind_whatever_the_key() {
        let all = [
            ((ONE, true), "4111111111111111"),
            ((Sighting { is_rich: true, stores: 2, ..ONE }, true), "4111111111111111"),
            ((Sighting { stores: 4, ..OTHER }, false), "4111111111111111"),
            ((OTHER, false), "5555555555554444"),
            ((Sighting { is_all: false, ..ONE }, true), "4242424242424242"),
            ((Sighting { kind: 1, ..ONE }, true), "4111111111111111"),
        ];
        let sums = [
            (0, false, false, [0, 1], "************4242".to_owned()),
            (0, false, false, [0, 1], "************4444".to_owned()),
            (0, true, true, [3, 7], "************1111".to_owned()),
            (1, true, false, [1, 1], "************1111".to_owned()),
        ];
        assert_eq!(seen(&all, 1), sums);
        assert_eq!(seen(&all, 2), sums);
    }

    #[test]
    fn an_expiry_that_is_not_confirmed_makes_no_confirmed_one_richer() {
        let rich = Sighting { is_rich: true, ..OTHER };
        let sums = seen(&[((ONE, true), "4111111111111111"), ((rich, false), "4111111111111111")], 1);
        assert_eq!((sums.len(), sums[0].1, sums[0].2), (1, true, false));
    }

    #[test]
    fn a_value_counts_once_in_each_place_by_what_stands_there() {
        let spill = Spill::new(None, usize::MAX).unwrap();
        let rich = Sighting { is_rich: true, ..OTHER };
        let number = "4111111111111111";
        let sightings = sightings(&spill, &[((ONE, true), number), ((ONE, true), number), ((rich, false), number)], 1);
        let mut all = Vec::new();
        for heap in 0..HEAPS {
            let see = |_, place: Place, sum: &Sum| {
                all.push((place, sum.is_confirmed, sum.is_rich()));
                Ok(())
            };
            sightings.each_by_place(heap, see).unwrap();
        }
        all.sort();
        assert_eq!(all, [(Place(0), true, false), (Place(700), false, true)]);
    }
}
