//! The vault and everybody in it.

mod people;
mod thief;
mod vault;

use std::{cmp::Reverse, collections::BinaryHeap};

use sekisho_core::{budget::Limits, watch::Setup};

use crate::{
    attack::Attack,
    chance::Chance,
    load::{DAY, Load, Scale},
};
pub use people::Person;
pub use vault::{Document, Tally, Vault};

/// The first second of a life: a Monday, midnight in Japan.
pub const START: u64 = 1_767_538_800;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// A document comes.
    Arrive,
    /// A person begins a shift.
    Begin(usize),
    /// A person takes the next document. The number is the shift's.
    Work(usize, u64),
    /// A person is done with what they have.
    Done(usize, u64),
    /// A thief takes the next document in this person's session.
    Steal(usize, u64),
    /// Sessions are stolen.
    Attack,
    /// Once an hour: what is over is let go.
    Sweep,
}

/// Whether budgets and detectors do anything.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// The budgets; without them everything is allowed.
    pub limits: Option<Limits>,
    /// The detectors; without them nothing is found.
    pub setup: Option<Setup>,
}

impl Guard {
    /// Both, as they are by default.
    pub fn full() -> Self {
        Self { limits: Some(Limits::default()), setup: Some(Setup::default()) }
    }
}

/// One life.
pub struct World {
    pub(crate) chance: Chance,
    load: Load,
    pub(crate) vault: Vault,
    pub(crate) people: Vec<Person>,
    pub(crate) attack: Option<Attack>,
    acts: BinaryHeap<Reverse<(u64, u64, Act)>>,
    count: u64,
    pub(crate) now: u64,
    end: u64,
    next_arrival: f64,
}

impl World {
    /// A life of `days` days; if there is an attack, it begins `attack.1` seconds after the start.
    pub fn new(scale: Scale, days: u64, seed: u64, guard: &Guard, attack: Option<(Attack, u64)>) -> Self {
        let mut chance = Chance::new(seed);
        let load = Load::new(scale, days, &mut chance);
        let people = (0..scale.reviewers).map(|number| Person::hire(number, &mut chance)).collect();
        let mut world = Self {
            vault: Vault::new(guard, scale.reviewers),
            chance,
            load,
            people,
            attack: attack.map(|(attack, _)| attack),
            acts: BinaryHeap::new(),
            count: 0,
            now: 0,
            end: days * DAY,
            next_arrival: 0.0,
        };
        world.arrive_next();
        world.at(3600, Act::Sweep);
        (0..scale.reviewers).for_each(|who| world.at(world.people[who].begins(0), Act::Begin(who)));
        attack.into_iter().for_each(|(_, from)| world.at(from, Act::Attack));
        world
    }

    /// Lives it to its end, or to lockdown if there is an attack.
    pub fn live(mut self) -> Tally {
        while let Some(Reverse((at, _, act))) = self.acts.pop() {
            if at > self.end || self.vault.is_locked() && self.attack.is_some() {
                break;
            }
            self.now = at;
            self.act(act);
        }
        self.vault.tally
    }

    pub(crate) fn at(&mut self, at: u64, act: Act) {
        self.count += 1;
        self.acts.push(Reverse((at, self.count, act)));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Arrive => {
                let id = self.chance.bytes();
                self.vault.arrive(id, self.now);
                self.arrive_next();
            }
            Act::Begin(who) => self.begin(who),
            Act::Work(who, shift) => self.work(who, shift),
            Act::Done(who, shift) => self.done(who, shift),
            Act::Steal(who, shift) => self.steal(who, shift),
            Act::Attack => self.begin_attack(),
            Act::Sweep => {
                self.vault.sweep(self.now);
                self.at(self.now + 3600, Act::Sweep);
            }
        }
    }

    fn arrive_next(&mut self) {
        self.next_arrival = self.load.next(self.next_arrival, &mut self.chance);
        self.at(self.next_arrival as u64, Act::Arrive);
    }
}
