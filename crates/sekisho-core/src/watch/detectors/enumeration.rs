//! References that don't exist, or aren't theirs, are asked for one after the other.
//!
//! Each asker is counted alone, and stopped. Whoever spreads the same over many networks asks little from each: all of
//! them together are counted too, within some seconds, and told; nobody is stopped for it, as nobody can be named.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    time::Timestamp,
    watch::{
        Cause, Detector, Finding, OutsideVerdict, Sight, Watching,
        book::{Book, Trail},
        observed::{Asker, Observation, Outsider, Trouble},
    },
};

/// How many are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Refusals.
    pub refusals: u64,
    /// Within so many seconds.
    pub seconds: u64,
    /// Refusals of all who ask from outside.
    pub of_all: u64,
    /// Within so many seconds.
    pub seconds_of_all: u64,
}

impl Default for Settings {
    /// A reference has 128 random bits: nobody mistypes eight of them. Of all together nine come within ten seconds in
    /// the busiest hours of a vault of 60,000 a day that has ten times its load, and else hardly ever.
    fn default() -> Self {
        Self { refusals: 8, seconds: 600, of_all: 9, seconds_of_all: 10 }
    }
}

/// What each was refused of late, and all outside together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enumeration {
    each: Book<Asker, Trail>,
    all: Trail,
    /// When that was told. It is told once for as long as one asker is remembered.
    told: Option<Timestamp>,
}

impl Enumeration {
    /// Counts what came from anywhere outside.
    fn of_all(&mut self, settings: &Settings, sight: Sight<'_>, count: u64) -> Option<Finding> {
        let now = sight.event.at;
        let all = self.all.add(now, sight.place, count, settings.seconds_of_all);
        if all < settings.of_all || self.told.is_some_and(|told| now.since(told) < settings.seconds) {
            return None;
        }
        self.told = Some(now);
        let cause = Cause::Outside { asker: Outsider::Others, verdict: OutsideVerdict::Note };
        Some(Finding::new(Detector::Enumeration, cause, self.all.evidence()))
    }
}

impl Watching for Enumeration {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { room, seen: Observation::Refused { trouble, asker, count } } = &sight.event.what else {
            return Vec::new();
        };
        if !matches!(trouble, Trouble::UnknownReference | Trouble::NoAssignment) {
            return Vec::new();
        }
        let asker = asker.as_known_to(*room);
        let is_outside = matches!(asker, Asker::Outside(_));
        let of_all = if is_outside { self.of_all(settings, sight, *count) } else { None };
        let trail = self.each.of(&asker, sight.event.at);
        if trail.add(sight.event.at, sight.place, *count, settings.seconds) < settings.refusals {
            return of_all.into_iter().collect();
        }
        let evidence = trail.evidence();
        self.each.forget(&asker);
        // Who asks alone is told of alone.
        vec![Finding::of_asker(Detector::Enumeration, asker, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{NetworkId, StaffId},
        watch::{
            Verdict,
            observed::{Outsider, Room},
            tests::Stream,
        },
    };

    fn network(byte: u8) -> Asker {
        Asker::Outside(Outsider::Network(NetworkId::from_bytes([byte; 16])))
    }

    /// M20: noticed within ten refusals, at the gate and at the desk, and stopped as far as each may be.
    #[test]
    fn whoever_tries_numbers_is_found_within_ten_refusals() {
        let staff = Asker::Staff(StaffId::from_bytes([1; 16]));
        for (room, asker, verdict) in
            [(Room::Gate, network(1), Verdict::Deny), (Room::Keeper, staff, Verdict::EndShift)]
        {
            let mut stream = Stream::default();
            let tried = (1..=10).find(|_| {
                stream.wait(3);
                stream.refuse(room, Trouble::UnknownReference, &asker);
                !stream.verdicts(Detector::Enumeration).is_empty()
            });
            assert_eq!((tried, stream.verdicts(Detector::Enumeration)), (Some(8), [verdict].into()));
        }
    }

    /// M26: thousands of networks, or one that says it is a reviewer, cause no more than a refusal.
    #[test]
    fn from_outside_nothing_worse_than_a_refusal_comes_of_it() {
        let mut stream = Stream::default();
        for turn in 0..20_000_u64 {
            stream.refuse(Room::Gate, Trouble::UnknownReference, &network((turn % 250) as u8));
            stream.refuse(Room::Gate, Trouble::NoAssignment, &Asker::Staff(StaffId::from_bytes([turn as u8; 16])));
            stream.wait(u64::from(turn % 10 == 0));
        }
        let all = stream.all_verdicts();
        assert!(all.contains(&Verdict::Deny) && all.iter().all(|verdict| *verdict <= Verdict::Deny));
    }

    /// M20: spread over as many networks as there are refusals, it is told at the ninth, once, and nobody is stopped.
    #[test]
    fn whoever_tries_numbers_from_everywhere_is_told_of_within_ten_refusals() {
        let tried = |gap: u64| {
            let mut stream = Stream::default();
            let told = (1..=200_u8).find(|turn| {
                stream.wait(if u64::from(*turn) % 3 == 0 { gap } else { 0 });
                stream.refuse(Room::Gate, Trouble::UnknownReference, &network(*turn));
                !stream.verdicts(Detector::Enumeration).is_empty()
            });
            (told, stream.all_verdicts())
        };
        assert_eq!(tried(1), (Some(9), [Verdict::Note].into()));
        assert_eq!(tried(12), (None, [].into()), "four in ten seconds, as in a busy vault's worst hours");
    }

    #[test]
    fn people_who_mistype_now_and_then_are_left_alone() {
        let mut stream = Stream::default();
        for turn in 0..5_000_u64 {
            stream.wait(150);
            stream.refuse(Room::Gate, Trouble::UnknownReference, &network((turn % 2) as u8));
        }
        assert!(stream.all_verdicts().is_empty());
    }
}
