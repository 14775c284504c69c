//! The figures of many lives.

use std::collections::BTreeMap;

use sekisho_core::watch::{Detector, Verdict};
use serde::Serialize;

use crate::{
    attack::Attack,
    load::{DAY, Scale},
    world::{Guard, Tally, World},
};

/// What one attack came to, over several seeds.
#[derive(Debug, Serialize)]
pub struct Attacked {
    /// The attack.
    pub attack: &'static str,
    /// How many sessions were taken, in the median.
    pub sessions: usize,
    /// Documents that the thief saw: the median.
    pub median: usize,
    /// The most.
    pub worst: usize,
    /// Documents that were undecided when the attack began and that came until the last theft, in the life with the most.
    pub bound: u64,
    /// The most without budgets and detectors.
    pub unguarded: usize,
    /// In how many lives each detector spoke, and after how many seconds in the median.
    pub noticed: BTreeMap<String, (usize, u64)>,
}

/// What a quiet life came to, over several seeds.
#[derive(Debug, Serialize)]
pub struct Quiet {
    /// Years of a reviewer's work.
    pub reviewer_years: f64,
    /// Years of the vault.
    pub vault_years: f64,
    /// Documents that came.
    pub arrived: u64,
    /// Documents that died undecided.
    pub died: u64,
    /// The same without budgets and detectors.
    pub died_unguarded: u64,
    /// Hours within which 95 of 100 were decided.
    pub hours_95: u64,
    /// The same without budgets and detectors.
    pub hours_95_unguarded: u64,
    /// Openings that a budget put off.
    pub put_off: u64,
    /// Findings by detector and verdict.
    pub findings: BTreeMap<String, u64>,
    /// Shifts that were ended by mistake, for each year of a reviewer's work.
    pub false_ends_per_reviewer_year: f64,
    /// Pauses.
    pub pauses: u64,
    /// Lockdowns.
    pub lockdowns: u64,
}

/// Days of a life before an attack begins, and the hour at which it does.
const BEFORE: u64 = 2 * DAY + 11 * 3600;
/// A reviewer's year has so many shifts.
const SHIFTS: f64 = 250.0;

/// Tries `attack` in `seeds` lives.
pub fn attacked(scale: Scale, attack: Attack, seeds: u64, guard: &Guard) -> Attacked {
    let days = (BEFORE + attack.seconds) / DAY + 1;
    let live = |guard: &Guard, seed| World::new(scale, days, seed, guard, Some((attack, BEFORE))).live();
    let lives: Vec<Tally> = (1..=seeds).map(|seed| live(guard, seed)).collect();
    let mut stolen: Vec<_> = lives.iter().map(|life| life.stolen).collect();
    let mut sessions: Vec<_> = lives.iter().map(|life| life.sessions).collect();
    let median = median(&mut stolen);
    Attacked {
        attack: attack.name,
        sessions: self::median(&mut sessions),
        median,
        worst: stolen.last().copied().unwrap_or(0),
        bound: lives.iter().map(|life| life.bound).max().unwrap_or(0),
        unguarded: (1..=seeds.min(3)).map(|seed| live(&Guard::default(), seed).stolen).max().unwrap_or(0),
        noticed: noticed(&lives),
    }
}

fn noticed(lives: &[Tally]) -> BTreeMap<String, (usize, u64)> {
    let mut after: BTreeMap<(Detector, Verdict), Vec<u64>> = BTreeMap::new();
    for life in lives {
        life.noticed.iter().for_each(|(kind, seconds)| after.entry(*kind).or_default().push(*seconds));
    }
    let told = |(kind, mut seconds): (_, Vec<u64>)| (name(kind), (seconds.len(), median(&mut seconds)));
    after.into_iter().map(told).collect()
}

fn name((detector, verdict): (Detector, Verdict)) -> String {
    format!("{detector}: {}", format!("{verdict:?}").to_lowercase())
}

