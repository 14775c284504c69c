use sekisho_seal::testing::SeededEntropy;

use super::*;

const NOW: Hour = Hour(500_000);
const KEEPER: KeeperId = KeeperId::from_bytes([7; 16]);

fn founded() -> (MemoryMedium, Keystore, SeededEntropy) {
    let mut entropy = SeededEntropy::new(1);
    let medium = MemoryMedium::new(KEYSTORE_SIZE);
    let boxed = Box::new(medium.clone());
    let keystore = Keystore::create(boxed, (KEEPER, true, NOW), b"pass", Cost::TEST, &mut entropy).unwrap();
    (medium, keystore, entropy)
}

fn reopened(medium: &MemoryMedium) -> Keys {
    Keystore::open(Box::new(medium.clone())).unwrap().unlock(b"pass").unwrap().0
}

#[test]
fn a_keystore_comes_back_whole() {
    let (medium, keystore, _) = founded();
    let (before, after) = (keystore.unlock(b"pass").unwrap().0, reopened(&medium));
    assert_eq!(before.wrapping_key(KEEPER, NOW, NOW.plus(72)), after.wrapping_key(KEEPER, NOW, NOW.plus(72)));
    assert!(after.wrapping_key(KEEPER, NOW, NOW.plus(SLOTS_AHEAD)).is_some());
    assert!(after.wrapping_key(KEEPER, NOW, NOW).is_none(), "no slot for an hour that is here");
    assert!(matches!(keystore.unlock(b"other"), Err(KeystoreError::Unlock(UnlockError::WrongPassphrase))));
}

/// M9: an overdue slot is overwritten without any key.
#[test]
fn slots_are_forgotten_while_locked() {
    let (medium, mut keystore, mut entropy) = founded();
    let copy = MemoryMedium::from_bytes(medium.snapshot());
    assert!(keystore.forget_overdue(NOW.plus(3), Hour(0), &mut entropy).unwrap());
    assert!(!keystore.forget_overdue(NOW.plus(3), Hour(0), &mut entropy).unwrap(), "nothing left to forget");
    let keys = reopened(&medium);
    assert!(keys.wrapping_key(KEEPER, NOW, NOW.plus(3)).is_none());
    assert!(keys.wrapping_key(KEEPER, NOW, NOW.plus(4)).is_some());
    assert!(reopened(&copy).wrapping_key(KEEPER, NOW, NOW.plus(3)).is_some(), "the test sees what it claims to");
}

#[test]
fn an_old_root_goes_only_when_told_and_then_for_good() {
    let (medium, mut keystore, mut entropy) = founded();
    let mut keys = keystore.unlock(b"pass").unwrap().0;
    // Two hours on, so that the parity of hours can't be what chooses the place.
    keystore.add_root(&mut keys, NOW.plus(2), &mut entropy).unwrap();
    assert!(keys.has_old_root() && reopened(&medium).has_old_root());
    assert!(reopened(&medium).wrapping_key(KEEPER, NOW, NOW.plus(9)).is_some());
    keystore.forget_roots_before(&mut keys, NOW.plus(2), &mut entropy).unwrap();
    let after = reopened(&medium);
    assert!(after.wrapping_key(KEEPER, NOW, NOW.plus(9)).is_none());
    assert!(after.wrapping_key(KEEPER, NOW.plus(2), NOW.plus(9)).is_some());
}

#[test]
fn an_intake_secret_dies_with_the_slot_of_its_deadline() {
    let (medium, mut keystore, mut entropy) = founded();
    let mut keys = keystore.unlock(b"pass").unwrap().0;
    let id = keystore.add_intake(&mut keys, NOW, &mut entropy).unwrap();
    assert!(reopened(&medium).intake(id).is_some());
    keystore.forget_overdue(NOW.plus(keys::DEADLINE_HOURS), Hour(0), &mut entropy).unwrap();
    assert!(reopened(&medium).intake(id).is_none(), "its record is still there, and noise");
}

#[test]
fn an_intake_secret_is_overwritten_after_its_time() {
    let (medium, mut keystore, mut entropy) = founded();
    let mut keys = keystore.unlock(b"pass").unwrap().0;
    let id = keystore.add_intake(&mut keys, NOW, &mut entropy).unwrap();
    let seed = *keys.intake(id).unwrap().1;
    keystore.forget_intakes_before(&mut keys, NOW.plus(1), &mut entropy).unwrap();
    assert!(keys.intake(id).is_none() && reopened(&medium).intake(id).is_none());
    assert!(!medium.snapshot().windows(32).any(|window| window == seed));
}

/// M9: without any key, and no other than those that are accepted no more.
#[test]
fn an_expired_intake_secret_is_forgotten_while_locked() {
    let (medium, mut keystore, mut entropy) = founded();
    let mut keys = keystore.unlock(b"pass").unwrap().0;
    let [expired, accepted] =
        [NOW, NOW.plus(1)].map(|hour| keystore.add_intake(&mut keys, hour, &mut entropy).unwrap());
    let sealed =
        |medium: &MemoryMedium| medium.snapshot()[(INTAKES as usize + NOW.0 as usize % 4) * SIZE..][..SIZE].to_vec();
    let before = sealed(&medium);
    assert!(keystore.forget_overdue(NOW, NOW.plus(1), &mut entropy).unwrap());
    let after = reopened(&medium);
    assert!(after.intake(expired).is_none() && after.intake(accepted).is_some());
    assert!(before.iter().zip(sealed(&medium)).filter(|(one, other)| **one == *other).count() < SIZE / 8);
}

#[test]
fn no_secret_lies_in_clear() {
    let (medium, keystore, _) = founded();
    let (keys, identity) = keystore.unlock(b"pass").unwrap();
    let bytes = medium.snapshot();
    for secret in keys.everything().into_iter().chain([identity.keeper, identity.ledger, identity.attestation]) {
        assert!(!bytes.windows(32).any(|window| window == secret.as_slice()));
    }
}

#[test]
fn an_empty_file_is_no_keystore() {
    let medium = Box::new(MemoryMedium::new(KEYSTORE_SIZE));
    assert!(matches!(Keystore::open(medium), Err(KeystoreError::NotAKeystore)));
}
