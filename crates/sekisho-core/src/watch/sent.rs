//! Summing up who sends pictures, so that a flood is seen and an ordinary day is not written down.
//!
//! Of a network that sends a few pictures a minute nothing is told: it would say who was there. What is told is told
//! when it doubles, and once more at the minute's end; of eight networks by name, and of all the others as one.

use alloc::{collections::BTreeMap, vec::Vec};

use serde::{Deserialize, Serialize};

use super::observed::{Asker, Observation, Outsider};
use crate::{id::NetworkId, time::Timestamp};

/// From how many pictures in a minute on a network is told of: those that were taken, and those that were refused.
const TAKEN: u64 = 32;
const REFUSED: u64 = 4;
/// How many networks are told by name in a minute.
const NAMED: usize = 8;
/// How many are counted apart. A vault of 60,000 a day has some 150 in its busiest minute.
const COUNTED: usize = 512;
/// How long things are summed up, in seconds.
const SUMMED: u64 = 60;

/// Pictures that are being counted, by network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    began: Timestamp,
    #[serde(with = "pairs")]
    seen: BTreeMap<NetworkId, Sum>,
    others: Sum,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    seen: Pictures,
    told: Pictures,
}

/// So many pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pictures {
    /// Those that were taken.
    pub taken: u64,
    /// Those that were refused.
    pub refused: u64,
}

impl Pictures {
    const fn are_many(self) -> bool {
        self.taken >= TAKEN || self.refused >= REFUSED
    }

    const fn add(&mut self, more: Self) {
        self.taken = self.taken.saturating_add(more.taken);
        self.refused = self.refused.saturating_add(more.refused);
    }
}

impl Sum {
    /// Whether there are many, and twice as many as were told.
    const fn is_to_be_told(self) -> bool {
        let (seen, told) = (self.seen, self.told);
        seen.taken >= TAKEN && seen.taken >= 2 * told.taken
            || seen.refused >= REFUSED && seen.refused >= 2 * told.refused
    }

    fn tell(&mut self, asker: Outsider) -> Observation {
        let (taken, refused) = (self.seen.taken - self.told.taken, self.seen.refused - self.told.refused);
        self.told = self.seen;
        Observation::Uploads { asker: Asker::Outside(asker), taken, refused }
    }
}

impl Sending {
    /// Takes what a network sent. Returns what the ledger is to be told now.
    pub fn sent(&mut self, from: Option<NetworkId>, pictures: Pictures, now: Timestamp) -> Vec<Observation> {
        let mut told = self.tick(now);
        match from {
            Some(network) if self.seen.contains_key(&network) || self.seen.len() < COUNTED => {
                told.extend(self.of(network, pictures));
            }
            _ => told.extend(self.of_others(pictures)),
        }
        told
    }

    fn of(&mut self, network: NetworkId, pictures: Pictures) -> Option<Observation> {
        let named = self.seen.values().filter(|sum| sum.told != Pictures::default()).count();
        let sum = self.seen.entry(network).or_default();
        sum.seen.add(pictures);
        if !sum.is_to_be_told() {
            return None;
        }
        if sum.told != Pictures::default() || named < NAMED {
            return Some(sum.tell(Outsider::Network(network)));
        }
        // One more that is loud: from here on it is one of the others, and counted anew.
        let loud = core::mem::take(&mut sum.seen);
        self.of_others(loud)
    }

    // Pictures that were taken from many networks are a busy day.
    fn of_others(&mut self, pictures: Pictures) -> Option<Observation> {
        self.others.seen.add(Pictures { taken: 0, ..pictures });
        self.others.is_to_be_told().then(|| self.others.tell(Outsider::Others))
    }

