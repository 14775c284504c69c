//! Entries whose bodies are missing: between which entries, and so between which times.

use sekisho_core::time::Timestamp;
use serde::Serialize;

use super::window::Window;

/// Entries that can't be read, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The first one's place in the ledger.
    pub place: u64,
    /// How many there are.
    pub entries: u64,
    /// When the entry before them was written; nothing if there is none.
    #[serde(serialize_with = "super::window::in_japan")]
    pub from: Option<Timestamp>,
    /// When the entry behind them was written; nothing if there is none.
    #[serde(serialize_with = "super::window::in_japan")]
    pub to: Option<Timestamp>,
}

impl Gap {
    /// Whether one of them may have been written in this window.
    pub(super) fn may_lie_in(&self, window: &Window) -> bool {
        let ends_before = self.to.zip(window.from).is_some_and(|(to, from)| to < from);
        let begins_behind = self.from.zip(window.to).is_some_and(|(from, to)| from > to);
        !ends_before && !begins_behind
    }
}

/// Finds gaps in places that come in their order.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    next: u64,
    last: Option<Timestamp>,
    found: Vec<Gap>,
}

impl Gaps {
    /// Entries were read that follow each other: the first and the last one's place, and when they were written.
    pub(super) fn run(&mut self, first: (u64, Timestamp), last: (u64, Timestamp)) {
        self.close(first.0, Some(first.1));
        (self.next, self.last) = (last.0.saturating_add(1), Some(last.1));
    }

    /// The place behind the last entry that was read.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    fn close(&mut self, place: u64, at: Option<Timestamp>) {
        if place > self.next {
            self.found.push(Gap { place: self.next, entries: place - self.next, from: self.last, to: at });
        }
    }

    /// All gaps of a ledger of `size` entries.
    pub(super) fn of(mut self, size: u64) -> Vec<Gap> {
        self.close(size, None);
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(places: &[(u64, u64)], size: u64) -> Vec<Gap> {
        let mut gaps = Gaps::default();
        let entries = places.iter().map(|(place, at)| (*place, Timestamp(*at)));
        entries.for_each(|entry| gaps.run(entry, entry));
        gaps.of(size)
    }

    #[test]
    fn what_is_missing_lies_between_its_neighbours() {
        assert_eq!(gaps(&[(0, 1), (1, 2)], 2), []);
        let [inner, last] = gaps(&[(0, 10), (3, 20)], 6)[..] else { panic!() };
        assert_eq!(
            (inner.place, inner.entries, inner.from, inner.to),
            (1, 2, Some(Timestamp(10)), Some(Timestamp(20)))
        );
        assert_eq!((last.place, last.entries, last.from, last.to), (4, 2, Some(Timestamp(20)), None));
    }

    #[test]
    fn a_gap_concerns_a_window_unless_it_surely_lies_beside_it() {
        let gap = Gap { place: 1, entries: 1, from: Some(Timestamp(10)), to: Some(Timestamp(20)) };
        let window = |from, to| Window { from: Some(Timestamp(from)), to: Some(Timestamp(to)) };
        assert!(
            gap.may_lie_in(&window(20, 30)) && gap.may_lie_in(&window(0, 10)) && gap.may_lie_in(&Window::default())
        );
        assert!(!gap.may_lie_in(&window(21, 30)) && !gap.may_lie_in(&window(0, 9)));
    }
}
