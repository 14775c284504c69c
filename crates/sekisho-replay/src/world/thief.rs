//! A thief in other people's sessions.

use super::{Act, World, vault::Opened};
use crate::attack::Way;

impl World {
    pub(super) fn begin_attack(&mut self) {
        let Some(attack) = self.attack else { return };
        self.vault.begin_attack(self.now);
        if attack.way.is_beside() {
            return;
        }
        let mut live: Vec<_> = (0..self.people.len()).filter(|who| self.people[*who].shift.is_some()).collect();
        // The worst to lose is the one that has just begun.
        live.sort_by_key(|who| std::cmp::Reverse(self.people[*who].until));
        let taken = if attack.sessions == 0 { live.len() } else { attack.sessions.min(live.len()) };
        self.vault.tally.sessions = taken;
        for who in live.into_iter().take(taken) {
            // What the person had open lapses; from here on the session is the thief's.
            if let Some((assignment, document)) = self.people[who].open.take() {
                self.vault.lapse(self.people[who].staff, assignment, document, self.now);
            }
            self.people[who].is_ridden = true;
            let shift = self.people[who].shift.map_or(0, |(_, number)| number);
            self.at(self.now + 1, Act::Steal(who, shift));
        }
    }

    pub(super) fn steal(&mut self, who: usize, shift: u64) {
        let Some(attack) = self.attack else { return };
        let over = self.vault.tally.attacked.is_some_and(|began| self.now > began + attack.seconds);
        if over || !self.people[who].is_ridden || !self.is_on(who, shift) {
            return;
        }
        // Each is held for as long as a look is to seem, then decided blindly.
        if let Some((assignment, document)) = self.people[who].open.take() {
            self.vault.decide(self.people[who].staff, assignment, document, self.now);
            self.obey();
        }
        if !self.people[who].is_ridden || !self.is_on(who, shift) {
            return;
        }
        let opened = self.open(who);
        let gap = match attack.way {
            Way::LikeAPerson => self.people[who].takes(self.now, &mut self.chance),
            Way::Every(gap) | Way::DripBack(gap) | Way::DripDecided(gap) => gap,
        };
        let next = match opened {
            Opened::Yes(_, document) => {
                self.vault.steal(document);
                self.now + gap
            }
            // Who acts like a person waits like one.
            Opened::Wait(until) if attack.way == Way::LikeAPerson => until.max(self.now) + 5,
            Opened::Wait(_) | Opened::Nothing => self.now + gap,
        };
        self.at(next, Act::Steal(who, shift));
        self.obey();
    }
}
