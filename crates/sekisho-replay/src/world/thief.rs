//! A thief in other people's sessions.

use sekisho_core::watch::observed::{Asker, Room, Trouble};

use super::{Act, Document, World, people::LOOKS_IN, vault::Opened};
use crate::{
    attack::{Attack, Way},
    rivals::Read,
};

/// How many of a hundred members send another picture when they are asked to.
const COME_AGAIN: f64 = 0.7;
/// How many pictures a check takes.
const ARRIVALS: u8 = 3;

impl World {
    /// An attack begins now.
    pub fn begin_attack(&mut self, attack: Attack) {
        self.attack = Some(attack);
        self.vault.begin_attack(self.now);
        self.fetched_from = self.chance.draw();
        self.fake_next();
        if attack.way.is_outside() {
            return self.at(self.now, Act::Ask(0));
        }
        let mut live: Vec<_> = (0..self.people.len()).filter(|who| self.people[*who].shift.is_some()).collect();
        // The worst to lose is the one that has just begun.
        live.sort_by_key(|who| std::cmp::Reverse(self.people[*who].until));
        let taken = if attack.sessions == 0 { live.len() } else { attack.sessions.min(live.len()) };
        self.vault.tally.sessions = taken;
        live.into_iter().take(taken).for_each(|who| self.take_over(who, attack.way));
    }

    fn take_over(&mut self, who: usize, way: Way) {
        self.people[who].is_thiefs = true;
        if way.is_beside() {
            return;
        }
        // What the person had open lapses; from here on the session is the thief's.
        if let Some((assignment, document)) = self.people[who].open.take() {
            self.vault.lapse(self.people[who].staff, assignment, document, self.now);
        }
        self.people[who].is_ridden = true;
        let shift = self.people[who].shift.map_or(0, |(_, number)| number);
        self.at(self.now + 1, Act::Steal(who, shift));
    }

    /// Whether the attack goes on.
    pub(super) fn is_attacked(&self) -> bool {
        let until = |began| self.attack.map_or(0, |attack| began + attack.seconds);
        self.vault.tally.attacked.is_some_and(|began| self.now <= until(began))
    }

    pub(super) fn steal(&mut self, who: usize, shift: u64) {
        let Some(attack) = self.attack else { return };
        if !self.is_attacked() || !self.people[who].is_ridden || !self.is_on(who, shift) {
            return;
        }
        self.let_go(who, attack.way);
        // What they did may have ended the shift.
        if !self.people[who].is_ridden || !self.is_on(who, shift) {
            return;
        }
        if matches!(attack.way, Way::Unassigned | Way::Wrecks) {
            self.ask_for_what_was_not_given(who);
        }
        let next = if attack.way == Way::Unassigned { self.now + 1 } else { self.take(who, attack.way) };
        self.at(next, Act::Steal(who, shift));
        self.obey();
    }

    /// Opens the next one. Returns when they go on.
    fn take(&mut self, who: usize, way: Way) -> u64 {
        let gap = match way {
            Way::Every(gap) => gap,
            Way::Wrecks => 1,
            _ => self.people[who].takes(self.now, &mut self.chance),
        };
        match self.open(who) {
            Opened::Yes(_, document) => {
                self.loot(who, &document);
                self.now + gap
            }
            // Who acts like a person waits like one.
            Opened::Wait(until) if !matches!(way, Way::Every(_) | Way::Wrecks) => {
                until.clamp(self.now, self.now + LOOKS_IN) + 5
            }
            Opened::Wait(_) | Opened::Nothing => self.now + gap,
        }
    }

    /// Each is held for as long as a look is to seem, then decided blindly, or left.
    fn let_go(&mut self, who: usize, way: Way) {
        let Some((assignment, document)) = self.people[who].open.take() else { return };
        let left = match way {
            Way::Choosy(share) => self.chance.happens(share as f64 / 100.0),
            Way::Wrecks => self.chance.happens(0.5),
            _ => false,
        };
        if left {
            self.lapse(who, assignment, document);
        } else {
            self.vault.decide(self.people[who].staff, assignment, document, self.now);
            if way == Way::Retakes && document.arrival < ARRIVALS && self.chance.happens(COME_AGAIN) {
                let later = 600 + self.chance.below(6_600);
                self.at(self.now + later, Act::Retake(document.arrival + 1));
            }
        }
        self.obey();
    }

    fn ask_for_what_was_not_given(&mut self, who: usize) {
        self.vault.tally.asked += 1;
        let asker = Asker::Staff(self.people[who].staff);
        self.vault.refuse_at(Room::Keeper, Trouble::NoAssignment, &asker, self.now);
    }

    /// A thief who looks beside the person: some looks more, in between. Returns when the person can go on.
    pub(super) fn drip(&mut self, who: usize) -> Option<u64> {
        let (share, seconds) = match self.attack.filter(|_| self.is_attacked())?.way {
            Way::DripLapsed(share) => (share, None),
            Way::DripDecided(share, seconds) => (share, Some(seconds)),
            _ => return None,
        };
        if !self.people[who].is_thiefs || !self.chance.happens(share as f64 / 100.0) {
            return None;
        }
        let Opened::Yes(_, document) = self.open(who) else { return None };
        self.loot(who, &document);
        self.people[who].is_dripping = seconds.is_some();
        Some(self.now + seconds.unwrap_or(super::people::ASSIGNMENT))
    }

    /// The vault's documents that a thief has seen.
    pub(super) fn loot(&mut self, who: usize, document: &Document) {
        let fresh = self.vault.steal(document);
        self.read(who, document, fresh);
    }

    /// Somebody reads what they were assigned.
    pub(super) fn read(&mut self, who: usize, document: &Document, loot: bool) {
        let (id, person) = (document.number(), &self.people[who]);
        let (who, from) = (person.number, person.address);
        self.look_on(&Read { at: self.now, who, from, document: id, unassigned: false, loot });
    }

    pub(super) fn look_on(&mut self, read: &Read) {
        let attacked = self.vault.tally.attacked;
        self.rivals.iter_mut().for_each(|rival| rival.see(read, attacked));
    }
}
