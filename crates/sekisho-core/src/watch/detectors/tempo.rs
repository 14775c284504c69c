//! Documents are opened faster than a person can look and decide.
//!
//! Two tests. Each look that comes sooner after the one before than a person's pace goes up by what it is early, each
//! later one goes down by what it is late: at the limit somebody has got ahead of any person by so many seconds. And
//! each look that is over sooner than a glance takes does likewise, however long the next one is waited for: while the
//! queue is empty nobody is fast, but whoever doesn't look still decides at once. There is no window to wait for, and
//! a few quick ones in a row, as everybody has, cost nothing.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::StaffId,
    time::Timestamp,
    watch::{
        Detector, Finding, PersonVerdict, Sight, Watching,
        book::{Book, Trail},
        cusum::Cusum,
    },
};

/// How far back its evidence goes, in seconds.
const EVIDENCE: u64 = 600;

/// A person's pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds for one document below which nobody works for long.
    pub pace: u64,
    /// How many seconds somebody may get ahead of that.
    pub ahead: u64,
    /// Seconds from the picture to the decision below which nobody looks for long.
    pub glance: u64,
    /// How many seconds somebody may get ahead of that.
    pub glance_ahead: u64,
}

impl Default for Settings {
    /// A look at two or three fields, a decision and the next page take some 25 seconds, 17 with the quickest of forty,
    /// of which the look itself is 14.
    fn default() -> Self {
        Self { pace: 12, ahead: 60, glance: 11, glance_ahead: 50 }
    }
}

/// When each last looked, and how far ahead they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tempo(Book<StaffId, Hand>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Hand {
    last: Option<Timestamp>,
    looking: bool,
    pace: Cusum,
    glance: Cusum,
    trail: Trail,
}

impl Hand {
    /// A look begins. Says whether they come too fast.
    fn begin(&mut self, settings: &Settings, now: Timestamp, place: u64) -> bool {
        self.trail.add(now, place, 1, EVIDENCE);
        self.looking = true;
        let last = self.last.replace(now);
        last.is_some_and(|last| self.pace.step(settings.pace, now.since(last), settings.ahead))
    }

    /// A look is over. Says whether they are too short.
    const fn end(&mut self, settings: &Settings, now: Timestamp) -> bool {
        let Some(last) = self.last else { return false };
        let looked = self.looking;
        self.looking = false;
        looked && self.glance.step(settings.glance, now.since(last), settings.glance_ahead)
    }
}

impl Watching for Tempo {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let now = sight.event.at;
        let (staff, hand, rings) = match &sight.event.what {
            What::Viewed { staff, .. } => {
                let hand = self.0.of(staff, now);
                let rings = hand.begin(settings, now, sight.place);
                (staff, hand, rings)
            }
            What::Decided { staff, .. } | What::Lapsed { staff, .. } => {
                let hand = self.0.of(staff, now);
                let rings = hand.end(settings, now);
                (staff, hand, rings)
            }
            _ => return Vec::new(),
        };
        if !rings {
            return Vec::new();
        }
        let evidence = hand.trail.evidence();
        self.0.forget(staff);
        vec![Finding::of_person(Detector::Tempo, *staff, PersonVerdict::EndShift, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{
        Verdict,
        tests::{Chance, Stream},
    };

    /// After how many documents somebody who takes one every `gap` seconds is found; none within 1,000.
    fn found_after(gap: u64) -> Option<usize> {
        let mut stream = Stream::default();
        (1..=1_000).find(|_| {
            stream.wait(gap);
            stream.view(1);
            stream.verdicts(Detector::Tempo) == [Verdict::EndShift]
        })
    }

    /// M19: and the control, a person's pace, is never found.
    #[test]
    fn a_session_faster_than_any_person_is_found_within_25_documents() {
        assert_eq!([1, 2, 5, 8, 9].map(found_after), [Some(7), Some(7), Some(10), Some(16), Some(21)]);
        assert_eq!([12, 25].map(found_after), [None, None]);
    }

    /// M19: the false alarms that are allowed are one in a reviewer's year, 37,500 documents.
    #[test]
    fn the_quickest_of_forty_works_for_years_without_being_found() {
        let (mut chance, mut stream) = (Chance::new(7), Stream::default());
        for _ in 0..20 * 37_500 {
            let seconds = chance.seconds_for_a_look(0.64) - 3;
            stream.wait(3);
            stream.look_for(1, seconds, true);
        }
        let found = stream.verdicts(Detector::Tempo).len();
        assert!(found <= 4, "{found} in twenty years of work without a pause");
    }

    /// After how many looks of `seconds` each, a minute apart, somebody is found.
    fn found_after_glances(seconds: u64) -> Option<usize> {
        let mut stream = Stream::default();
        (1..=1_000).find(|_| {
            stream.wait(60);
            stream.look_for(1, seconds, true);
            stream.verdicts(Detector::Tempo) == [Verdict::EndShift]
        })
    }

    /// M19: when the queue is empty nobody is fast, yet whoever doesn't look is found.
    #[test]
    fn who_decides_without_looking_is_found_however_long_they_wait_for_the_next() {
        assert_eq!([0, 1, 5, 9].map(found_after_glances), [Some(5), Some(5), Some(9), Some(25)]);
        assert_eq!([11, 22].map(found_after_glances), [None, None]);
    }

    #[test]
    fn one_persons_looks_are_not_anothers() {
        let mut stream = Stream::default();
        for turn in 0..1_000_u64 {
            stream.wait(1);
            stream.view(1 + (turn % 40) as u8);
        }
        assert!(stream.verdicts(Detector::Tempo).is_empty());
    }
}
