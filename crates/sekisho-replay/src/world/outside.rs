//! The internet: members' networks, and those who ask without a cause.

use std::collections::BTreeMap;

use sekisho_core::{
    id::{CanaryId, NetworkId, SiteName, StaffId},
    watch::observed::{Asker, Observation, Outsider, Room, Trouble},
};

use super::{Act, World};
use crate::{attack::Way, rivals::Read};

/// Networks of telephone companies behind each of which many members are.
const SHARED: u64 = 16;
/// What share of the members is behind one of them.
const BEHIND: f64 = 0.4;
/// What share of pictures is refused: unreadable, none at all.
const UNREADABLE: f64 = 0.05;
/// What share of members follows a link that is over.
const STALE: f64 = 0.01;

/// What shared networks sent in this minute: taken and refused.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent(BTreeMap<u64, (u64, u64)>);

fn network(number: u64) -> Asker {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Asker::Outside(Outsider::Network(NetworkId::from_bytes(bytes)))
}

impl World {
    /// A member sent a picture, from somewhere.
    pub(super) fn upload(&mut self) {
        if !self.vault.is_watched() {
            return;
        }
        let from = if self.chance.happens(BEHIND) { self.chance.below(SHARED) } else { self.chance.draw() | (1 << 63) };
        if from < SHARED {
            let sent = self.sent.0.entry(from).or_default();
            sent.0 += 1;
            sent.1 += u64::from(self.chance.happens(UNREADABLE));
        }
        if self.chance.happens(STALE) {
            self.vault.refuse_at(Room::Gate, Trouble::UnknownReference, &network(from), self.now);
            self.obey();
        }
    }

    /// What was sent is told once a minute, as the gate sums it up.
    pub(super) fn minute(&mut self) {
        for (from, (taken, refused)) in std::mem::take(&mut self.sent.0) {
            let seen = Observation::Uploads { asker: network(from), taken, refused };
            self.vault.observe(Room::Gate, seen, self.now);
        }
        self.vault.tick(self.now);
        self.obey();
        self.at(self.now + 60, Act::Minute);
    }

    /// An attacker without a session asks for the next one.
    pub(super) fn ask(&mut self, number: u64) {
        let Some(attack) = self.attack else { return };
        let began = self.vault.tally.attacked.unwrap_or(self.now);
        if self.now >= began + attack.seconds {
            return;
        }
        let per_1000_seconds = match attack.way {
            Way::Fetches(rate, addresses) => {
                self.fetch(number, addresses);
                rate
            }
            _ => {
                self.make_noise(number);
                10_000
            }
        };
        self.obey();
        self.at(began + (number + 1) * 1_000 / per_1000_seconds, Act::Ask(number + 1));
    }

    /// Ours refuses it at the gate, where no picture is; a shop of the other kind hands it out.
    fn fetch(&mut self, number: u64, addresses: u32) {
        let from = (number % u64::from(addresses)) as u32;
        self.vault.tally.asked += 1;
        self.vault.refuse_at(Room::Gate, Trouble::UnknownReference, &network((1 << 32) | u64::from(from)), self.now);
        let read = Read {
            at: self.now,
            who: u32::MAX,
            from: (1 << 24) | from,
            document: self.fetched_from.wrapping_add(number),
            unassigned: true,
            loot: true,
        };
        self.look_on(&read);
    }

    /// Everything that can come from outside and might be taken for something worse.
    fn make_noise(&mut self, number: u64) {
        let from = network((1 << 32) | (number % 2_000));
        let nobody = Asker::Staff(StaffId::from_bytes([number as u8; 16]));
        let site = || Asker::Outside(Outsider::Site("site-a".parse::<SiteName>().expect("it is a name")));
        let now = self.now;
        self.vault.tally.asked += 1;
        match number % 7 {
            0 => self.vault.refuse_at(Room::Gate, Trouble::UnknownReference, &from, now),
            1 => self.vault.refuse_at(Room::Gate, Trouble::BadSignature, &from, now),
            2 => self.vault.refuse_at(Room::Gate, Trouble::NotTheirs, &site(), now),
            // What a gate in an attacker's hands might say of the staff.
            3 => self.vault.refuse_at(Room::Gate, Trouble::TooFast, &nobody, now),
            4 => self.vault.refuse_at(Room::Gate, Trouble::NoAssignment, &nobody, now),
            5 => self.vault.observe(Room::Gate, Observation::Uploads { asker: from, taken: 0, refused: 9 }, now),
            _ => {
                let canary = CanaryId::from_bytes([number as u8; 16]);
                self.vault.observe(Room::Gate, Observation::CanaryTouched { canary, asker: from }, now);
            }
        }
    }
}
