//! References that don't exist, or aren't theirs, are asked for one after the other.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    watch::{
        Detector, Finding, Sight, Watching,
        book::{Book, Trail},
        observed::{Asker, Observation, Trouble},
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
}

impl Default for Settings {
    /// A reference has 128 random bits: nobody mistypes eight of them.
    fn default() -> Self {
        Self { refusals: 8, seconds: 600 }
    }
}

/// What each was refused of late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enumeration(Book<Asker, Trail>);

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
        let trail = self.0.of(&asker, sight.event.at);
        if trail.add(sight.event.at, sight.place, *count, settings.seconds) < settings.refusals {
            return Vec::new();
        }
        let evidence = trail.evidence();
        self.0.forget(&asker);
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
        assert!(!all.is_empty() && all.iter().all(|verdict| *verdict == Verdict::Deny));
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
