//! What a replay of the ledger finds, held against what was found.

use std::collections::VecDeque;

use sekisho_core::{
    event::{Event, What},
    watch::{Finding, Sight, Watch},
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
        let found = self.watch.see(Sight { place, event });
        self.missing.extend(found.into_iter().map(|finding| (place, finding)));
    }

    /// What is wrong, between two transactions.
    pub fn wrong(&self) -> Option<String> {
        let missing = self.missing.front();
        let made_up = self.made_up.map(|place| format!("a replay doesn't find what entry {place} says was found"));
        made_up.or(missing.map(|(place, finding)| format!("{} was not found at entry {place}", finding.detector)))
    }
}
