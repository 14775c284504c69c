//! Summing up what is observed, so that nobody can flood the ledger.
//!
//! In each minute eight askers of each kind of trouble are named, whoever comes first; the rest is one. The first time
//! is told at once, so are the fourth and the eighth and then every eightfold; what is left is told at the minute's
//! end. So an attacker is seen after as few refusals as a detector needs, and a million of them are some tens of
//! entries.

use alloc::{collections::BTreeMap, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    observed::{Asker, Observation, Outsider, Room, Trouble},
    sent::pairs,
};
use crate::time::Timestamp;

/// How many askers are named in a minute for each trouble.
const NAMED: usize = 8;
/// How long things are summed up, in seconds.
const SUMMED: u64 = 60;

/// Refusals that are being summed up. Whoever holds it keeps it where a crash doesn't reach: else up to a minute's
/// counts are lost with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    began: Timestamp,
    #[serde(with = "pairs")]
    seen: BTreeMap<(Trouble, Asker), Sum>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    seen: u64,
    told: u64,
}

impl Gather {
    /// Takes a refusal that `room` reports. Returns what the ledger is to be told now: first what is left of a minute
    /// that is over, then this one if it is to be told at once.
    pub fn refused(&mut self, room: Room, trouble: Trouble, asker: &Asker, now: Timestamp) -> Vec<Observation> {
        let mut told = self.tick(now);
        let key = self.key(trouble, asker.as_known_to(room));
        let sum = self.seen.entry(key.clone()).or_default();
        sum.seen += 1;
        if is_told_at_once(sum.seen) {
            told.push(tell(&key, sum));
        }
        told
    }

    /// What is left of a minute that is over at `now`; to be asked now and then when nothing comes in.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Observation> {
        if now.since(self.began) < SUMMED {
            return Vec::new();
        }
        self.began = now;
        let over = core::mem::take(&mut self.seen);
        over.into_iter().filter(|(_, sum)| sum.seen > sum.told).map(|(key, mut sum)| tell(&key, &mut sum)).collect()
    }

    /// How often this asker was refused for it in this minute, or all of those with whom they are summed up.
    pub fn count(&self, room: Room, trouble: Trouble, asker: &Asker) -> u64 {
        self.seen.get(&self.key(trouble, asker.as_known_to(room))).map_or(0, |sum| sum.seen)
    }

    /// Whether nothing is being summed up.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn key(&self, trouble: Trouble, asker: Asker) -> (Trouble, Asker) {
        let named = self.seen.keys().filter(|key| key.0 == trouble).count();
        let key = (trouble, asker);
        let known = self.seen.contains_key(&key);
        if known || named < NAMED { key } else { (trouble, Asker::Outside(Outsider::Others)) }
    }
}

fn is_told_at_once(seen: u64) -> bool {
    matches!(seen, 1 | 4) || seen.is_power_of_two() && seen.trailing_zeros().is_multiple_of(3)
}

fn tell((trouble, asker): &(Trouble, Asker), sum: &mut Sum) -> Observation {
    let count = sum.seen - sum.told;
    sum.told = sum.seen;
    Observation::Refused { trouble: *trouble, asker: asker.clone(), count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{NetworkId, StaffId};

    fn network(number: u64) -> Asker {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Asker::Outside(Outsider::Network(NetworkId::from_bytes(bytes)))
    }

    fn count(told: &[Observation]) -> u64 {
        let each = |told: &Observation| match told {
            Observation::Refused { count, .. } => *count,
            _ => 0,
        };
        told.iter().map(each).sum()
    }

    /// M20: whatever comes from outside, the ledger grows by some tens of entries a minute, and no refusal is lost.
    #[test]
    fn a_million_refusals_are_some_tens_of_entries_a_minute() {
        let (mut gather, mut told) = (Gather::default(), Vec::new());
        for number in 0..1_000_000_u64 {
            let at = Timestamp(60 + number / 10_000);
            told.extend(gather.refused(Room::Gate, Trouble::UnknownReference, &network(number % 100_000), at));
        }
        told.extend(gather.tick(Timestamp(1_000)));
        assert_eq!(count(&told), 1_000_000);
        assert!(told.len() <= 2 * 60, "{} entries in two minutes", told.len());
    }

    #[test]
    fn the_first_refusals_are_told_at_once() {
        let (mut gather, at) = (Gather::default(), Timestamp(60));
        let mut refuse = || gather.refused(Room::Gate, Trouble::UnknownReference, &network(1), at);
        let told: Vec<_> = (1..=64).filter(|_| !refuse().is_empty()).collect();
        assert_eq!(told, [1, 4, 8, 64]);
    }

    #[test]
    fn what_is_summed_up_outlives_a_process() {
        let (mut gather, at) = (Gather::default(), Timestamp(60));
        (0..3).for_each(|_| drop(gather.refused(Room::Gate, Trouble::UnknownReference, &network(1), at)));
        let mut again: Gather = serde_json::from_str(&serde_json::to_string(&gather).unwrap()).unwrap();
        assert_eq!(again, gather);
        assert_eq!(count(&again.refused(Room::Gate, Trouble::UnknownReference, &network(1), at)), 3);
    }

    /// M26: the public process can't speak of the staff.
    #[test]
    fn what_the_gate_says_of_the_staff_is_said_of_the_internet() {
        let (mut gather, at) = (Gather::default(), Timestamp(60));
        let staff = Asker::Staff(StaffId::from_bytes([1; 16]));
        let mut from = |room| gather.refused(room, Trouble::UnknownReference, &staff, at).pop();
        let asker = |asker| Some(Observation::Refused { trouble: Trouble::UnknownReference, asker, count: 1 });
        assert_eq!(from(Room::Gate), asker(Asker::Outside(Outsider::Others)));
        assert_eq!(from(Room::Keeper), asker(staff.clone()));
    }
}
