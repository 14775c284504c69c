//! What others watch with: their published rules, modelled.
//!
//! None of these is the product itself. Each is the rule that its maker publishes, at the settings that are published
//! (*stock*) and at the most sensitive ones of a row that ring on one day in a year at most in honest lives (*tuned*,
//! found by `--tune` on seeds 1–20 and used on others). They are given every advantage: their first alarm stops
//! everything, at once, whatever it was about.

mod bucket;
mod counted;
mod learnt;

use std::collections::HashSet;

pub use bucket::Bucket;
pub use counted::{Counted, Of};
pub use learnt::{Daily, Persons, Season};

use crate::load::DAY;

/// A picture that was read in a vault without budgets and watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// When, in seconds of the life.
    pub at: u64,
    /// By whom: a reviewer, or the site's key.
    pub who: u32,
    /// From which address.
    pub from: u32,
    /// Which document.
    pub document: u64,
    /// Whether it was asked for without an assignment.
    pub unassigned: bool,
    /// Whether a thief sees it, for the first time.
    pub loot: bool,
}

/// What comes of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It goes through.
    Passed,
    /// It is put off, and nobody is told.
    PutOff,
    /// It goes through, and somebody is told.
    Alarm,
}

/// A rule.
#[derive(Debug, Clone)]
pub enum Rule {
    /// A leaky bucket for each address.
    Bucket(Bucket),
    /// So many within some time.
    Counted(Counted),
    /// More than this person usually reads.
    Persons(Persons),
    /// More than all read at this time of day.
    Season(Season),
    /// More than 24 hours of the last week had.
    Daily(Daily),
    /// One document of so many is bait that nobody is assigned.
    Canary(u64),
    /// A token bucket for each address that puts off and tells nobody.
    Quota(Bucket),
}

impl Rule {
    fn see(&mut self, read: &Read) -> Outcome {
        let rings = match self {
            Self::Bucket(bucket) => bucket.overflows(read),
            Self::Counted(counted) => counted.rings(read),
            Self::Persons(persons) => persons.rings(read),
            Self::Season(season) => season.rings(read),
            Self::Daily(daily) => daily.rings(read),
            Self::Canary(density) => read.unassigned && mixed(read.document).is_multiple_of(*density),
            Self::Quota(bucket) => return if bucket.overflows(read) { Outcome::PutOff } else { Outcome::Passed },
        };
        if rings { Outcome::Alarm } else { Outcome::Passed }
    }
}

/// Which of the documents are bait can't be told from their numbers.
const fn mixed(number: u64) -> u64 {
    sekisho_core::testing::Chance::new(number).draw()
}

/// A rule at work in one life.
#[derive(Debug, Clone)]
pub struct Rival {
    /// What it is called.
    pub name: &'static str,
    rule: Rule,
    seen: Seen,
}

/// What a rule saw in a life.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Days on which it rang, or put somebody off, before an attack.
    pub days: HashSet<u64>,
    /// When it rang first after an attack had begun.
    pub rang: Option<u64>,
    /// What a thief had seen by then.
    pub loot: u64,
}

impl Rival {
    /// A rule of this name.
    pub fn new(name: &'static str, rule: Rule) -> Self {
        Self { name, rule, seen: Seen::default() }
    }

    /// Looks at a read; `attacked` says when an attack began, if it has.
    pub fn see(&mut self, read: &Read, attacked: Option<u64>) {
        let outcome = self.rule.see(read);
        let Some(began) = attacked else {
            if outcome != Outcome::Passed {
                self.seen.days.insert(read.at / DAY);
            }
            return;
        };
        if self.seen.rang.is_none() {
            self.seen.loot += u64::from(read.loot && outcome != Outcome::PutOff);
            self.seen.rang = (outcome == Outcome::Alarm).then_some(read.at - began);
        }
    }

    /// What it saw.
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }
}

/// What the rivals are called, with the published rule that each models.
pub const NAMES: [(&str, &str); 8] = [
    ("CrowdSec", "crowdsecurity/http-crawl-non_statics: a bucket of 40 for each address that leaks one in 0.5 s"),
    ("fail2ban", "maxretry reads within findtime from one address: 60 in 600 s"),
    ("Splunk-like", "reads of each person in 10 minutes, further than 3 deviations above everybody's mean"),
    ("GetObject count", "Panther AWS.S3.MassExfiltrationDeletion: 20 reads of one principal in 15 minutes"),
    ("seasonal", "reads of all in 10 minutes, further than 4 deviations above the mean of this time of day"),
    ("canary only", "one document of 1,000 is bait that nobody is ever assigned"),
    ("daily budget", "24 hours of all may have 1.35 times the most of the last seven days"),
    ("OpenBao quota", "rate-limit quota: a token bucket for each address, 10 a second; it puts off and tells nobody"),
];