/// Sorts them and gives the one in the middle.
fn median<T: Ord + Copy + Default>(all: &mut [T]) -> T {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Lives `seeds` quiet lives of `days` days.
pub fn quiet(scale: Scale, days: u64, seeds: u64, guard: &Guard) -> Quiet {
    let lives: Vec<_> = (1..=seeds).map(|seed| World::new(scale, days, seed, guard, None).live()).collect();
    let unguarded: Vec<_> =
        (1..=seeds).map(|seed| World::new(scale, days, seed, &Guard::default(), None).live()).collect();
    let mut findings: BTreeMap<(Detector, Verdict), u64> = BTreeMap::new();
    for life in &lives {
        life.findings.iter().for_each(|(kind, count)| *findings.entry(*kind).or_default() += count);
    }
    let of = |verdict| findings.iter().filter(|(kind, _)| kind.1 == verdict).map(|(_, count)| count).sum::<u64>();
    let sum = |number: fn(&Tally) -> u64| lives.iter().map(number).sum::<u64>();
    let reviewer_years = sum(|life| life.shifts) as f64 / SHIFTS;
    Quiet {
        reviewer_years,
        vault_years: (days * seeds) as f64 / 365.0,
        arrived: sum(|life| life.arrived),
        died: sum(|life| life.died),
        died_unguarded: unguarded.iter().map(|life| life.died).sum(),
        hours_95_unguarded: hours_95(&unguarded),
        hours_95: hours_95(&lives),
        put_off: sum(|life| life.refused),
        false_ends_per_reviewer_year: of(Verdict::EndShift) as f64 / reviewer_years,
        pauses: of(Verdict::Pause),
        lockdowns: of(Verdict::Lockdown),
        findings: findings.iter().map(|(kind, count)| (name(*kind), *count)).collect(),
    }
}

fn hours_95(lives: &[Tally]) -> u64 {
    let mut waited: BTreeMap<u64, u64> = BTreeMap::new();
    lives.iter().flat_map(|life| &life.waited).for_each(|(hours, count)| *waited.entry(*hours).or_default() += count);
    let all: u64 = waited.values().sum();
    let mut so_far = 0;
    let enough = |(hours, count): (u64, u64)| {
        so_far += count;
        (so_far * 100 >= all * 95).then_some(hours + 1)
    };
    waited.into_iter().find_map(enough).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::ATTACKS;

    const SEEDS: u64 = 2;

    fn tried(scale: Scale, name: &str) -> Attacked {
        let attack = ATTACKS.iter().find(|attack| attack.name == name).unwrap();
        attacked(scale, *attack, SEEDS, &Guard::full())
    }

    /// M19: and the control, the same thieves where nothing stops them.
    #[test]
    fn one_ridden_session_faster_than_a_person_gets_25_documents_at_most() {
        for name in ["one session, one a second", "one session, every 5 s", "one session, every 9 s"] {
            let Attacked { worst, unguarded, .. } = tried(Scale::M, name);
            assert!((1..=25).contains(&worst) && unguarded > 200, "{name}: {worst} of {unguarded}");
        }
    }

    /// M19
    #[test]
    fn at_a_persons_pace_a_thief_gets_that_persons_day() {
        let Attacked { worst, .. } = tried(Scale::M, "one session, human pace");
        assert!((50..=150).contains(&worst), "{worst}");
    }

    /// M19
    #[test]
    fn all_sessions_at_once_end_in_lockdown_before_300_documents() {
        let Attacked { worst, unguarded, noticed, bound, .. } = tried(Scale::M, "all sessions, one a second");
        assert!(worst <= 300 && worst as u64 <= bound && unguarded > 1_000, "{worst} of {unguarded}");
        assert_eq!(noticed["together: lockdown"].0 as u64, SEEDS);
    }

    /// M26: nobody is stopped who works, through a campaign of three times the usual load.
    #[test]
    fn a_months_honest_work_stops_nobody() {
        let quiet = quiet(Scale::S, 25, 1, &Guard::full());
        assert!(quiet.arrived > 30_000, "{}", quiet.arrived);
        assert_eq!((quiet.pauses, quiet.lockdowns, quiet.died), (0, 0, 0));
        assert!(quiet.false_ends_per_reviewer_year <= 1.0, "{:?}", quiet.findings);
    }

    #[test]
    fn one_seed_gives_one_life() {
        let life = || format!("{:?}", World::new(Scale::S, 3, 9, &Guard::full(), None).live());
        assert_eq!(life(), life());
    }
}
