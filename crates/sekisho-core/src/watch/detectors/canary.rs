//! Bait was touched. One touch is enough: nobody with an honest cause touches it.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    watch::{Detector, Evidence, Finding, Sight, Watching, observed::Observation},
};

/// Nothing can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {}

/// It remembers nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Canary {}

impl Watching for Canary {
    type Settings = Settings;

    fn see(&mut self, _: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { room, seen: Observation::CanaryTouched { asker, .. } } = &sight.event.what else {
            return Vec::new();
        };
        let evidence = Evidence { places: vec![sight.place], count: 1, seconds: 0 };
        vec![Finding::of_asker(Detector::Canary, asker.as_known_to(*room), evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{CanaryId, NetworkId, StaffId},
        watch::{
            Verdict,
            observed::{Asker, Outsider, Room},
            tests::Stream,
        },
    };

    fn touched(room: Room, asker: Asker) -> Vec<Verdict> {
        let canary = CanaryId::from_bytes([1; 16]);
        let mut stream = Stream::default();
        stream.observe(room, Observation::CanaryTouched { canary, asker });
        stream.verdicts(Detector::Canary)
    }

    /// M20, M26
    #[test]
    fn one_touch_is_told_and_stops_whoever_touched_and_nobody_else() {
        let staff = Asker::Staff(StaffId::from_bytes([1; 16]));
        let network = Outsider::Network(NetworkId::from_bytes([1; 16]));
        assert_eq!(touched(Room::Gate, Asker::Outside(network)), [Verdict::Deny]);
        assert_eq!(touched(Room::Keeper, staff.clone()), [Verdict::EndShift]);
        assert_eq!(touched(Room::Gate, staff), [Verdict::Note], "the gate knows nobody of the staff");
        assert_eq!(touched(Room::Gate, Asker::Outside(Outsider::Others)), [Verdict::Note], "it would be everybody");
    }
}
