//! One network sends pictures by the hundred, or sends what is refused.
//!
//! A telephone company's customers share few addresses, so what is taken counts little; what is refused, broken
//! pictures and none at all, counts in full.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    watch::{
        Detector, Finding, Sight, Watching,
        book::{Book, Trail},
        observed::{Asker, Observation},
    },
};

/// How many are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Pictures that were taken, from one network.
    pub taken: u64,
    /// Pictures that were refused.
    pub refused: u64,
    /// Within so many seconds.
    pub seconds: u64,
}

impl Default for Settings {
    /// A vault of 60,000 a day gets some 1,500 in its busiest ten minutes, from all networks together.
    fn default() -> Self {
        Self { taken: 600, refused: 60, seconds: 600 }
    }
}

/// What each sent of late.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flood(Book<Asker, Sent>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Sent {
    taken: Trail,
    refused: Trail,
}

impl Watching for Flood {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { room, seen: Observation::Uploads { asker, taken, refused } } = &sight.event.what else {
            return Vec::new();
        };
        let (asker, now) = (asker.as_known_to(*room), sight.event.at);
        let sent = self.0.of(&asker, now);
        let add = |trail: &mut Trail, count| trail.add(now, sight.place, count, settings.seconds);
        let (taken, refused) = (add(&mut sent.taken, *taken), add(&mut sent.refused, *refused));
        let evidence = match (taken >= settings.taken, refused >= settings.refused) {
            (_, true) => sent.refused.evidence(),
            (true, _) => sent.taken.evidence(),
            _ => return Vec::new(),
        };
        self.0.forget(&asker);
        vec![Finding::of_asker(Detector::Flood, asker, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::NetworkId,
        watch::{
            Verdict,
            observed::{Outsider, Room},
            tests::Stream,
        },
    };

    fn sent(minutes: u64, taken: u64, refused: u64) -> Vec<Verdict> {
        sent_by(&Outsider::Network(NetworkId::from_bytes([1; 16])), minutes, taken, refused)
    }

    fn sent_by(asker: &Outsider, minutes: u64, taken: u64, refused: u64) -> Vec<Verdict> {
        let mut stream = Stream::default();
        for _ in 0..minutes {
            stream.wait(60);
            let asker = Asker::Outside(asker.clone());
            stream.observe(Room::Gate, Observation::Uploads { asker, taken, refused });
        }
        stream.verdicts(Detector::Flood)
    }

    /// M20
    #[test]
    fn a_network_that_floods_us_is_refused_and_a_busy_one_is_not() {
        assert_eq!(sent(10, 0, 6), [Verdict::Deny]);
        assert_eq!(sent(10, 60, 0), [Verdict::Deny]);
        assert_eq!(sent_by(&Outsider::Others, 10, 0, 6), [Verdict::Note], "nobody can be named");
        assert_eq!(sent(24 * 60, 40, 3), [], "a telephone company's customers on a busy day");
    }
}
