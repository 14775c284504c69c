//! What learns from what was: deviations from a mean, and a multiple of the most.

use std::collections::HashMap;

use super::Read;
use crate::load::DAY;

/// Ten minutes: the bins of all that learn.
const BIN: u64 = 600;
/// Bins of a day.
const BINS: usize = (DAY / BIN) as usize;

/// Mean and deviation so far (Welford, 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Usual {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Usual {
    fn learn(&mut self, value: f64) {
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }

    /// Whether `value` is further above the mean than so many deviations, once so many are known.
    fn is_exceeded(&self, value: f64, deviations: f64, known: f64) -> bool {
        let deviation = (self.squares / (self.count - 1.0).max(1.0)).sqrt();
        self.count >= known && value > self.mean + deviations * deviation.max(1.0)
    }
}

/// Reads of one person in ten minutes, against what anybody reads in ten minutes in which they read.
#[derive(Debug, Clone)]
pub struct Persons {
    deviations: f64,
    usual: Usual,
    of: HashMap<u32, (u64, f64)>,
}

impl Persons {
    /// Rings beyond so many deviations.
    pub fn new(deviations: f64) -> Self {
        Self { deviations, usual: Usual::default(), of: HashMap::new() }
    }

    pub(super) fn rings(&mut self, read: &Read) -> bool {
        let bin = read.at / BIN;
        let (now, count) = self.of.entry(read.who).or_insert((bin, 0.0));
        let over = *now < bin;
        let rings = over && self.usual.is_exceeded(*count, self.deviations, 100.0);
        if over {
            self.usual.learn(*count);
            (*now, *count) = (bin, 0.0);
        }
        *count += 1.0;
        rings
    }
}

/// Reads of all in ten minutes, against the same ten minutes of the days before.
#[derive(Debug, Clone)]
pub struct Season {
    deviations: f64,
    bin: u64,
    count: f64,
    usual: Vec<Usual>,
}

impl Season {
    /// Rings beyond so many deviations.
    pub fn new(deviations: f64) -> Self {
        Self { deviations, bin: 0, count: 0.0, usual: vec![Usual::default(); BINS] }
    }

    pub(super) fn rings(&mut self, read: &Read) -> bool {
        let (bin, mut rings) = (read.at / BIN, false);
        while self.bin < bin {
            let usual = &mut self.usual[self.bin as usize % BINS];
            rings |= usual.is_exceeded(self.count, self.deviations, 7.0);
            usual.learn(self.count);
            (self.bin, self.count) = (self.bin + 1, 0.0);
        }
        self.count += 1.0;
        rings
    }
}

/// Reads of all in 24 hours, against the most of the last seven days.
#[derive(Debug, Clone)]
pub struct Daily {
    factor: f64,
    bin: u64,
    bins: Vec<f64>,
    sum: f64,
    days: Vec<f64>,
    today: f64,
    rung: Option<u64>,
}

impl Daily {
    /// Rings beyond so many times the most.
    pub fn new(factor: f64) -> Self {
        Self { factor, bin: 0, bins: vec![0.0; BINS], sum: 0.0, days: Vec::new(), today: 0.0, rung: None }
    }

    pub(super) fn rings(&mut self, read: &Read) -> bool {
        while self.bin < read.at / BIN {
            self.turn();
        }
        self.bins[self.bin as usize % BINS] += 1.0;
        self.sum += 1.0;
        self.today += 1.0;
        let most = self.days.iter().rev().take(7).copied().fold(0.0, f64::max);
        // It says so once a day.
        let rings = self.days.len() >= 7 && self.sum > self.factor * most && self.rung != Some(self.bin / BINS as u64);
        if rings {
            self.rung = Some(self.bin / BINS as u64);
        }
        rings
    }

    fn turn(&mut self) {
        self.bin += 1;
        let place = self.bin as usize % BINS;
        self.sum -= std::mem::take(&mut self.bins[place]);
        if place == 0 {
            self.days.push(std::mem::take(&mut self.today));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(at: u64, who: u32) -> Read {
        Read { at, who, from: who, document: at, unassigned: false, loot: false }
    }

    /// Fourteen even days of one read a minute, then ten times as many: when each rings.
    fn rung(mut rings: impl FnMut(&Read) -> bool) -> Option<u64> {
        for minute in 0..14 * 1_440 {
            assert!(!rings(&read(minute * 60, 1)), "in even days");
        }
        (0..14_400).map(|nth| 14 * DAY + nth * 6).find(|at| rings(&read(*at, 1))).map(|at| at - 14 * DAY)
    }

    #[test]
    fn ten_times_as_much_as_ever_is_found_when_a_bin_is_over_or_a_day_is_full() {
        let mut persons = Persons::new(3.0);
        assert_eq!(rung(|read| persons.rings(read)), Some(600));
        let mut season = Season::new(4.0);
        assert_eq!(rung(|read| season.rings(read)), Some(600));
        let mut daily = Daily::new(1.35);
        let after = rung(|read| daily.rings(read)).unwrap();
        assert!((3_000..4_500).contains(&after), "{after}");
    }
}
