//! The keys, while they are held in memory.

use std::collections::BTreeMap;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{IntakeKeyId, KeeperId},
    time::{HOUR, Hour, Timestamp},
};
use zeroize::Zeroizing;

/// Hours from the start of an intake key's hour to its documents' deadline.
pub(super) const DEADLINE_HOURS: u64 = 72;

pub(crate) type Secret = Zeroizing<[u8; 32]>;

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

    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; 96]> {
        let mut bytes = Zeroizing::new([0; 96]);
        for (room, seed) in bytes.chunks_exact_mut(32).zip([&self.keeper, &self.ledger, &self.attestation]) {
            room.copy_from_slice(&**seed);
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let seed = |place: usize| -> Option<Secret> {
            Some(Zeroizing::new(bytes.get(place * 32..place * 32 + 32)?.try_into().ok()?))
        };
        (bytes.len() == 96).then_some(())?;
        Some(Self { keeper: seed(0)?, ledger: seed(1)?, attestation: seed(2)? })
    }
}

/// Everything that an unlocked keystore holds. Dropping it wipes it.
pub struct Keys {
    pub(super) master: Secret,
    /// What the keeper signs with.
    pub identity: Identity,
    pub(super) roots: BTreeMap<Hour, Secret>,
    pub(super) slots: BTreeMap<Hour, Secret>,
    pub(super) intakes: BTreeMap<Hour, (IntakeKeyId, Secret)>,
}

impl Keys {
    pub(super) fn new(master: Secret, identity: Identity) -> Self {
        Self { master, identity, roots: BTreeMap::new(), slots: BTreeMap::new(), intakes: BTreeMap::new() }
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
    pub fn wrapping_key(&self, keeper: KeeperId, root: Hour, deadline: Hour) -> Option<Zeroizing<[u8; 32]>> {
        let mut label = *b"sekisho wrap v1\0................................";
        label[16..32].copy_from_slice(keeper.as_bytes());
        label[32..40].copy_from_slice(&root.0.to_be_bytes());
        label[40..48].copy_from_slice(&deadline.0.to_be_bytes());
        Some(derive(self.roots.get(&root)?, self.slots.get(&deadline)?, &label))
    }

    pub(super) fn intake_record_key(&self, hour: Hour) -> Option<Secret> {
        Some(derive(&self.master, self.slots.get(&hour.plus(DEADLINE_HOURS))?, b"sekisho intake record v1"))
    }

    /// The seed of an intake key and its hour.
    pub fn intake(&self, id: IntakeKeyId) -> Option<(Hour, &[u8; 32])> {
        let (hour, (_, secret)) = self.intakes.iter().find(|(_, (held, _))| *held == id)?;
        Some((*hour, secret))
    }

    /// Intake keys that are held, oldest first.
    pub fn intakes(&self) -> impl DoubleEndedIterator<Item = (Hour, IntakeKeyId, &[u8; 32])> {
        self.intakes.iter().map(|(hour, (id, secret))| (*hour, *id, &**secret))
    }
}

/// The deadline of every document sealed to the intake key of `hour`.
pub const fn deadline_of(hour: Hour) -> Timestamp {
    Timestamp(hour.start().0 + DEADLINE_HOURS * HOUR)
}

fn derive(first: &[u8; 32], second: &[u8; 32], label: &[u8]) -> Secret {
    let mut material = Zeroizing::new([0; 64]);
    material[..32].copy_from_slice(first);
    material[32..].copy_from_slice(second);
    let mut out = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, b"sekisho keystore")
        .extract(&*material)
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
