//! Lives without an attack: whom it stops by mistake, and what it costs those who wait.

use std::{collections::BTreeMap, ops::Range};

use sekisho_core::watch::{Detector, Verdict};
use serde::{Deserialize, Serialize};

use crate::{
    campaign::each,
    load::Scale,
    rivals,
    world::{Guard, Tally, World},
};

/// A reviewer's year has so many shifts.
const SHIFTS: f64 = 250.0;

/// What quiet lives came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// The scale's name.
    pub scale: String,
    /// How many lives.
    pub lives: u64,
    /// Of how many days each, from which day of a year on.
    pub days: (u64, u64),
    /// Years of the vault.
    pub vault_years: f64,
    /// Years of a reviewer's work.
    pub reviewer_years: f64,
    /// Documents that came.
    pub arrived: u64,
    /// Documents that died undecided, and with neither budgets nor watch.
    pub died: (u64, u64),
    /// Hours within which 80 of 100 were decided, and the same with neither.
    pub hours_80: (u64, u64),
    /// Hours within which 95 of 100 were, and the same with neither.
    pub hours_95: (u64, u64),
    /// Openings that a budget put off.
    pub put_off: u64,
    /// Shifts that ended since three assignments had lapsed, for each year of a reviewer's work.
    pub absences: f64,
    /// Shifts that a finding ended by mistake.
    pub ended: u64,
    /// Pauses.
    pub pauses: u64,
    /// Lockdowns.
    pub lockdowns: u64,
    /// Askers outside that were refused for a while by mistake.
    pub denied: u64,
    /// What officers were told and nothing came of.
    pub notes: u64,
    /// All findings, by detector and verdict.
    pub findings: BTreeMap<String, u64>,
    /// Days on which each rival rang or put somebody off: stock, tuned, stock, tuned…
    pub rivals: Vec<u64>,
}

/// Lives quiet lives of `days` days from the day `first` of a year on, guarded by `guard`, and by nothing.
pub fn quiet(scale: Scale, (first, days): (u64, u64), seeds: Range<u64>, guard: &Guard) -> Quiet {
    let lives = each(seeds, |seed| {
        let live = |guard: &Guard| World::new(scale, first, days, seed, guard).live(days);
        (live(guard), live(&Guard::of(rivals::all())))
    });
    let (ours, bare): (Vec<_>, Vec<_>) = lives.into_iter().unzip();
    summed(scale, (first, days), &ours, &bare)
}

fn summed(scale: Scale, (first, days): (u64, u64), ours: &[Tally], bare: &[Tally]) -> Quiet {
    let mut findings: BTreeMap<(Detector, Verdict), u64> = BTreeMap::new();
    for life in ours {
        life.findings.iter().for_each(|(kind, count)| *findings.entry(*kind).or_default() += count);
    }
    let of = |verdict| findings.iter().filter(|(kind, _)| kind.1 == verdict).map(|(_, count)| count).sum::<u64>();
    let sum = |lives: &[Tally], number: fn(&Tally) -> u64| lives.iter().map(number).sum::<u64>();
    let reviewer_years = sum(ours, |life| life.shifts) as f64 / SHIFTS;
    Quiet {
        scale: scale.name.into(),
        lives: ours.len() as u64,
        days: (first, days),
        vault_years: (days * ours.len() as u64) as f64 / 365.0,
        reviewer_years,
        arrived: sum(ours, |life| life.arrived),
        died: (sum(ours, |life| life.died), sum(bare, |life| life.died)),
        hours_80: (hours(ours, 80), hours(bare, 80)),
        hours_95: (hours(ours, 95), hours(bare, 95)),
        put_off: sum(ours, |life| life.refused),
        absences: sum(ours, |life| life.absences) as f64 / reviewer_years,
        ended: of(Verdict::EndShift),
        pauses: of(Verdict::Pause),
        lockdowns: of(Verdict::Lockdown),
        denied: of(Verdict::Deny),
        notes: of(Verdict::Note),
        findings: findings.iter().map(|(kind, count)| (name(*kind), *count)).collect(),
        rivals: alarm_days(bare),
    }
}

fn alarm_days(lives: &[Tally]) -> Vec<u64> {
    let count = lives.first().map_or(0, |life| life.rivals.len());
    let of = |place: usize| lives.iter().map(|life| life.rivals[place].seen().days.len() as u64).sum();
    (0..count).map(of).collect()
}

/// What a finding is called.
pub fn name((detector, verdict): (Detector, Verdict)) -> String {
    let verdict = match verdict {
        Verdict::Note => "note",
        Verdict::Deny => "deny",
        Verdict::EndShift => "end shift",
        Verdict::Pause => "pause",
        Verdict::Lockdown => "lockdown",
    };
    format!("{detector}: {verdict}")
}

fn hours(lives: &[Tally], percent: u64) -> u64 {
    let mut waited: BTreeMap<u64, u64> = BTreeMap::new();
    lives.iter().flat_map(|life| &life.waited).for_each(|(hours, count)| *waited.entry(*hours).or_default() += count);
    let all: u64 = waited.values().sum();
    let mut so_far = 0;
    let enough = |(hours, count): (u64, u64)| {
        so_far += count;
        (so_far * 100 >= all * percent).then_some(hours + 1)
    };
    waited.into_iter().find_map(enough).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M26: nobody is stopped who works, through a campaign of three times the usual load.
    #[test]
    fn a_months_honest_work_stops_nobody() {
        let quiet = quiet(Scale::S, (0, 25), 1..2, &Guard::full());
        assert!(quiet.arrived > 30_000, "{}", quiet.arrived);
        assert_eq!((quiet.pauses, quiet.lockdowns, quiet.died.0), (0, 0, 0));
        assert!(quiet.ended as f64 <= quiet.reviewer_years, "{:?}", quiet.findings);
        assert_eq!(quiet.rivals.len(), 2 * rivals::NAMES.len());
    }
}