/// Each rival's settings, the most sensitive first; the one of this place is stock.
fn settings(name: &str) -> (Vec<f64>, usize) {
    let (settings, stock): (&[f64], usize) = match name {
        "CrowdSec" => (&[5.0, 10.0, 20.0, 40.0, 80.0], 3),
        "fail2ban" => (&[60.0, 150.0, 300.0, 450.0, 600.0, 800.0, 1_200.0, 2_400.0], 0),
        "Splunk-like" => (&[3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 20.0], 0),
        "GetObject count" => (&[20.0, 40.0, 45.0, 50.0, 55.0, 60.0, 80.0, 100.0], 0),
        "seasonal" => (&[3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 128.0], 1),
        "canary only" => (&[100.0, 1_000.0, 10_000.0], 1),
        "daily budget" => (&[1.1, 1.35, 1.6, 2.0, 2.5, 3.0, 4.0], 1),
        _ => (&[1.0, 2.0, 3.0, 4.0, 5.0, 10.0], 5),
    };
    (settings.to_vec(), stock)
}

fn rule(name: &str, setting: f64) -> Rule {
    match name {
        "CrowdSec" => Rule::Bucket(Bucket::new(setting, 2.0)),
        "fail2ban" => Rule::Counted(Counted::new(Of::Address, setting as usize, 600)),
        "Splunk-like" => Rule::Persons(Persons::new(setting)),
        "GetObject count" => Rule::Counted(Counted::new(Of::Person, setting as usize, 900)),
        "seasonal" => Rule::Season(Season::new(setting)),
        "canary only" => Rule::Canary(setting as u64),
        "daily budget" => Rule::Daily(Daily::new(setting)),
        _ => Rule::Quota(Bucket::new(setting, setting)),
    }
}

/// What `--tune` found on seeds 1–20 at scale M.
const TUNED: [f64; 8] = [5.0, 300.0, 10.0, 55.0, 48.0, 100.0, 3.0, 5.0];

/// Each rival, stock and then tuned.
pub fn all() -> Vec<Rival> {
    let both = |(place, (name, _)): (usize, &(&'static str, &str))| {
        let (settings, stock) = settings(name);
        [settings[stock], TUNED[place]].map(|setting| Rival::new(name, rule(name, setting)))
    };
    NAMES.iter().enumerate().flat_map(both).collect()
}

/// Each rival at each of its settings.
pub fn every_setting() -> Vec<(Rival, f64)> {
    let each = |(name, _): &(&'static str, &str)| {
        let (name, settings) = (*name, settings(name).0);
        settings.into_iter().map(move |setting| (Rival::new(name, rule(name, setting)), setting))
    };
    NAMES.iter().flat_map(each).collect()
}

/// The settings of the rival at `place`: stock, tuned.
pub fn set(place: usize) -> (f64, f64) {
    let (settings, stock) = settings(NAMES[place].0);
    (settings[stock], TUNED[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(at: u64, document: u64) -> Read {
        Read { at, who: 1, from: 1, document, unassigned: true, loot: true }
    }

    #[test]
    fn an_alarm_before_an_attack_is_a_false_one_and_after_it_ends_the_theft() {
        let mut rival = Rival::new("fail2ban", rule("fail2ban", 60.0));
        (0..60).for_each(|at| rival.see(&read(at, at), None));
        assert_eq!((rival.seen().days.len(), rival.seen().rang), (1, None));
        (1_000..1_200).for_each(|at| rival.see(&read(at, at), Some(1_000)));
        assert_eq!((rival.seen().rang, rival.seen().loot), (Some(59), 60));
    }

    #[test]
    fn a_quota_lets_through_what_it_allows_and_tells_nobody() {
        let mut rival = Rival::new("OpenBao quota", rule("OpenBao quota", 2.0));
        (0..10_000).for_each(|nth| rival.see(&read(nth / 100, nth), Some(0)));
        assert_eq!(rival.seen().rang, None);
        assert!((190..=210).contains(&rival.seen().loot), "{}", rival.seen().loot);
    }

    #[test]
    fn bait_is_touched_by_whoever_fetches_and_by_nobody_who_is_assigned() {
        let touched = |unassigned| {
            let mut rival = Rival::new("canary only", rule("canary only", 1_000.0));
            (0..20_000).for_each(|nth| rival.see(&Read { unassigned, ..read(nth, nth) }, Some(0)));
            rival.seen().rang
        };
        assert!(touched(true).is_some() && touched(false).is_none());
    }

    #[test]
    fn what_is_tuned_is_one_of_the_settings() {
        for (place, (name, _)) in NAMES.iter().enumerate() {
            assert!(settings(name).0.contains(&TUNED[place]), "{name}");
        }
    }
}
