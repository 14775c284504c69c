//! What the processes and their files hold, over time.

use std::{collections::BTreeMap, fs, time::Duration};

use serde::Serialize;

use crate::{
    ground::Ground,
    processes::{self, Held},
};

/// Files whose size is watched.
const FILES: [&str; 7] = [
    "keeper/keeper.db",
    "keeper/keeper.db-wal",
    "gate/gate.db",
    "gate/gate.db-wal",
    "desk/desk.db",
    "desk/desk.db-wal",
    "ledger/journal",
];

/// How long to wait between two samples: sixty of them in all, but none more often than once a second.
pub(super) fn pause(time: Duration) -> Duration {
    (time / 60).max(Duration::from_secs(1)).min(time)
}

/// One process at one time.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Duration,
    pid: u32,
    held: Held,
}

/// All samples, by process.
#[derive(Debug, Default)]
pub(super) struct Samples {
    by_role: BTreeMap<String, Vec<Sample>>,
    files: BTreeMap<&'static str, (u64, u64)>,
}

/// What a process held at the start, after a sixth of the time and at the end.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Course {
    start: Held,
    sixth: Held,
    end: Held,
    /// KiB of PSS in the median of the first third of the samples, and of the last.
    first_third: u64,
    last_third: u64,
    /// The most that was seen, in KiB of PSS.
    most: u64,
    /// The straight line through the last three quarters of the samples, in KiB of PSS an hour.
    pss_kib_per_hour: i64,
    /// How often it was another process than before.
    restarts: usize,
}

/// A file's size in bytes: at the end, and the largest seen.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Size {
    end: u64,
    largest: u64,
}

impl Samples {
    pub(super) fn take(&mut self, ground: &Ground, at: Duration) {
        let supervisor = ground.supervisor();
        let roles = ground.roles().into_iter().map(|(role, pid)| (role.to_string(), pid));
        for (name, pid) in roles.chain([("supervisor".to_owned(), supervisor)]) {
            if let Some(held) = processes::held(pid) {
                self.by_role.entry(name).or_default().push(Sample { at, pid, held });
            }
        }
        for name in FILES {
            let size = fs::metadata(ground.data(name)).map_or(0, |meta| meta.len());
            let known = self.files.entry(name).or_default();
            *known = (size, known.1.max(size));
        }
    }

    /// The newest, in a line.
    pub(super) fn line(&self) -> String {
        let newest = self.by_role.iter().filter_map(|(name, samples)| Some((name, samples.last()?)));
        let each: Vec<_> = newest.map(|(name, sample)| format!("{name} {} KiB", sample.held.pss)).collect();
        let at = self.by_role.values().filter_map(|samples| samples.last()).map(|sample| sample.at.as_secs()).max();
        format!("{} s: {}", at.unwrap_or(0), each.join(", "))
    }

    pub(super) fn courses(&self) -> BTreeMap<String, Course> {
        self.by_role.iter().filter_map(|(name, samples)| Some((name.clone(), course(samples)?))).collect()
    }

    pub(super) fn sizes(&self) -> BTreeMap<&'static str, Size> {
        self.files.iter().map(|(name, (end, largest))| (*name, Size { end: *end, largest: *largest })).collect()
    }
}

fn course(samples: &[Sample]) -> Option<Course> {
    let held = |at: usize| samples.get(at).map(|sample| sample.held);
    Some(Course {
        start: held(0)?,
        sixth: held(samples.len() / 6)?,
        end: held(samples.len() - 1)?,
        first_third: median(&samples[..samples.len().div_ceil(3)]),
        last_third: median(&samples[samples.len() * 2 / 3..]),
        most: samples.iter().map(|sample| sample.held.pss).max()?,
        pss_kib_per_hour: slope(&samples[samples.len() / 4..]),
        restarts: samples.windows(2).filter(|pair| pair[0].pid != pair[1].pid).count(),
    })
}

fn median(samples: &[Sample]) -> u64 {
    let mut pss: Vec<_> = samples.iter().map(|sample| sample.held.pss).collect();
    pss.sort_unstable();
    pss.get(pss.len() / 2).copied().unwrap_or_default()
}

/// Least squares.
fn slope(samples: &[Sample]) -> i64 {
    let points: Vec<_> = samples.iter().map(|one| (one.at.as_secs_f64() / 3600.0, one.held.pss as f64)).collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), point| {
        (above + (point.0 - x) * (point.1 - y), below + (point.0 - x).powi(2))
    });
    if below > 0.0 { (above / below) as i64 } else { 0 }
}

impl Course {
    /// Whether it held clearly more in the last third of the time than in the first, which includes that it warmed up:
    /// by a fifth, and by 4 MiB. One burst moves no median.
    pub(super) fn grows(&self) -> bool {
        let (first, last) = (self.first_third, self.last_third);
        last > first + first / 5 && last > first + 4 * 1024
    }

    pub(super) fn restarts(&self) -> usize {
        self.restarts
    }

    /// Growth in KiB of PSS an hour.
    pub(super) fn growth(&self) -> i64 {
        self.pss_kib_per_hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(pss: impl Fn(u64) -> u64) -> Vec<Sample> {
        let sample = |minute: u64| Sample {
            at: Duration::from_secs(minute * 60),
            pid: 1,
            held: Held { pss: pss(minute), ..Held::default() },
        };
        (0..60).map(sample).collect()
    }

    #[test]
    fn a_leak_is_told_from_a_process_that_warmed_up() {
        let leaks = course(&samples(|minute| 20_000 + minute * 1_000)).unwrap();
        assert!(leaks.grows() && (59_000..61_000).contains(&leaks.growth()), "{leaks:?}");
        let warms = course(&samples(|minute| 20_000 + minute.min(10) * 1_000)).unwrap();
        assert!(!warms.grows() && warms.growth() < 1_000, "{warms:?}");
        let bursts = course(&samples(|minute| if minute == 55 { 60_000 } else { 20_000 })).unwrap();
        assert!(!bursts.grows() && bursts.most == 60_000, "{bursts:?}");
        let steps = course(&samples(|minute| if minute > 30 { 36_000 } else { 16_000 })).unwrap();
        assert!(steps.grows(), "what rises once and stays is a finding too: {steps:?}");
    }
}
