//! References that don't exist, or aren't theirs, are asked for one after the other.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::refused::Refused;
pub use super::refused::Settings;
use crate::watch::{
    Detector, Finding, Sight, Watching,
    observed::{Asker, Trouble},
};

/// What each was refused of late, and all outside together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enumeration(Refused);

impl Watching for Enumeration {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        self.0.see(Detector::Enumeration, settings, sight, is_tried)
    }
}

// What is another site's, a site asks about: that is for a detector of its own.
const fn is_tried(trouble: Trouble, asker: &Asker) -> bool {
    match trouble {
        Trouble::UnknownReference | Trouble::NoAssignment => true,
        Trouble::NotTheirs => matches!(asker, Asker::Staff(_)),
        _ => false,
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

    /// M20: what there is and their role may not see, people try as they try what there isn't.
    #[test]
    fn whoever_asks_for_what_is_not_theirs_is_found_among_the_staff_alone() {
        let (staff, site) = (StaffId::from_bytes([1; 16]), "site-a".parse().unwrap());
        for (asker, found) in [(Asker::Staff(staff), 1), (Asker::Outside(Outsider::Site(site)), 0)] {
            let mut stream = Stream::default();
            (0..8).for_each(|_| stream.refuse(Room::Keeper, Trouble::NotTheirs, &asker));
            assert_eq!(stream.verdicts(Detector::Enumeration).len(), found, "{asker}");
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
