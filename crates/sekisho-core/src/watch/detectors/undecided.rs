//! Somebody looks at documents and doesn't decide them.
//!
//! Each look ends with a decision or comes to nothing: the assignment lapsed or was given back. An honest person is
//! called away now and then, at five looks of a hundred at the worst; whoever looks for the sake of looking decides as
//! few as they can. A CUSUM that goes up by four when a look comes to nothing, and down by one when it is decided,
//! tells the two apart ([Page, 1954]): its average run length at five of a hundred is 105,000 looks, 2.8 years of work;
//! at three, 46 years. It finds whoever decides nothing after 5 looks, half after 12, three tenths after 31.
//!
//! [Page, 1954]: https://doi.org/10.1093/biomet/41.1-2.100

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::{AssignmentId, StaffId},
    watch::{
        Detector, Finding, PersonVerdict, Sight, Watching,
        book::{Book, Trail},
        cusum::Cusum,
    },
};

/// How far back its evidence goes, in seconds: a day.
const EVIDENCE: u64 = 24 * 3600;

/// The test's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// By how much a look that comes to nothing goes up. A decision goes down by one.
    pub up: u64,
    /// Where it rings.
    pub limit: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { up: 4, limit: 18 }
    }
}

/// Each person's last look, and how many came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Undecided(Book<StaffId, Looks>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Looks {
    open: Option<AssignmentId>,
    test: Cusum,
    nothing: Trail,
}

/// How a look under an assignment ended, if this event ends one.
pub(super) const fn end(what: &What) -> Option<(StaffId, AssignmentId, bool)> {
    match what {
        What::Decided { staff, assignment, .. } => Some((*staff, *assignment, true)),
        What::Lapsed { staff, assignment, .. } => Some((*staff, *assignment, false)),
        _ => None,
    }
}

impl Watching for Undecided {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let now = sight.event.at;
        if let What::Viewed { staff, assignment, .. } = &sight.event.what {
            self.0.of(staff, now).open = Some(*assignment);
        }
        let Some((staff, assignment, decided)) = end(&sight.event.what) else { return Vec::new() };
        let looks = self.0.of(&staff, now);
        if looks.open != Some(assignment) {
            return Vec::new();
        }
        looks.open = None;
        if !decided {
            looks.nothing.add(now, sight.place, 1, EVIDENCE);
        }
        let (up, down) = if decided { (0, 1) } else { (settings.up, 0) };
        if !looks.test.step(up, down, settings.limit) {
            return Vec::new();
        }
        let evidence = looks.nothing.evidence();
        self.0.forget(&staff);
        vec![Finding::of_person(Detector::Undecided, staff, PersonVerdict::EndShift, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{
        Verdict,
        cusum::average_run_length,
        tests::{Chance, Stream},
    };

    /// Looks until somebody is found of whose looks `share` come to nothing.
    fn looks_until_found(seed: u64, share: f64) -> usize {
        let (mut chance, mut stream) = (Chance::new(seed), Stream::default());
        let found = |_: &usize| {
            stream.wait(30);
            stream.look(1, !chance.is_one_in(1.0 / share));
            !stream.verdicts(Detector::Undecided).is_empty()
        };
        (1..=100_000).find(found).unwrap_or(100_000)
    }

    /// M19: and the stated figures, solved and simulated.
    #[test]
    fn who_looks_without_deciding_is_found_as_soon_as_is_said() {
        let Settings { up, limit } = Settings::default();
        let solved = |share| average_run_length(up as usize, limit as usize, share).round();
        assert_eq!([1.0, 0.5, 0.3].map(solved), [5.0, 12.0, 31.0]);
        assert_eq!(looks_until_found(1, 1.0), 5);
        let mut half: Vec<_> = (1..=51).map(|seed| looks_until_found(seed, 0.5)).collect();
        half.sort_unstable();
        assert!((5..=20).contains(&half[25]), "{half:?}");
    }

    /// M19: the false alarms that are allowed are one in a reviewer's year of 37,500 looks.
    #[test]
    fn who_is_called_away_now_and_then_is_left_alone() {
        let Settings { up, limit } = Settings::default();
        assert!(average_run_length(up as usize, limit as usize, 0.05) > 100_000.0);
        assert!(average_run_length(up as usize, limit as usize, 0.03) > 1_700_000.0);
        // Expected over these 600,000 looks, at three of a hundred: 0.35.
        let found = |seed| {
            let (mut chance, mut stream) = (Chance::new(seed), Stream::default());
            for _ in 0..50_000 {
                stream.wait(30);
                stream.look(1, !chance.is_one_in(100.0 / 3.0));
            }
            stream.verdicts(Detector::Undecided).len()
        };
        let found: Vec<_> = (1..=12).map(found).collect();
        assert!(found.iter().sum::<usize>() <= 2, "{found:?}");
    }

    #[test]
    fn an_assignment_that_lapsed_unseen_counts_for_nothing() {
        let mut stream = Stream::default();
        for _ in 0..100 {
            stream.wait(600);
            stream.lapse_unseen(1);
        }
        assert_eq!(stream.all_verdicts(), [Verdict::Note; 0]);
    }
}
