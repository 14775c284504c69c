//! The figures of an attack over many lives, held against its goal.

use serde::{Deserialize, Serialize};

use crate::{
    attack::{ATTACKS, Attack, Goal},
    campaign::Attacked,
    quiet::name,
};

/// Three days, in seconds: within which a slow drip is to be told.
const THREE_DAYS: u64 = 3 * 24 * 3600;
/// Refusals within which somebody without an assignment is to be noticed.
const REFUSALS: u64 = 10;

/// What one attack came to over several lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The attack.
    pub attack: String,
    /// How many sessions were taken, in the median.
    pub sessions: u64,
    /// Documents that the thief saw: median and most.
    pub stolen: (u64, u64),
    /// Documents that were there and came: in the median.
    pub bound: u64,
    /// In how many lives it was noticed.
    pub noticed: u64,
    /// After how many seconds, in those lives: median and most.
    pub seconds: (u64, u64),
    /// After how many refusals: median and most. Only where what isn't assigned is asked for.
    pub refusals: (u64, u64),
    /// What noticed it, in most lives.
    pub by: Option<String>,
    /// In how many lives the vault was locked down.
    pub locked: u64,
    /// In how many anything was paused or locked.
    pub shut: u64,
    /// Shifts that ended, the attacker's own included: in the median.
    pub ended: u64,
    /// Shifts of others that ended, in all lives.
    pub others_ended: u64,
    /// Whether the goal is held in every life.
    pub held: bool,
    /// Documents where nothing stops it: the median.
    pub unguarded: u64,
    /// For each rival, stock and tuned in turns: what had been seen when it rang, in the median, and in how many lives
    /// it rang.
    pub rivals: Vec<(u64, u64)>,
}

/// The one in the middle.
pub fn median(all: impl Iterator<Item = u64>) -> u64 {
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

fn both(all: impl Iterator<Item = u64> + Clone) -> (u64, u64) {
    (median(all.clone()), all.max().unwrap_or(0))
}

/// The rows of all attacks; `lives` has for each life what each attack came to.
pub fn rows(lives: &[Vec<Attacked>]) -> Vec<Row> {
    let of = |(place, attack): (usize, &Attack)| {
        let lives: Vec<_> = lives.iter().map(|life| &life[place]).collect();
        row(attack, &lives)
    };
    ATTACKS.iter().enumerate().map(of).collect()
}

fn row(attack: &Attack, lives: &[&Attacked]) -> Row {
    let each = |number: fn(&Attacked) -> u64| lives.iter().map(move |life| number(life));
    let noticed = lives.iter().filter_map(|life| life.noticed);
    let rivals = lives.first().map_or(0, |life| life.rivals.len());
    Row {
        attack: attack.name.into(),
        sessions: median(each(|life| life.sessions as u64)),
        stolen: both(each(|life| life.stolen)),
        bound: median(each(|life| life.bound)),
        noticed: noticed.clone().count() as u64,
        seconds: both(noticed.clone().map(|(seconds, _)| seconds)),
        refusals: both(noticed.map(|(_, refusals)| refusals)),
        by: most_common(lives),
        locked: each(|life| u64::from(life.locked)).sum(),
        shut: each(|life| u64::from(life.shut > 0)).sum(),
        ended: median(each(|life| life.ended)),
        others_ended: each(|life| life.others_ended).sum(),
        held: lives.iter().all(|life| is_held(attack.goal, life)),
        unguarded: median(each(|life| life.unguarded)),
        rivals: (0..rivals).map(|place| of_rival(lives, place)).collect(),
    }
}

fn of_rival(lives: &[&Attacked], place: usize) -> (u64, u64) {
    let rang = lives.iter().filter(|life| life.rivals[place].1).count() as u64;
    (median(lives.iter().map(|life| life.rivals[place].0)), rang)
}

fn most_common(lives: &[&Attacked]) -> Option<String> {
    let mut all: Vec<_> = lives.iter().filter_map(|life| life.by).collect();
    all.sort_unstable();
    all.chunk_by(|one, other| one == other).max_by_key(|same| same.len()).map(|same| name(same[0]))
}

/// Whether `goal` is held in this life.
fn is_held(goal: Goal, life: &Attacked) -> bool {
    match goal {
        Goal::Documents(most) => life.stolen <= most,
        Goal::DocumentsAndArrivals(most) => life.stolen <= most && life.stolen <= life.bound,
        Goal::ArrivalsAndTold => {
            life.stolen <= life.bound && life.noticed.is_some_and(|(seconds, _)| seconds <= THREE_DAYS)
        }
        // The watch looks at each event as it comes: it is told in the second of the refusal that it rests on.
        Goal::NothingAndNoticed => life.stolen == 0 && life.noticed.is_some_and(|(_, refusals)| refusals <= REFUSALS),
        Goal::NobodyStopped => life.shut == 0 && life.others_ended == 0,
        Goal::OwnShiftOnly => life.shut == 0 && life.others_ended == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(stolen: u64) -> Attacked {
        Attacked { stolen, bound: 100, noticed: Some((5, 9)), ..Attacked::default() }
    }

    #[test]
    fn a_goal_is_held_only_if_it_is_in_every_life() {
        assert!(is_held(Goal::Documents(25), &life(25)) && !is_held(Goal::Documents(25), &life(26)));
        assert!(!is_held(Goal::DocumentsAndArrivals(300), &life(101)), "more than was there");
        let late = Attacked { noticed: Some((THREE_DAYS + 1, 11)), ..life(0) };
        assert!(is_held(Goal::ArrivalsAndTold, &life(9)) && !is_held(Goal::ArrivalsAndTold, &late));
        assert!(is_held(Goal::NothingAndNoticed, &life(0)) && !is_held(Goal::NothingAndNoticed, &late));
        assert!(!is_held(Goal::OwnShiftOnly, &Attacked { others_ended: 1, ..life(0) }));
        assert!(!is_held(Goal::NobodyStopped, &Attacked { shut: 1, ..life(0) }));
    }

    #[test]
    fn a_row_has_the_median_and_the_worst() {
        let lives: Vec<_> = [7, 30, 9].map(|stolen| vec![life(stolen); ATTACKS.len()]).into();
        let row = &rows(&lives)[0];
        assert_eq!((row.stolen, row.held, row.noticed, row.seconds), ((9, 30), false, 3, (5, 5)));
    }
}
