//! A shift is worked with another device, from another network or with another program than ever before.
//!
//! People get new telephones and networks change, so this is for an officer to know, and no more.

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    event::What,
    id::{AgentId, DeviceId, NetworkId, StaffId},
    watch::{Detector, Evidence, Finding, PersonVerdict, Sight, Watching, book::Book, observed::Observation},
};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Of how many of each it is remembered that a person had them before.
    pub remembered: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { remembered: 8 }
    }
}

/// What each worked with before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Newcomer(Book<StaffId, Known>);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Known {
    devices: Vec<DeviceId>,
    networks: Vec<NetworkId>,
    agents: Vec<AgentId>,
}

/// Whether `one` is new among `known` that has others; it is remembered as the last, and the oldest is forgotten.
fn is_new<T: PartialEq + Copy>(known: &mut Vec<T>, one: T, remembered: usize) -> bool {
    let (before, had_any) = (known.len(), !known.is_empty());
    known.retain(|other| *other != one);
    let new = known.len() == before && had_any;
    known.push(one);
    known.drain(..known.len().saturating_sub(remembered));
    new
}

impl Watching for Newcomer {
    type Settings = Settings;

    fn see(&mut self, settings: &Settings, sight: Sight<'_>) -> Vec<Finding> {
        let What::Observed { seen: Observation::ShiftFrom { staff, device, network, agent, .. }, .. } =
            &sight.event.what
        else {
            return Vec::new();
        };
        let known = self.0.of(staff, sight.event.at);
        let news = [
            is_new(&mut known.devices, *device, settings.remembered),
            is_new(&mut known.networks, *network, settings.remembered),
            is_new(&mut known.agents, *agent, settings.remembered),
        ];
        let count = news.into_iter().filter(|new| *new).count() as u64;
        // A network alone changes every day, and so does a program's version.
        if !news[0] && count < 2 {
            return Vec::new();
        }
        let evidence = Evidence { places: vec![sight.place], count, seconds: 0 };
        vec![Finding::of_person(Detector::Newcomer, *staff, PersonVerdict::Note, evidence)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::ShiftId,
        watch::{Verdict, observed::Room, tests::Stream},
    };

    fn shifts(from: &[(u8, u8, u8)]) -> Vec<Verdict> {
        let mut stream = Stream::default();
        for (device, network, agent) in from {
            stream.wait(24 * 3600);
            let seen = Observation::ShiftFrom {
                shift: ShiftId::from_bytes([1; 16]),
                staff: StaffId::from_bytes([1; 16]),
                device: DeviceId::from_bytes([*device; 16]),
                network: NetworkId::from_bytes([*network; 16]),
                agent: AgentId::from_bytes([*agent; 16]),
            };
            stream.observe(Room::Desk, seen);
        }
        stream.verdicts(Detector::Newcomer)
    }

    /// M20
    #[test]
    fn another_device_or_another_network_and_program_at_once_is_told() {
        assert_eq!(shifts(&[(1, 1, 1), (1, 1, 1), (2, 1, 1)]), [Verdict::Note]);
        assert_eq!(shifts(&[(1, 1, 1), (1, 2, 2)]), [Verdict::Note]);
    }

    #[test]
    fn the_first_day_and_what_was_there_before_are_not() {
        assert_eq!(shifts(&[(1, 1, 1), (1, 2, 1), (1, 1, 2), (1, 2, 1)]), []);
    }
}
