//! What a replay of the ledger finds, held against what was found.

use std::collections::VecDeque;

use sekisho_core::{
    event::{Event, What},
    time::Timestamp,
    watch::{
        Finding, Sight, Watch,
        observed::{Observation, Room},
    },
};

/// A watch that never died.
#[derive(Debug, Default)]
pub struct Watched {
    watch: Watch,
    /// What it found and what doesn't stand in the ledger yet.
    missing: VecDeque<(u64, Finding)>,
    /// The place of a finding that it didn't find.
    made_up: Option<u64>,
    /// How many there were.
    pub count: usize,
    /// Refusals of the gate's that were taken in for sure.
    refused: u64,
    /// Since when they are so many.
    few: (Timestamp, u64),
    /// Those that the ledger was told.
    told: u64,
}

impl Watched {
    /// Takes in an entry.
    pub fn enter(&mut self, place: u64, event: &Event) {
        if let What::Found { finding } = &event.what {
            self.count += 1;
            let expected = self.missing.pop_front().map(|(_, finding)| finding);
            let same = expected.as_ref() == Some(finding);
            self.made_up = self.made_up.or((!same).then_some(place));
        }
        if let What::Observed { room: Room::Gate, seen: Observation::Refused { count, .. } } = &event.what {
            self.told += count;
        }
        let found = self.watch.see(Sight { place, event });
        self.missing.extend(found.into_iter().map(|finding| (place, finding)));
    }

    /// Somebody was refused. The first of a minute are kept one by one; four in each are surely among the first eight of
    /// one that the keeper counts.
    pub fn refuse(&mut self, now: Timestamp) {
        if now.since(self.few.0) >= 60 {
            self.few = (now, 0);
        }
        self.few.1 += 1;
        self.refused += u64::from(self.few.1 <= 4);
    }

    /// What is wrong, between two transactions, while so many refusals are counted that the ledger was not told.
    pub fn wrong(&self, untold: u64) -> Option<String> {
        if self.told + untold < self.refused {
            return Some(format!("of {} refusals {} are known", self.refused, self.told + untold));
        }
        let missing = self.missing.front();
        let made_up = self.made_up.map(|place| format!("a replay doesn't find what entry {place} says was found"));
        made_up.or(missing.map(|(place, finding)| format!("{} was not found at entry {place}", finding.detector)))
    }
}
