//! What is remembered of each of many, bounded.

use alloc::{collections::BTreeMap, vec::Vec};

use serde::{Deserialize, Serialize};

use super::finding::{Evidence, PLACES};
use crate::time::Timestamp;

/// The most that is remembered of at a time. Staff are fewer; outsiders are as many as they like, and are named
/// sparingly ([`super::gather`]).
const MOST: usize = 4096;

/// What is remembered of each of many. When they are too many, those who were quiet the longest are forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(K, (Timestamp, V))>", into = "Vec<(K, (Timestamp, V))>")]
#[serde(bound(serialize = "K: Serialize + Ord + Clone, V: Serialize + Clone"))]
#[serde(bound(deserialize = "K: Deserialize<'de> + Ord, V: Deserialize<'de>"))]
pub(super) struct Book<K, V>(BTreeMap<K, (Timestamp, V)>)
where
    K: Ord;

impl<K: Ord, V> Default for Book<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, V> From<Vec<(K, (Timestamp, V))>> for Book<K, V> {
    fn from(pages: Vec<(K, (Timestamp, V))>) -> Self {
        Self(pages.into_iter().collect())
    }
}

impl<K: Ord, V> From<Book<K, V>> for Vec<(K, (Timestamp, V))> {
    fn from(book: Book<K, V>) -> Self {
        book.0.into_iter().collect()
    }
}

impl<K: Ord + Clone, V: Default> Book<K, V> {
    /// What is remembered of `key`, who is seen at `now`.
    pub(super) fn of(&mut self, key: &K, now: Timestamp) -> &mut V {
        if self.0.len() >= MOST && !self.0.contains_key(key) {
            self.forget_half();
        }
        let page = self.0.entry(key.clone()).or_default();
        page.0 = now;
        &mut page.1
    }

    /// Forgets what is remembered of `key`.
    pub(super) fn forget(&mut self, key: &K) {
        self.0.remove(key);
    }

    // Half at once, so that it is done seldom.
    fn forget_half(&mut self) {
        let mut seen: Vec<_> = self.0.values().map(|(seen, _)| *seen).collect();
        seen.sort_unstable();
        let middle = seen[seen.len() / 2];
        self.0.retain(|_, (seen, _)| *seen > middle);
    }
}

/// The most that a trail holds apart; what comes in more thickly counts as of the second of the last one.
const APART: usize = 128;

/// What happened within a stretch of time that ends now, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Trail(Vec<(Timestamp, u64, u64)>);

impl Trail {
    /// Adds `count` at `place` and lets go of what is `seconds` old or older. Returns how many there are now.
    pub(super) fn add(&mut self, at: Timestamp, place: u64, count: u64, seconds: u64) -> u64 {
        self.0.retain(|(then, _, _)| at.since(*then) < seconds);
        match self.0.len().checked_sub(APART) {
            Some(_) => self.0[APART - 1].2 += count,
            None => self.0.push((at, place, count)),
        }
        self.count()
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(_, _, count)| count).sum()
    }

    /// What it shows.
    pub(super) fn evidence(&self) -> Evidence {
        let ends = self.0.first().zip(self.0.last());
        Evidence {
            places: self.0[self.0.len().saturating_sub(PLACES)..].iter().map(|(_, place, _)| *place).collect(),
            count: self.count(),
            seconds: ends.map_or(0, |(first, last)| last.0.since(first.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_lets_go_of_what_is_old_and_stays_bounded() {
        let mut trail = Trail::default();
        let counts: Vec<_> = (0..100).map(|at| trail.add(Timestamp(at), at, 2, 60)).collect();
        assert_eq!((counts[0], counts[40], *counts.last().unwrap()), (2, 82, 120));
        let evidence = trail.evidence();
        assert_eq!((evidence.places.len(), evidence.places.last(), evidence.count), (PLACES, Some(&99), 120));
        let most = (0..1_000).map(|_| trail.add(Timestamp(100), 100, 1, 60)).max();
        assert_eq!((trail.0.len(), most), (APART, Some(1_000 + 2 * 59)));
        assert_eq!(trail.add(Timestamp(160), 101, 1, 60), 1);
    }

    /// M20: as many askers as one likes, and what is remembered stays small.
    #[test]
    fn a_book_stays_bounded_and_forgets_the_quiet_first() {
        let mut book = Book::<u64, u64>::default();
        for key in 0..100_000 {
            *book.of(&0, Timestamp(key)) += 1;
            *book.of(&key, Timestamp(key)) += 1;
        }
        assert!(book.0.len() <= MOST);
        assert_eq!(*book.of(&0, Timestamp(0)), 100_001, "who is seen all the time is never forgotten");
        let kept: Vec<_> = book.clone().into();
        assert_eq!(Book::from(kept), book);
    }
}
