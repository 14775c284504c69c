//! The waiting key: what comes while the keeper is locked is sealed to it, and nothing else ever is.
//!
//! It has a place of its own, so that the intake keys of every day keep to their two hours whatever happens. Its secret
//! hangs on the slot of its own deadline, which is overwritten without any key. While the keeper has its keys it is made
//! anew every hour; at a lockdown once more, so that no copy from before the lockdown has it; and the unlocking that
//! takes over what waited overwrites it.

use sekisho_core::{
    entropy::{Entropy, fresh},
    id::IntakeKeyId,
    time::Hour,
};
use zeroize::Zeroizing;

use super::{Keys, Keystore, KeystoreError, record::Kind};

/// Where it lies. Earlier versions never wrote there.
pub(super) const WAITING: u32 = 12;

impl Keystore {
    /// Makes the waiting key of `hour`, whose deadline's slot must exist. The one before it is overwritten first.
    ///
    /// # Errors
    /// [`KeystoreError::Damaged`] without that slot, [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn renew_waiting(
        &mut self,
        keys: &mut Keys,
        hour: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<IntakeKeyId, KeystoreError> {
        self.forget_waiting(keys, entropy)?;
        let id = IntakeKeyId::random(entropy);
        let secret = Zeroizing::new(fresh(entropy));
        let key = keys.intake_record_key(hour).ok_or(KeystoreError::Damaged)?;
        self.put(WAITING, (Kind::Waiting, hour, *id.as_bytes()), &key, &*secret, entropy)?;
        keys.hold_waiting(hour, id, &secret)?;
        Ok(id)
    }

    /// Overwrites the waiting key: what was sealed to it opens no more, in whatever copy it lies.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_waiting(&mut self, keys: &mut Keys, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        self.forget_where([WAITING].into_iter(), entropy, |record| record.kind == Kind::Waiting)?;
        keys.forget_waiting();
        Ok(())
    }

    /// Which waiting key is there, and of which hour. Needs no key.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`].
    pub fn waiting(&self) -> Result<Option<(IntakeKeyId, Hour)>, KeystoreError> {
        let record = self.record(WAITING)?.filter(|record| record.kind == Kind::Waiting);
        Ok(record.map(|record| (IntakeKeyId::from_bytes(record.id), record.hour)))
    }

    // It opens only together with the slot of its deadline, as any intake secret does.
    pub(super) fn read_waiting(&self, keys: &mut Keys) -> Result<(), KeystoreError> {
        let Some(record) = self.record(WAITING)?.filter(|record| record.kind == Kind::Waiting) else { return Ok(()) };
        let Some(key) = keys.intake_record_key(record.hour) else { return Ok(()) };
        if let Ok(secret) = record.open(self.place(WAITING), &key) {
            let secret = <[u8; 32]>::try_from(&**secret).map(Zeroizing::new).map_err(|_| KeystoreError::Damaged)?;
            keys.hold_waiting(record.hour, IntakeKeyId::from_bytes(record.id), &secret)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::id::KeeperId;
    use sekisho_seal::testing::SeededEntropy;

    use super::{
        super::{Cost, KEYSTORE_SIZE, MemoryMedium, keys::DEADLINE_HOURS, offset, record::SIZE},
        *,
    };

    const NOW: Hour = Hour(500_000);

    fn founded() -> (MemoryMedium, Keystore, Keys, SeededEntropy) {
        let mut entropy = SeededEntropy::new(1);
        let medium = MemoryMedium::new(KEYSTORE_SIZE);
        let founding = (KeeperId::from_bytes([7; 16]), true, NOW);
        let keystore = Keystore::create(Box::new(medium.clone()), founding, b"pass", Cost::TEST, &mut entropy).unwrap();
        let keys = keystore.unlock(b"pass").unwrap().0;
        (medium, keystore, keys, entropy)
    }

    fn reopened(medium: &MemoryMedium) -> Keys {
        Keystore::open(Box::new(medium.clone())).unwrap().unlock(b"pass").unwrap().0
    }

    fn record(medium: &MemoryMedium) -> Vec<u8> {
        medium.snapshot()[offset(WAITING) as usize..][..SIZE].to_vec()
    }

    #[test]
    fn it_is_told_without_a_key_and_opens_with_one() {
        let (medium, mut keystore, mut keys, mut entropy) = founded();
        assert_eq!(keystore.waiting().unwrap(), None);
        let id = keystore.renew_waiting(&mut keys, NOW, &mut entropy).unwrap();
        assert_eq!(Keystore::open(Box::new(medium.clone())).unwrap().waiting().unwrap(), Some((id, NOW)));
        assert_eq!(reopened(&medium).waiting().map(|(id, hour, _)| (id, hour)), Some((id, NOW)));
    }

    /// M8: the one before is gone with the next, and with the unlocking.
    #[test]
    fn it_is_overwritten_by_the_next_one_and_when_what_waited_was_taken_over() {
        let (medium, mut keystore, mut keys, mut entropy) = founded();
        keystore.renew_waiting(&mut keys, NOW, &mut entropy).unwrap();
        let first = (record(&medium), keys.waiting().unwrap().2);
        keystore.renew_waiting(&mut keys, NOW, &mut entropy).unwrap();
        assert!(record(&medium) != first.0 && reopened(&medium).waiting().unwrap().2 != first.1);
        keystore.forget_waiting(&mut keys, &mut entropy).unwrap();
        assert!(keys.waiting().is_none() && reopened(&medium).waiting().is_none());
        assert_eq!(keystore.waiting().unwrap(), None);
    }

    /// It goes on past the two hours of other intake keys, and not past its deadline.
    #[test]
    fn without_a_key_it_lasts_until_its_deadline_and_is_overwritten_then() {
        let (medium, mut keystore, mut keys, mut entropy) = founded();
        keystore.add_slots(&mut keys, NOW, &mut entropy).unwrap();
        let id = keystore.renew_waiting(&mut keys, NOW, &mut entropy).unwrap();
        let last = NOW.plus(DEADLINE_HOURS - 1);
        keystore.forget_overdue(last, last, &mut entropy).unwrap();
        assert!(reopened(&medium).waiting().is_some_and(|(held, ..)| held == id));
        let before = record(&medium);
        keystore.forget_overdue(last.plus(1), last, &mut entropy).unwrap();
        assert!(record(&medium) != before && reopened(&medium).waiting().is_none());
    }
}
