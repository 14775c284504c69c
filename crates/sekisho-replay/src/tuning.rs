//! The most sensitive settings of others that ring on one day in a year at most.

use std::ops::Range;

use crate::{
    campaign::each,
    load::Scale,
    rivals::{self, NAMES},
    world::{Guard, World},
};

/// How long each life is, in days: two campaigns of three times the usual load.
const DAYS: u64 = 60;

/// One setting of one rival.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The rival.
    pub name: &'static str,
    /// Its setting.
    pub setting: f64,
    /// Days of a year on which it rings in honest lives.
    pub days_a_year: f64,
    /// Whether it is the most sensitive one that may be used.
    pub chosen: bool,
}

/// Tries every setting on `seeds`.
pub fn tuned(scale: Scale, seeds: Range<u64>) -> Vec<Tried> {
    let every = rivals::every_setting();
    let guard = Guard::of(every.iter().map(|(rival, _)| rival.clone()).collect());
    let lives = each(seeds, |seed| World::new(scale, 0, DAYS, seed, &guard).live(DAYS));
    let years = (lives.len() as u64 * DAYS) as f64 / 365.0;
    let days = |place: usize| lives.iter().map(|life| life.rivals[place].seen().days.len()).sum::<usize>() as f64;
    let tried = every.iter().enumerate().map(|(place, (rival, setting))| Tried {
        name: rival.name,
        setting: *setting,
        days_a_year: days(place) / years,
        chosen: false,
    });
    let mut tried: Vec<_> = tried.collect();
    for (name, _) in NAMES {
        if let Some(first) = tried.iter_mut().find(|one| one.name == name && one.days_a_year <= 1.0) {
            first.chosen = true;
        }
    }
    tried
}
