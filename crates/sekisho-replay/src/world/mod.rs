//! The vault and everybody in it.

mod outside;
mod people;
mod tally;
mod thief;
mod vault;

use std::{cmp::Reverse, collections::BinaryHeap};

use sekisho_core::{budget::Limits, watch::Setup};

use crate::{
    attack::Attack,
    chance::Chance,
    load::{DAY, Load, Scale},
    rivals::Rival,
};
pub use people::Person;
pub use tally::{Notice, Tally};
pub use vault::{Document, Vault};

/// The first second of a life: a Monday, midnight in Japan.
pub const START: u64 = 1_767_538_800;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// A document comes.
    Arrive,
    /// A member sends another picture: which one it is, from 1.
    Retake(u8),
    /// An attacker sends a document of their own under a site's key.
    Fake,
    /// A person begins a shift.
    Begin(usize),
    /// A person takes the next document. The number is the shift's.
    Work(usize, u64),
    /// A person is done with what they have.
    Done(usize, u64),
    /// A person comes back to a document that lapsed.
    Back(usize, u64),
    /// A shift is as long as it may be.
    Leave(usize, u64),
    /// A thief takes the next document in this person's session.
    Steal(usize, u64),
    /// Somebody outside asks for the document of this number.
    Ask(u64),
    /// Once a minute: what was sent is summed up.
    Minute,
    /// Once an hour: what is over is let go.
    Sweep,
}

/// What does anything about a thief.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// The budgets; without them everything is allowed.
    pub limits: Option<Limits>,
    /// The detectors; without them nothing is found.
    pub setup: Option<Setup>,
    /// What others watch with. It looks on and stops nobody.
    pub rivals: Vec<Rival>,
}

impl Guard {
    /// Budgets and detectors as they are by default.
    pub fn full() -> Self {
        Self { limits: Some(Limits::default()), setup: Some(Setup::default()), rivals: Vec::new() }
    }

    /// Neither, with these looking on.
    pub fn of(rivals: Vec<Rival>) -> Self {
        Self { rivals, ..Self::default() }
    }
}

/// One life. A copy of it goes on as it would have.
#[derive(Debug, Clone)]
pub struct World {
    pub(crate) chance: Chance,
    load: Load,
    first: u64,
    pub(crate) vault: Vault,
    pub(crate) people: Vec<Person>,
    pub(crate) attack: Option<Attack>,
    acts: BinaryHeap<Reverse<(u64, u64, Act)>>,
    count: u64,
    pub(crate) now: u64,
    next_arrival: f64,
    idle: Vec<(usize, u64)>,
    sent: outside::Sent,
    rivals: Vec<Rival>,
    /// From which number on an attacker without a session fetches.
    fetched_from: u64,
}

impl World {
    /// A life of `days` days that begins with the day `first` of a year.
    pub fn new(scale: Scale, first: u64, days: u64, seed: u64, guard: &Guard) -> Self {
        let mut chance = Chance::new(seed);
        let load = Load::new(scale, first, days, &mut chance);
        let people = (0..scale.reviewers).map(|number| Person::hire(number, &mut chance)).collect();
        let mut world = Self {
            vault: Vault::new(guard, scale.reviewers),
            chance,
            load,
            first,
            people,
            attack: None,
            acts: BinaryHeap::new(),
            count: 0,
            now: 0,
            next_arrival: 0.0,
            idle: Vec::new(),
            sent: outside::Sent::default(),
            rivals: guard.rivals.clone(),
            fetched_from: 0,
        };
        world.arrive_next();
        world.at(60, Act::Minute);
        world.at(3600, Act::Sweep);
        (0..scale.reviewers).for_each(|who| world.at(world.people[who].begins(0), Act::Begin(who)));
        world
    }

    /// Lives on until `end`, in seconds of the life, or to lockdown if there is an attack.
    pub fn live_until(&mut self, end: u64) {
        while let Some(Reverse((at, _, _))) = self.acts.peek() {
            if *at > end || self.vault.is_locked() && self.attack.is_some() {
                break;
            }
            let Some(Reverse((at, _, act))) = self.acts.pop() else { break };
            self.now = at;
            self.act(act);
        }
    }

    /// Lives to the end of day `days`, and says what happened.
    pub fn live(mut self, days: u64) -> Tally {
        self.live_until(days * DAY);
        self.into_tally()
    }

    /// What happened.
    pub fn into_tally(self) -> Tally {
        Tally { rivals: self.rivals, ..self.vault.tally }
    }

    pub(crate) fn at(&mut self, at: u64, act: Act) {
        self.count += 1;
        self.acts.push(Reverse((at, self.count, act)));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Arrive => {
                self.arrive(1);
                self.arrive_next();
            }
            Act::Retake(arrival) => self.arrive(arrival),
            Act::Fake => self.fake(),
            Act::Begin(who) => self.begin(who),
            Act::Work(who, shift) => self.work(who, shift),
            Act::Done(who, shift) => self.done(who, shift),
            Act::Back(who, shift) => self.back(who, shift),
            Act::Leave(who, shift) => drop(self.is_on(who, shift)),
            Act::Steal(who, shift) => self.steal(who, shift),
            Act::Ask(number) => self.ask(number),
            Act::Minute => self.minute(),
            Act::Sweep => {
                self.vault.sweep(self.now);
                self.obey();
                self.at(self.now + 3600, Act::Sweep);
            }
        }
    }

    fn arrive(&mut self, arrival: u8) {
        let id = self.chance.bytes();
        self.vault.arrive(Document::new(id, self.now, arrival), self.now);
        self.upload();
        self.call_somebody();
    }

    fn arrive_next(&mut self) {
        self.next_arrival = self.load.next(self.next_arrival, &mut self.chance);
        self.at(self.next_arrival as u64, Act::Arrive);
    }

    /// An attacker who holds a site's key sends pictures of their own. They are worth nothing to them.
    fn fake(&mut self) {
        let id = self.chance.bytes();
        self.vault.arrive(Document::fake(id, self.now), self.now);
        self.call_somebody();
        self.fake_next();
    }

    pub(crate) fn fake_next(&mut self) {
        let Some(attack) = self.attack.filter(|attack| attack.flood > 0) else { return };
        let gap = self.chance.exponential(self.load.gap() / attack.flood as f64);
        self.at(self.now + gap as u64, Act::Fake);
    }

    /// When nobody can open anything, if that is now: until when.
    pub(crate) const fn outage(&self) -> Option<u64> {
        let (day, second) = (self.now / DAY, self.now % DAY);
        match crate::load::outage(self.first + day) {
            Some((from, until)) if second >= from && second < until => Some(day * DAY + until),
            _ => None,
        }
    }
}
