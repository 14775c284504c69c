//! A slow drip: a few looks too many, below every limit and spread over everybody.
//!
//! One person's few looks that come to nothing are no evidence; all people's together are. The same test as for one
//! person runs over the whole vault, finer: at five of a hundred that honestly come to nothing its average run length
//! is 35 million looks, sixteen years of a vault of 6,000 documents a day. If somebody adds fifteen looks to every
//! hundred of all it takes some 200, less than an hour of such a vault; if half of all sessions are theirs, some 1,400,
//! a day of a vault of 1,440.
//!
//! A look that is decided sooner than the picture can have been seen counts as one that came to nothing: a program
//! that decides what it took at once shows itself.
//!
//! What it can't see, and nothing that counts can: a thief who decides what they look at, after a person's time. They see what they are
//! assigned, at the cost of a decision each, and what arrives bounds it.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use super::undecided::end;
use crate::{
    event::What,
    id::{AssignmentId, StaffId},
    time::Timestamp,
    watch::{
        Cause, Detector, Finding, Sight, VaultVerdict, Watching,
        book::{Book, Trail},
        cusum::Cusum,
    },
};

/// How far back its evidence goes, in seconds: three days.
const EVIDENCE: u64 = 72 * 3600;

/// The test's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// By how much a look that comes to nothing goes up. A decision goes down by one.
    pub up: u64,
    /// Where it rings.
    pub limit: u64,
    /// Seconds below which nobody has seen a picture and answered.
    pub seen: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { up: 12, limit: 200, seen: 4 }
    }
}

/// Each person's last look, and how many of all came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Drip {
    open: Book<StaffId, Option<(AssignmentId, Timestamp)>>,
    test: Cusum,
    nothing: Trail,
}

impl Watching for Drip {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let now = sight.event.at;
        if let What::Viewed { staff, assignment, .. } = &sight.event.what {
            *self.open.of(staff, now) = Some((*assignment, now));
        }
        let Some((staff, assignment, decided)) = end(&sight.event.what) else { return Vec::new() };
        let open = self.open.of(&staff, now);
        let Some((_, began)) = open.take_if(|(open, _)| *open == assignment) else { return Vec::new() };
        let meant = decided && now.since(began) >= settings.seen;
        if !meant {
            self.nothing.add(now, sight.place, 1, EVIDENCE);
        }
        let (up, down) = if meant { (0, 1) } else { (settings.up, 0) };
        if !self.test.step(up, down, settings.limit) {
            return Vec::new();
        }
        let evidence = core::mem::take(&mut self.nothing).evidence();
        vec![Finding::new(Detector::Drip, Cause::Vault { verdict: VaultVerdict::Note }, evidence)]
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

    /// Looks of forty people, of which one in `many` comes to nothing, until the drip is told.
    fn looks_until_told(seed: u64, many: f64, most: usize) -> Option<usize> {
        let (mut chance, mut stream) = (Chance::new(seed), Stream::default());
        (1..=most).find(|_| {
            stream.wait(14);
            stream.look((chance.draw() % 40) as u8, !chance.is_one_in(many));
            stream.verdicts(Detector::Drip) == [Verdict::Note]
        })
    }

    /// M19: three of a hundred come to nothing honestly, fifteen are added.
    #[test]
    fn fifteen_looks_more_in_a_hundred_are_told_within_a_day_of_a_vault_of_6000() {
        let mut looks: Vec<_> = (1..=21).map(|seed| looks_until_told(seed, 115.0 / 18.0, 6_000).unwrap()).collect();
        looks.sort_unstable();
        assert!(looks[10] < 400 && looks[20] < 1_500, "{looks:?}");
    }

    /// M19: fifteen looks more in a hundred, decided at once; and the control, the same decided after a person's time.
    #[test]
    fn looks_that_are_decided_before_they_can_be_seen_are_told() {
        let told_after = |seconds: u64| {
            let (mut chance, mut stream) = (Chance::new(1), Stream::default());
            (1..=6_000).find(|_| {
                stream.wait(14);
                let person = (chance.draw() % 40) as u8;
                stream.look_for(person, if chance.is_one_in(115.0 / 15.0) { seconds } else { 20 }, true);
                stream.verdicts(Detector::Drip) == [Verdict::Note]
            })
        };
        assert!(told_after(1).is_some_and(|looks| looks < 1_500), "{:?}", told_after(1));
        assert_eq!(told_after(15), None);
    }

    /// M19: the stated false-alarm budget, solved; and a quiet year, simulated in part.
    #[test]
    fn honest_looks_that_come_to_nothing_are_not_told() {
        let Settings { up, limit, .. } = Settings::default();
        assert!(average_run_length(up as usize, limit as usize, 0.05) > 3.4e7);
        let solved = |share| average_run_length(up as usize, limit as usize, share).round();
        assert_eq!([0.085, 0.16].map(solved), [1_402.0, 183.0]);
        assert_eq!(looks_until_told(3, 33.0, 200_000), None);
    }
}
