//! Reviewers at work.

use sekisho_core::id::{AssignmentId, DeviceId, ShiftId, StaffId};

use super::{Act, Document, World, vault::Opened};
use crate::{attack::Way, chance::Chance, load::DAY};

/// How long a shift lasts, in seconds.
const SHIFT: u64 = 8 * 3600;
/// How long an assignment lasts, in seconds, as in the keeper.
pub(super) const ASSIGNMENT: u64 = 600;
/// After so many lapses the keeper ends a shift.
const LAPSES: u32 = 3;
/// Days after which somebody new comes for somebody who leaves.
const STAYS: u64 = 400;
/// Days for which somebody is new.
const NEW: u64 = 14;
/// How often somebody who waits for work looks, in seconds.
const LOOKS: u64 = 20;
/// How often somebody whose budget is spent looks in whether it still is, in seconds.
pub(super) const LOOKS_IN: u64 = 900;
/// How many people work behind one address.
const OFFICE: usize = 20;

/// A reviewer.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub staff: StaffId,
    /// With which passkey.
    pub device: DeviceId,
    /// Their shift, and which one it is; none when they are off.
    pub shift: Option<(ShiftId, u64)>,
    /// Which one of the house.
    pub number: u32,
    /// From where they work: by day in offices of twenty, by night at home.
    pub address: u32,
    /// How slow they are: 1 for most, below for the quick.
    slowness: f64,
    /// When their shift begins, in seconds of the day.
    begins: u64,
    since: u64,
    shifts: u64,
    lapses: u32,
    pub(super) until: u64,
    pub(super) open: Option<(AssignmentId, Document)>,
    /// Whether a thief is in their session, or is they.
    pub(super) is_thiefs: bool,
    /// Whether a thief has the session, and the person does nothing.
    pub(super) is_ridden: bool,
    /// Whether what is open is a thief's, who will decide it.
    pub(super) is_dripping: bool,
}

