//! The keys, while they are held in memory.

use std::{collections::BTreeMap, io};

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{IntakeKeyId, KeeperId},
    time::{HOUR, Hour, Timestamp},
};
use zeroize::Zeroizing;

use super::held::{Cell, Held};

/// Hours from the start of an intake key's hour to its documents' deadline.
pub(super) const DEADLINE_HOURS: u64 = 72;

/// A copy of a secret, wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// The seeds that the keeper signs with. They open nothing.
pub struct Identity {
    /// Ed25519: signs intake keys.
    pub keeper: Secret,
    /// Ed25519: signs checkpoints.
    pub ledger: Secret,
    /// Ed25519: signs claims.
    pub attestation: Secret,
}

impl Identity {
    pub(super) fn fresh(entropy: &mut dyn Entropy) -> Self {
        let mut draw = || Zeroizing::new(fresh(entropy));
        Self { keeper: draw(), ledger: draw(), attestation: draw() }
    }

    /// The seeds in a row, 96 bytes.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 96]> {
        let mut bytes = Zeroizing::new([0; 96]);
        for (room, seed) in bytes.chunks_exact_mut(32).zip([&self.keeper, &self.ledger, &self.attestation]) {
            room.copy_from_slice(&**seed);
        }
        bytes
    }

    /// Reads [`Identity::to_bytes`] back; nothing if it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let seed = |place: usize| -> Option<Secret> {
            Some(Zeroizing::new(bytes.get(place * 32..place * 32 + 32)?.try_into().ok()?))
        };
        (bytes.len() == 96).then_some(())?;
        Some(Self { keeper: seed(0)?, ledger: seed(1)?, attestation: seed(2)? })
    }
}

/// Everything that an unlocked keystore holds. Dropping it wipes it.
pub struct Keys {
    held: Held,
    master: Cell,
    roots: BTreeMap<Hour, Cell>,
    slots: BTreeMap<Hour, Cell>,
    intakes: BTreeMap<Hour, (IntakeKeyId, Cell)>,
    waiting: Option<(IntakeKeyId, Hour, Cell)>,
}

impl Keys {
    pub(super) fn new(master: &[u8; 32]) -> io::Result<Self> {
        let mut held = Held::new()?;
        let master = held.put(master)?;
        Ok(Self {
            held,
            master,
            roots: BTreeMap::new(),
            slots: BTreeMap::new(),
            intakes: BTreeMap::new(),
            waiting: None,
        })
    }

    pub(super) fn master(&self) -> Secret {
        self.held.get(self.master)
    }

    pub(super) fn hold_root(&mut self, hour: Hour, secret: &[u8; 32]) -> io::Result<()> {
        let cell = self.held.put(secret)?;
        self.roots.insert(hour, cell).into_iter().for_each(|old| self.held.wipe(old));
        Ok(())
    }

    pub(super) fn hold_slot(&mut self, hour: Hour, secret: &[u8; 32]) -> io::Result<()> {
        let cell = self.held.put(secret)?;
        self.slots.insert(hour, cell).into_iter().for_each(|old| self.held.wipe(old));
        Ok(())
    }

    /// Wipes the slots of the hours that `doomed` names.
    pub(super) fn drop_slots(&mut self, doomed: impl Fn(Hour) -> bool) {
        let doomed = self.slots.extract_if(.., |hour, _| doomed(*hour)).map(|(_, cell)| cell).collect::<Vec<_>>();
        doomed.into_iter().for_each(|cell| self.held.wipe(cell));
    }

    pub(super) fn hold_intake(&mut self, hour: Hour, id: IntakeKeyId, secret: &[u8; 32]) -> io::Result<()> {
        let cell = self.held.put(secret)?;
        self.intakes.insert(hour, (id, cell)).into_iter().for_each(|(_, old)| self.held.wipe(old));
        Ok(())
    }

    pub(super) fn hold_waiting(&mut self, hour: Hour, id: IntakeKeyId, secret: &[u8; 32]) -> io::Result<()> {
        self.forget_waiting();
        self.waiting = Some((id, hour, self.held.put(secret)?));
        Ok(())
    }

    pub(super) fn forget_waiting(&mut self) {
        self.waiting.take().into_iter().for_each(|(.., cell)| self.held.wipe(cell));
    }

    pub(super) fn forget_roots_before(&mut self, hour: Hour) {
        let doomed = self.roots.extract_if(.., |held, _| *held < hour).map(|(_, cell)| cell).collect::<Vec<_>>();
        doomed.into_iter().for_each(|cell| self.held.wipe(cell));
    }

