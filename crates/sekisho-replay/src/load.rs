//! How much comes in when, and who is there.

use crate::chance::Chance;

/// Seconds in a day.
pub const DAY: u64 = 24 * 3600;

/// How big a vault is: documents a day, and reviewers at work each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// What it is called.
    pub name: &'static str,
    /// Documents that arrive on an average day.
    pub arrivals: u64,
    /// Reviewers who work each day.
    pub reviewers: usize,
}

impl Scale {
    /// A site of the size of the one of 2021: its 1,455 a day.
    pub const S: Scale = Scale { name: "S", arrivals: 1_440, reviewers: 12 };
    /// A vault for several.
    pub const M: Scale = Scale { name: "M", arrivals: 6_000, reviewers: 40 };
    /// A country's.
    pub const L: Scale = Scale { name: "L", arrivals: 60_000, reviewers: 400 };

    /// The scale of this name.
    pub fn named(name: &str) -> Option<Scale> {
        [Self::S, Self::M, Self::L].into_iter().find(|scale| scale.name == name)
    }
}

/// The share of a day's documents by hour: quiet before dawn, peaks at lunch and at half past nine in the evening.
const BY_HOUR: [f64; 24] = [
    4.0, 2.5, 1.5, 1.0, 0.8, 0.8, 1.5, 2.5, 3.5, 4.0, 4.2, 4.8, 6.5, 5.0, 4.0, 3.8, 4.0, 4.5, 5.2, 5.8, 6.5, 8.3, 8.0,
    6.3,
];

/// How documents come in over a life.
#[derive(Debug, Clone)]
pub struct Load {
    scale: Scale,
    /// Each day's factor: weekend, noise, campaign.
    days: Vec<f64>,
}

impl Load {
    /// The load of `days` days from the day `first` of a year on: a weekend brings 1.3 times as much, every day has its
    /// own noise, two days of each month bring three times as much, and one day of a year ten times.
    pub fn new(scale: Scale, first: u64, days: u64, chance: &mut Chance) -> Self {
        let day = |day| weekly(day) * chance.log_normal(1.0, 0.12) * campaign(day);
        Self { scale, days: (first..=first + days).map(day).collect() }
    }

    /// How long it is between two documents on average, in seconds.
    pub fn gap(&self) -> f64 {
        1.0 / self.base()
    }

    /// When the next document comes after `now`, by thinning (Lewis and Shedler, 1979).
    pub fn next(&self, now: f64, chance: &mut Chance) -> f64 {
        let (hour_most, mut at) = (8.3 / 100.0 * 24.0, now);
        loop {
            let most = self.of_day(at).max(self.of_day(at + 3600.0)) * hour_most;
            let gap = chance.exponential(1.0 / (self.base() * most));
            // What the rate is beyond the next hour is not known to be below `most`.
            at += gap.min(3600.0);
            if gap <= 3600.0 && chance.happens(self.rate(at) / (self.base() * most)) {
                return at;
            }
        }
    }

    fn base(&self) -> f64 {
        self.scale.arrivals as f64 / DAY as f64
    }

    fn of_day(&self, at: f64) -> f64 {
        let day = (at / DAY as f64) as usize;
        self.days[day.min(self.days.len() - 1)]
    }

    fn rate(&self, at: f64) -> f64 {
        let hour = (at % DAY as f64 / 3600.0) as usize;
        self.base() * self.of_day(at) * BY_HOUR[hour] / BY_HOUR.iter().sum::<f64>() * 24.0
    }
}

// Five days of 1 and two of 1.3, with a mean of 1.
fn weekly(day: u64) -> f64 {
    if day % 7 >= 5 { 1.3 / 7.6 * 7.0 } else { 7.0 / 7.6 }
}

/// When nobody can open anything on a day, in seconds of the day: four times a year the desk is down from noon to six.
/// Documents go on coming.
pub const fn outage(day: u64) -> Option<(u64, u64)> {
    if day % 91 == 45 { Some((12 * 3600, 18 * 3600)) } else { None }
}

/// What a campaign multiplies a day by.
pub const fn campaign(day: u64) -> f64 {
    match (day % 365, day % 30) {
        (200, _) => 10.0,
        (_, 20 | 21) => 3.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_brings_what_the_scale_says_and_a_campaign_three_times_as_much() {
        let mut chance = Chance::new(5);
        let load = Load::new(Scale::M, 0, 28, &mut chance);
        let (mut at, mut days) = (0.0, [0.0_f64; 28]);
        loop {
            at = load.next(at, &mut chance);
            match days.get_mut((at / DAY as f64) as usize) {
                Some(day) => *day += 1.0,
                None => break,
            }
        }
        let mean = days[..14].iter().sum::<f64>() / 14.0;
        assert!((mean / 6_000.0 - 1.0).abs() < 0.15, "{mean}");
        assert!((days[20] + days[21]) / 2.0 > 2.2 * mean, "{days:?}");
    }
}
