//! Reviewers at work.

use sekisho_core::id::{AssignmentId, DeviceId, ShiftId, StaffId};

use super::{Act, Document, World, vault::Opened};
use crate::{attack::Way, chance::Chance, load::DAY};

/// How long a shift lasts, in seconds.
const SHIFT: u64 = 8 * 3600;
/// Days after which somebody new comes for somebody who leaves.
const STAYS: u64 = 400;
/// Days for which somebody is new.
const NEW: u64 = 14;
/// How often somebody who waits for work looks, in seconds.
const LOOKS: u64 = 20;

/// A reviewer.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub staff: StaffId,
    /// With which passkey.
    pub device: DeviceId,
    /// Their shift, and which one it is; none when they are off.
    pub shift: Option<(ShiftId, u64)>,
    /// How slow they are: 1 for most, below for the quick.
    slowness: f64,
    /// When their shift begins, in seconds of the day.
    begins: u64,
    since: u64,
    shifts: u64,
    pub(super) until: u64,
    pub(super) open: Option<(AssignmentId, Document)>,
    /// Whether a thief has the session, and the person does nothing.
    pub(super) is_ridden: bool,
}

impl Person {
    /// Somebody of this number: nine of ten work by day, in shifts that begin between seven and sixteen, one by night.
    pub(super) fn hire(number: usize, chance: &mut Chance) -> Self {
        let hour = if number % 10 == 9 { 22 } else { 7 + number as u64 % 10 };
        Self {
            staff: StaffId::from_bytes(chance.bytes()),
            device: DeviceId::from_bytes(chance.bytes()),
            shift: None,
            slowness: chance.log_normal(1.0, 0.2).clamp(0.64, 1.8),
            begins: hour * 3600 + chance.below(1800),
            since: 0,
            shifts: 0,
            until: 0,
            open: None,
            is_ridden: false,
        }
    }

    pub(super) const fn begins(&self, day: u64) -> u64 {
        day * DAY + self.begins
    }

    const fn is_new(&self, now: u64) -> bool {
        self.since > 0 && now - self.since < NEW * DAY
    }

    /// How long a look with its decision takes.
    pub(super) fn takes(&self, now: u64, chance: &mut Chance) -> u64 {
        let slowness = if self.is_new(now) { 1.6 * self.slowness } else { self.slowness };
        (chance.log_normal(22.0, 0.45) * slowness) as u64 + 3
    }

    /// Whether they are called away from this look.
    fn is_called_away(&self, now: u64, chance: &mut Chance) -> bool {
        chance.happens(if self.is_new(now) { 0.05 } else { 0.03 })
    }
}

impl World {
    pub(super) fn begin(&mut self, who: usize) {
        self.replace(who);
        let id = ShiftId::from_bytes(self.chance.bytes());
        let person = &mut self.people[who];
        person.shifts += 1;
        person.shift = Some((id, person.shifts));
        person.until = self.now + SHIFT;
        let (staff, number) = (person.staff, person.shifts);
        let next = person.begins(self.now / DAY + 1) + self.chance.below(600);
        self.vault.begin_shift(id, staff, self.now);
        self.at(self.now + 1, Act::Work(who, number));
        self.at(next, Act::Begin(who));
    }

    /// Somebody leaves after a while, and somebody new comes.
    fn replace(&mut self, who: usize) {
        let person = &self.people[who];
        let stays = STAYS * DAY / 2 + (who as u64 * 7_919 % STAYS) * DAY;
        if self.now.saturating_sub(person.since) > stays {
            let (number, since) = (who, self.now);
            let begins = person.begins;
            self.people[who] = Person { since, begins, ..Person::hire(number, &mut self.chance) };
        }
    }

    /// Whether this is still the shift that the act was meant for.
    pub(super) fn is_on(&mut self, who: usize, shift: u64) -> bool {
        let (now, person) = (self.now, &mut self.people[who]);
        let on = person.shift.is_some_and(|(_, number)| number == shift);
        if on && now >= person.until && person.open.is_none() {
            let (id, _) = person.shift.take().expect("it is on");
            self.vault.end_shift(id, person.staff, now);
            return false;
        }
        on
    }

    pub(super) fn work(&mut self, who: usize, shift: u64) {
        if !self.is_on(who, shift) || self.people[who].is_ridden {
            return;
        }
        match self.open(who) {
            Opened::Yes(..) => {
                let takes = self.people[who].takes(self.now, &mut self.chance);
                self.at(self.now + takes, Act::Done(who, shift));
            }
            Opened::Nothing => self.at(self.now + LOOKS, Act::Work(who, shift)),
            // Whoever is told when to come back comes back then, at a person's leisure.
            Opened::Wait(until) => {
                let later = until.max(self.now) + 1 + self.chance.below(9);
                self.at(later, Act::Work(who, shift));
            }
        }
        self.obey();
    }

    pub(super) fn open(&mut self, who: usize) -> Opened {
        let opened = self.vault.open(&self.people[who], self.now, &mut self.chance);
        if let Opened::Yes(assignment, document) = &opened {
            self.people[who].open = Some((*assignment, *document));
        }
        opened
    }

    pub(super) fn done(&mut self, who: usize, shift: u64) {
        let Some((assignment, document)) = self.people[who].open.take() else { return };
        if self.people[who].is_called_away(self.now, &mut self.chance) {
            self.vault.lapse(self.people[who].staff, assignment, document, self.now);
        } else {
            self.vault.decide(self.people[who].staff, assignment, document, self.now);
        }
        self.obey();
        if !self.is_on(who, shift) {
            return;
        }
        self.drip(who);
        self.at(self.now + 1, Act::Work(who, shift));
    }

    /// A thief who looks beside the person: some looks more, in between.
    fn drip(&mut self, who: usize) {
        let (share, back) = match self.attack.map(|attack| attack.way) {
            Some(Way::DripBack(share)) if self.vault.tally.attacked.is_some() => (share, true),
            Some(Way::DripDecided(share)) if self.vault.tally.attacked.is_some() => (share, false),
            _ => return,
        };
        if !self.chance.happens(share as f64 / 100.0) {
            return;
        }
        if let Opened::Yes(assignment, document) = self.open(who) {
            self.people[who].open = None;
            self.vault.steal(document);
            let staff = self.people[who].staff;
            match back {
                true => self.vault.lapse(staff, assignment, document, self.now),
                false => self.vault.decide(staff, assignment, document, self.now),
            }
        }
        self.obey();
    }

    /// Does what the findings say.
    pub(super) fn obey(&mut self) {
        for staff in self.vault.take_ended() {
            for who in 0..self.people.len() {
                if self.people[who].staff == staff {
                    self.end(who);
                }
            }
        }
    }

    /// A shift was ended: a thief is out, and the person signs in again a little later.
    fn end(&mut self, who: usize) {
        let (now, person) = (self.now, &mut self.people[who]);
        let Some((id, _)) = person.shift.take() else { return };
        let (staff, open) = (person.staff, person.open.take());
        person.is_ridden = false;
        open.into_iter().for_each(|(assignment, document)| self.vault.lapse(staff, assignment, document, now));
        self.vault.end_shift(id, staff, now);
        let person = &mut self.people[who];
        if now + 300 < person.until {
            person.shifts += 1;
            let (number, id) = (person.shifts, ShiftId::from_bytes(self.chance.bytes()));
            person.shift = Some((id, number));
            self.at(now + 300, Act::Work(who, number));
        }
    }
}
