//! A shift begins at a time of day at which this person never began one.
//!
//! It learns from the ledger alone: the last shifts of six weeks. It is for an officer to know; people swap shifts.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::StaffId,
    time::{HOUR, Timestamp},
    watch::{Detector, Evidence, Finding, PersonVerdict, Sight, Watching, book::Book},
};

const DAY: u64 = 24 * HOUR;
/// The most shifts that are remembered of a person.
const REMEMBERED: usize = 64;

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds of the day between this shift's beginning and the nearest before.
    pub away: u64,
    /// How many shifts must be known before any is unusual.
    pub known: usize,
    /// How far back shifts count, in seconds.
    pub seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { away: 3 * HOUR, known: 5, seconds: 42 * DAY }
    }
}

/// When each began their shifts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hours(Book<StaffId, Vec<Timestamp>>);

/// Seconds between two times of day, the shorter way round.
const fn apart(one: Timestamp, other: Timestamp) -> u64 {
    let between = (one.0 % DAY).abs_diff(other.0 % DAY);
    if between < DAY - between { between } else { DAY - between }
}

impl Watching for Hours {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let (What::ShiftBegan { staff, .. }, now) = (&sight.event.what, sight.event.at) else { return Vec::new() };
        let known = self.0.of(staff, now);
        known.retain(|began| now.since(*began) < settings.seconds);
        known.drain(..known.len().saturating_sub(REMEMBERED - 1));
        let nearest = known.iter().map(|began| apart(*began, now)).min();
        let (count, enough) = (known.len() as u64, known.len() >= settings.known);
        known.push(now);
        let Some(seconds) = nearest.filter(|away| enough && *away >= settings.away) else { return Vec::new() };
        let evidence = Evidence { places: vec![sight.place], count, seconds };
        vec![Finding::of_person(Detector::Hours, *staff, PersonVerdict::Note, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{Verdict, tests::Stream};

    fn begun(hours: &[u64]) -> Vec<Verdict> {
        let mut stream = Stream::default();
        let mut now = 0;
        for (day, hour) in hours.iter().enumerate() {
            let next = day as u64 * DAY + hour * HOUR + (day as u64 * 617) % 1_800;
            stream.wait(next - now);
            now = next;
            stream.begin_shift(1);
        }
        stream.verdicts(Detector::Hours)
    }

    /// M20
    #[test]
    fn a_shift_in_the_night_of_somebody_who_works_by_day_is_told() {
        assert_eq!(begun(&[9, 9, 10, 9, 9, 2]), [Verdict::Note]);
    }

    #[test]
    fn whoever_works_round_the_clock_and_whoever_is_new_is_not() {
        assert_eq!(begun(&[9, 17, 1, 9, 17, 1, 9, 17, 1]), []);
        assert_eq!(begun(&[9, 9, 9, 9, 2]), [], "four shifts are too few to tell");
        assert_eq!(begun(&[23, 23, 23, 23, 23, 23, 1]), [], "midnight is no edge");
    }
}