    pub(super) fn forget_slots(&mut self, through: Hour) {
        self.drop_slots(|hour| hour <= through);
        if self.waiting.is_some_and(|(_, hour, _)| hour.plus(DEADLINE_HOURS) <= through) {
            self.forget_waiting();
        }
    }

    pub(super) fn forget_intakes_before(&mut self, hour: Hour) {
        let doomed = self.intakes.extract_if(..hour, |_, _| true).map(|(_, (_, cell))| cell).collect::<Vec<_>>();
        doomed.into_iter().for_each(|cell| self.held.wipe(cell));
    }

    /// Whether the slot of a deadline's hour is held.
    pub fn has_slot(&self, hour: Hour) -> bool {
        self.slots.contains_key(&hour)
    }

    /// The hour of the newest root.
    pub fn root_hour(&self) -> Option<Hour> {
        self.roots.last_key_value().map(|(hour, _)| *hour)
    }

    /// Whether a root older than the newest is still held: a change is unfinished.
    pub fn has_old_root(&self) -> bool {
        self.roots.len() > 1
    }

    /// The key that wraps documents of one deadline hour under one root.
    ///
    /// HKDF-SHA256 over root and slot. Nothing if either is gone.
    pub fn wrapping_key(&self, keeper: KeeperId, root: Hour, deadline: Hour) -> Option<Secret> {
        let mut label = *b"sekisho wrap v1\0................................";
        label[16..32].copy_from_slice(keeper.as_bytes());
        label[32..40].copy_from_slice(&root.0.to_be_bytes());
        label[40..48].copy_from_slice(&deadline.0.to_be_bytes());
        let (root, slot) = (self.held.get(*self.roots.get(&root)?), self.held.get(*self.slots.get(&deadline)?));
        Some(derive(&root, &*slot, &label))
    }

    /// The key under which networks are named, until the slot of `gone` is overwritten. Nothing if it is.
    ///
    /// HKDF-SHA256 over the slot.
    pub fn names_key(&self, keeper: KeeperId, gone: Hour) -> Option<Secret> {
        let slot = self.held.get(*self.slots.get(&gone)?);
        Some(derive(&slot, keeper.as_bytes(), b"sekisho network names v1"))
    }

    pub(super) fn intake_record_key(&self, hour: Hour) -> Option<Secret> {
        let slot = self.held.get(*self.slots.get(&hour.plus(DEADLINE_HOURS))?);
        Some(derive(&self.master(), &*slot, b"sekisho intake record v1"))
    }

    /// Every secret that is held.
    #[cfg(test)]
    pub(super) fn everything(&self) -> Vec<Secret> {
        let cells = self.roots.values().chain(self.slots.values()).chain([&self.master]);
        cells.map(|cell| self.held.get(*cell)).collect()
    }

    /// The seed of an intake key and its hour.
    pub fn intake(&self, id: IntakeKeyId) -> Option<(Hour, Secret)> {
        let (hour, (_, cell)) = self.intakes.iter().find(|(_, (held, _))| *held == id)?;
        Some((*hour, self.held.get(*cell)))
    }

    /// The waiting key, its hour and its seed.
    pub fn waiting(&self) -> Option<(IntakeKeyId, Hour, Secret)> {
        self.waiting.as_ref().map(|(id, hour, cell)| (*id, *hour, self.held.get(*cell)))
    }

    /// The intake key of an hour and its seed.
    pub fn intake_of(&self, hour: Hour) -> Option<(IntakeKeyId, Secret)> {
        self.intakes.get(&hour).map(|(id, cell)| (*id, self.held.get(*cell)))
    }
}

/// The deadline of every document sealed to the intake key of `hour`.
pub const fn deadline_of(hour: Hour) -> Timestamp {
    Timestamp(hour.start().0 + DEADLINE_HOURS * HOUR)
}

/// HKDF-SHA256 over two secrets in a row, the first of 32 bytes, the second of 32 at most.
pub(super) fn derive(first: &[u8; 32], second: &[u8], label: &[u8]) -> Secret {
    let mut room = Zeroizing::new([0; 64]);
    let material = &mut room[..32 + second.len()];
    material[..32].copy_from_slice(first);
    material[32..].copy_from_slice(second);
    let mut out = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, b"sekisho keystore")
        .extract(material)
        .expand(&[label], Len32)
        .and_then(|okm| okm.fill(&mut *out))
        .expect("HKDF-SHA256 gives 32 bytes");
    out
}

struct Len32;

impl KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}
