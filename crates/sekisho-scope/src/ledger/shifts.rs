//! From where each session was worked, as the desk observed it.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{
    id::{DeviceId, NetworkId, ShiftId},
    time::Timestamp,
};

use super::window::Window;

/// What is known of a session.
#[derive(Debug, Default)]
pub(super) struct Shift {
    /// The passkeys that it began with.
    pub(super) devices: Vec<DeviceId>,
    /// The networks that it was worked from.
    pub(super) networks: Vec<NetworkId>,
    /// From when to when at most it was worked, as far as the entry of its beginning is there.
    pub(super) span: Window,
}

/// Every session of which something is known, each by a number.
#[derive(Debug, Default)]
pub(super) struct Shifts {
    numbers: HashMap<ShiftId, u32, FixedState>,
    known: Vec<Shift>,
}

impl Shifts {
    /// The session's number.
    pub(super) fn number(&mut self, id: ShiftId) -> u32 {
        let next = self.known.len() as u32;
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.known.push(Shift::default());
        }
        number
    }

    /// One began.
    pub(super) fn began(&mut self, id: ShiftId, at: Timestamp, until: Timestamp) {
        let number = self.number(id);
        self.known[number as usize].span = Window { from: Some(at), to: Some(until) };
    }

    /// The desk observed from where one was worked.
    pub(super) fn from(&mut self, shift: ShiftId, device: DeviceId, network: NetworkId) {
        let number = self.number(shift);
        let known = &mut self.known[number as usize];
        once(&mut known.devices, device);
        once(&mut known.networks, network);
    }

    /// All, by their numbers.
    pub(super) fn all(&self) -> &[Shift] {
        &self.known
    }
}

fn once<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