impl Person {
    /// Somebody of this number: nine of ten work by day, in shifts that begin between seven and sixteen, one by night.
    pub(super) fn hire(number: usize, chance: &mut Chance) -> Self {
        let by_night = number % 10 == 9;
        let hour = if by_night { 22 } else { 7 + number as u64 % 10 };
        Self {
            staff: StaffId::from_bytes(chance.bytes()),
            device: DeviceId::from_bytes(chance.bytes()),
            shift: None,
            number: number as u32,
            address: if by_night { 10_000 + number as u32 } else { (number / OFFICE) as u32 },
            slowness: chance.log_normal(1.0, 0.2).clamp(0.64, 1.8),
            begins: hour * 3600 + chance.below(1800),
            since: 0,
            shifts: 0,
            lapses: 0,
            until: 0,
            open: None,
            is_thiefs: false,
            is_ridden: false,
            is_dripping: false,
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

    /// Whether they are called away from this look, for so long that it lapses: once or twice in a shift.
    fn is_called_away(&self, now: u64, chance: &mut Chance) -> bool {
        chance.happens(if self.is_new(now) { 0.02 } else { 0.01 })
    }
}

impl World {
    pub(super) fn begin(&mut self, who: usize) {
        self.replace(who);
        let id = ShiftId::from_bytes(self.chance.bytes());
        let person = &mut self.people[who];
        person.shifts += 1;
        person.lapses = 0;
        person.shift = Some((id, person.shifts));
        person.until = self.now + SHIFT;
        person.is_ridden = person.is_thiefs && self.attack.is_some_and(|attack| attack.way == Way::Rides);
        let (staff, number, until, is_ridden) = (person.staff, person.shifts, person.until, person.is_ridden);
        let next = person.begins(self.now / DAY + 1) + self.chance.below(600);
        self.vault.begin_shift(id, staff, self.now);
        self.at(self.now + 1, if is_ridden { Act::Steal(who, number) } else { Act::Work(who, number) });
        self.at(until, Act::Leave(who, number));
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
        if !self.is_on(who, shift) || self.people[who].is_ridden || self.people[who].open.is_some() {
            return;
        }
        match self.open(who) {
            Opened::Yes(_, document) => self.look(who, shift, &document),
            Opened::Nothing => self.idle.push((who, shift)),
            // Whoever is told when to come back comes back then, at a person's leisure, or looks in before.
            Opened::Wait(until) => {
                let later = until.clamp(self.now, self.now + LOOKS_IN) + 1 + self.chance.below(9);
                self.at(later, Act::Work(who, shift));
            }
        }
        self.obey();
    }

    fn look(&mut self, who: usize, shift: u64, document: &Document) {
        let rogue = self.people[who].is_thiefs && self.attack.is_some_and(|attack| attack.way == Way::Rogue);
        if rogue && self.is_attacked() {
            self.loot(who, document);
        } else {
            self.read(who, document, false);
        }
        if self.people[who].is_called_away(self.now, &mut self.chance) {
            return self.at(self.now + ASSIGNMENT, Act::Back(who, shift));
        }
        let takes = self.people[who].takes(self.now, &mut self.chance);
        self.at(self.now + takes, Act::Done(who, shift));
    }

    pub(super) fn open(&mut self, who: usize) -> Opened {
        if let Some(until) = self.outage() {
            return Opened::Wait(until);
        }
        let opened = self.vault.open(&self.people[who], self.now, &mut self.chance);
        if let Opened::Yes(assignment, document) = &opened {
            self.people[who].open = Some((*assignment, *document));
        }
        opened
    }

    /// Somebody who waits for work finds that there is some.
    pub(super) fn call_somebody(&mut self) {
        while !self.idle.is_empty() {
            let place = self.chance.below(self.idle.len() as u64) as usize;
            let (who, shift) = self.idle.swap_remove(place);
            let person = &self.people[who];
            if person.shift.is_some_and(|(_, number)| number == shift) && !person.is_ridden {
                let later = 1 + self.chance.below(LOOKS);
                return self.at(self.now + later, Act::Work(who, shift));
            }
        }
    }

    pub(super) fn done(&mut self, who: usize, shift: u64) {
        // Between the decision and now the session may have been taken over.
        if !self.is_on(who, shift) || self.people[who].is_ridden {
            return;
        }
        let Some((assignment, document)) = self.people[who].open.take() else { return };
        let was_a_thiefs = std::mem::take(&mut self.people[who].is_dripping);
        self.vault.decide(self.people[who].staff, assignment, document, self.now);
        self.obey();
        if !self.is_on(who, shift) {
            return;
        }
        match if was_a_thiefs { None } else { self.drip(who) } {
            Some(later) if self.people[who].is_dripping => self.at(later, Act::Done(who, shift)),
            Some(later) => self.at(later, Act::Back(who, shift)),
            None => self.at(self.now + 1, Act::Work(who, shift)),
        }
        self.obey();
    }

    pub(super) fn back(&mut self, who: usize, shift: u64) {
        if !self.is_on(who, shift) || self.people[who].is_ridden {
            return;
        }
        let Some((assignment, document)) = self.people[who].open.take() else { return };
        self.lapse(who, assignment, document);
        self.obey();
        if self.is_on(who, shift) {
            self.at(self.now + 1, Act::Work(who, shift));
        }
    }

    /// An assignment lapses. After three the keeper ends the shift, and whoever is there begins another.
    pub(super) fn lapse(&mut self, who: usize, assignment: AssignmentId, document: Document) {
        self.vault.lapse(self.people[who].staff, assignment, document, self.now);
        self.people[who].lapses += 1;
        if self.people[who].lapses >= LAPSES {
            self.vault.tally.absences += u64::from(!self.people[who].is_ridden);
            self.end(who, 60);
        }
        self.call_somebody();
    }

    /// Does what the findings say.
    pub(super) fn obey(&mut self) {
        for staff in self.vault.take_ended() {
            for who in 0..self.people.len() {
                if self.people[who].staff == staff {
                    self.vault.tally.others_ended += u64::from(self.attack.is_some() && !self.people[who].is_thiefs);
                    self.end(who, 300);
                }
            }
        }
    }

    /// A shift was ended: a thief is out, and the person signs in again after so many seconds. Whoever misbehaves in
    /// their own name goes on with it.
    fn end(&mut self, who: usize, seconds: u64) {
        let (now, wrecks) = (self.now, self.attack.is_some_and(|attack| attack.way == Way::Wrecks));
        let person = &mut self.people[who];
        let Some((id, _)) = person.shift.take() else { return };
        let (staff, open) = (person.staff, person.open.take());
        person.is_ridden &= wrecks;
        person.is_dripping = false;
        open.into_iter().for_each(|(assignment, document)| self.vault.lapse(staff, assignment, document, now));
        self.vault.end_shift(id, staff, now);
        let person = &mut self.people[who];
        if now + seconds < person.until {
            person.shifts += 1;
            person.lapses = 0;
            let (number, id) = (person.shifts, ShiftId::from_bytes(self.chance.bytes()));
            person.shift = Some((id, number));
            let (until, is_ridden) = (person.until, person.is_ridden);
            self.at(now + seconds, if is_ridden { Act::Steal(who, number) } else { Act::Work(who, number) });
            self.at(until, Act::Leave(who, number));
        }
    }
}