    /// What is left of a minute that is over at `now`; to be asked now and then when nothing comes in.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Observation> {
        if now.since(self.began) < SUMMED {
            return Vec::new();
        }
        let over = core::mem::replace(self, Self { began: now, ..Self::default() });
        let named = over.seen.into_iter().filter(|(_, sum)| sum.told != Pictures::default());
        let all = named.map(|(network, sum)| (Outsider::Network(network), sum));
        let left = all.chain([(Outsider::Others, over.others)]).filter(|(_, sum)| sum.seen != sum.told);
        left.filter(|(_, sum)| sum.seen.are_many()).map(|(asker, mut sum)| sum.tell(asker)).collect()
    }

    /// How many pictures came from this network in this minute, or from all of those with whom it is counted.
    pub fn count(&self, from: Option<NetworkId>) -> u64 {
        let sum = from.and_then(|network| self.seen.get(&network)).unwrap_or(&self.others);
        sum.seen.taken.saturating_add(sum.seen.refused)
    }

    /// Whether nothing is being counted.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.others == Sum::default()
    }
}

/// A map as a row of pairs: JSON has no keys that are not texts.
pub(super) mod pairs {
    use alloc::{collections::BTreeMap, vec::Vec};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_REFUSED: Pictures = Pictures { taken: 0, refused: 1 };
    const ONE_TAKEN: Pictures = Pictures { taken: 1, refused: 0 };

    fn network(number: u64) -> Option<NetworkId> {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Some(NetworkId::from_bytes(bytes))
    }

    fn total(told: &[Observation]) -> (u64, u64) {
        told.iter().fold((0, 0), |(all_taken, all_refused), told| match told {
            Observation::Uploads { taken, refused, .. } => (all_taken + taken, all_refused + refused),
            _ => unreachable!("nothing else is told"),
        })
    }

    /// M20: of a flood all is told, in few entries.
    #[test]
    fn a_flood_is_told_as_it_grows_and_whole() {
        let (mut sending, at) = (Sending::default(), Timestamp(60));
        let told: Vec<_> = (0..600).flat_map(|_| sending.sent(network(1), ONE_REFUSED, at)).collect();
        assert_eq!(told.len(), 8, "at 4, 8, 16, 32 and so on");
        let all = [told, sending.tick(Timestamp(120))].concat();
        assert_eq!(total(&all), (0, 600));
        let told: Vec<_> = (0..600).flat_map(|_| sending.sent(network(1), ONE_TAKEN, Timestamp(121))).collect();
        assert_eq!(total(&[told, sending.tick(Timestamp(200))].concat()), (600, 0));
    }

    /// M47: that somebody was here and sent a picture is written down of nobody.
    #[test]
    fn an_ordinary_day_is_not_written_down() {
        let mut sending = Sending::default();
        for number in 0..10_000_u64 {
            let at = Timestamp(60 + number / 2);
            let pictures = if number % 5 == 0 { ONE_REFUSED } else { ONE_TAKEN };
            assert_eq!(sending.sent(network(number % 300), pictures, at), []);
        }
        assert_eq!(sending.tick(Timestamp(100_000)), []);
        assert!(sending.is_empty());
    }

    /// M20: as many networks as one likes are some tens of entries a minute.
    #[test]
    fn a_flood_from_everywhere_is_few_entries() {
        let (mut sending, mut told) = (Sending::default(), Vec::new());
        for number in 0..100_000_u64 {
            told.extend(sending.sent(network(number % 2_000), ONE_REFUSED, Timestamp(60)));
        }
        told.extend(sending.tick(Timestamp(120)));
        assert!(told.len() < 100, "{} entries", told.len());
        assert!(
            told.iter()
                .any(|told| matches!(told, Observation::Uploads { asker: Asker::Outside(Outsider::Others), .. }))
        );
    }

    #[test]
    fn what_is_counted_outlives_a_process() {
        let mut sending = Sending::default();
        (0..3).for_each(|_| drop(sending.sent(network(1), ONE_REFUSED, Timestamp(60))));
        let text = serde_json::to_string(&sending).unwrap();
        let mut again: Sending = serde_json::from_str(&text).unwrap();
        assert_eq!(again, sending);
        assert_eq!(total(&again.sent(network(1), ONE_REFUSED, Timestamp(61))), (0, 4));
    }
}
