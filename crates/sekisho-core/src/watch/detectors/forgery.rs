//! Calls come whose signature doesn't hold, or was used before.
//!
//! Somebody forges them, or sends again what they overheard; or a site's key or clock is set wrong, which its operator
//! wants to know as well. Only the network from which they come is refused, never the site that they name: anybody can
//! write anybody's name.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::refused::Refused;
pub use super::refused::Settings;
use crate::watch::{Detector, Finding, Sight, Watching, observed::Trouble};

/// What each sent of late, and all outside together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forgery(Refused);

impl Watching for Forgery {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        self.0.see(Detector::Forgery, settings, sight, |trouble, _| trouble == Trouble::BadSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::NetworkId,
        watch::{
            Verdict,
            observed::{Asker, Outsider, Room},
            tests::Stream,
        },
    };

    fn network(byte: u8) -> Asker {
        Asker::Outside(Outsider::Network(NetworkId::from_bytes([byte; 16])))
    }

    /// M7, M19: noticed within ten refusals, and the asker alone is refused.
    #[test]
    fn whoever_sends_signatures_that_do_not_hold_is_found_within_ten() {
        let mut stream = Stream::default();
        let sent = (1..=10).find(|_| {
            stream.refuse(Room::Gate, Trouble::BadSignature, &network(1));
            !stream.verdicts(Detector::Forgery).is_empty()
        });
        assert_eq!((sent, stream.verdicts(Detector::Forgery)), (Some(8), [Verdict::Deny].into()));
        assert!(stream.verdicts(Detector::Enumeration).is_empty(), "nobody tries numbers");
    }

    /// M20: from everywhere it is told once, and nobody is stopped.
    #[test]
    fn forgeries_from_everywhere_are_told_of_within_ten() {
        let mut stream = Stream::default();
        let told = (1..=200_u8).find(|number| {
            stream.refuse(Room::Gate, Trouble::BadSignature, &network(*number));
            !stream.verdicts(Detector::Forgery).is_empty()
        });
        assert_eq!((told, stream.all_verdicts()), (Some(9), [Verdict::Note].into()));
    }

    /// M26: what is handed in to the keeper by code in the gate's place has no address: it is told, and no more.
    #[test]
    fn forgeries_of_nobody_in_particular_are_told_and_nobody_is_refused() {
        let mut stream = Stream::default();
        for _ in 0..100 {
            stream.refuse(Room::Keeper, Trouble::BadSignature, &Asker::Outside(Outsider::Others));
        }
        assert!(!stream.all_verdicts().is_empty());
        assert!(stream.all_verdicts().iter().all(|verdict| *verdict == Verdict::Note));
    }

    #[test]
    fn one_that_does_not_hold_now_and_then_is_left_alone() {
        let mut stream = Stream::default();
        for _ in 0..2_000 {
            stream.wait(100);
            stream.refuse(Room::Gate, Trouble::BadSignature, &network(1));
        }
        assert!(stream.all_verdicts().is_empty());
    }
}
