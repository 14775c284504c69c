//! What the keeper signs about an intake key, and how a gate checks it.
//!
//! A gate pins the keeper's identity. Without that, whoever sits between the
//! two could hand out an intake key of their own and read what is sealed to it.

use sekisho_core::{
    id::KeeperId,
    policy::Policy,
    time::{HOUR, Timestamp},
};

use crate::{
    jose::{Alg, PublicKey},
    wire::IntakeKey,
};

const LABEL: &[u8] = b"sekisho intake key v1\0";

/// The bytes that the keeper's identity signs: label, keeper (16), key id (16), `not_before`, `not_after` and
/// `deadline` (8 each, big-endian seconds), public key (1,216).
pub fn signed_bytes(keeper: KeeperId, key: &IntakeKey) -> Vec<u8> {
    let mut bytes = LABEL.to_vec();
    bytes.extend_from_slice(keeper.as_bytes());
    bytes.extend_from_slice(key.id.as_bytes());
    for time in [key.not_before, key.not_after, key.deadline] {
        bytes.extend_from_slice(&time.0.to_be_bytes());
    }
    bytes.extend_from_slice(&key.public);
    bytes
}

/// Whether the Ed25519 key `identity` signed this intake key of `keeper`.
pub fn is_signed_by(identity: &[u8; 32], keeper: KeeperId, key: &IntakeKey) -> bool {
    let Ok(identity) = PublicKey::new(Alg::EdDSA, identity) else { return false };
    identity.verify(&signed_bytes(keeper, key), &key.signature).is_ok()
}

/// The deadline by which a document of this policy is kept, if it comes `now` and is sealed with the deadline `sealed`.
///
/// A policy may keep a picture for less than the intake key allows, never for longer. Slots are whole hours, so a
/// shorter time is rounded down, but not to the hour that is already here.
pub fn custody_deadline(now: Timestamp, sealed: Timestamp, policy: &Policy) -> Timestamp {
    let allowed = (now + u64::from(policy.retention.picture_hours) * HOUR).hour().start();
    sealed.min(allowed.max(now.hour().plus(1).start()))
}

/// Whether a document of this policy may wait for a locked keeper, sealed with the deadline `sealed`. What may be kept
/// for less time may not: the key that it waits under would open it past its deadline.
pub fn may_wait(now: Timestamp, sealed: Timestamp, policy: &Policy) -> bool {
    custody_deadline(now, sealed, policy) == sealed
}

#[cfg(test)]
mod tests {
    use sekisho_core::id::IntakeKeyId;

    use super::*;
    use crate::jose::SigningKey;

    const KEEPER: KeeperId = KeeperId::from_bytes([1; 16]);

    fn signed() -> ([u8; 32], IntakeKey) {
        let identity = SigningKey::ed25519(&[5; 32]).unwrap();
        let mut key = IntakeKey {
            id: IntakeKeyId::from_bytes([2; 16]),
            public: vec![3; 1216],
            not_before: Timestamp(3600),
            not_after: Timestamp(10_800),
            deadline: Timestamp(262_800),
            signature: vec![],
        };
        key.signature = identity.sign(&signed_bytes(KEEPER, &key)).unwrap();
        (identity.public().as_bytes().try_into().unwrap(), key)
    }

    #[test]
    fn the_pinned_identity_is_believed_and_no_other() {
        let (identity, key) = signed();
        assert!(is_signed_by(&identity, KEEPER, &key));
        assert!(!is_signed_by(&identity, KeeperId::from_bytes([9; 16]), &key));
        assert!(!is_signed_by(&[0; 32], KEEPER, &key));
    }

    #[test]
    fn no_field_can_be_changed_under_the_signature() {
        type Bend = fn(&mut IntakeKey);
        let bends: [Bend; 5] = [
            |key| key.id = IntakeKeyId::from_bytes([0; 16]),
            |key| key.public[7] ^= 1,
            |key| key.not_before = Timestamp(0),
            |key| key.not_after = Timestamp(u64::MAX),
            |key| key.deadline = key.deadline + 1,
        ];
        for bend in bends {
            let (identity, mut key) = signed();
            bend(&mut key);
            assert!(!is_signed_by(&identity, KEEPER, &key));
        }
    }
}
