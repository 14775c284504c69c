//! Forgetting: records are overwritten in place and read back. Most of it needs no key.

use sekisho_core::{entropy::Entropy, time::Hour};

use super::{
    INTAKE_PLACES, INTAKES, Keys, Keystore, KeystoreError, ROOTS, SLOT_PLACES, SLOTS,
    keys::DEADLINE_HOURS,
    offset,
    record::{self, Kind, Record, SIZE},
    waiting::WAITING,
};

impl Keystore {
    /// Overwrites every root older than `hour`.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_roots_before(
        &mut self,
        keys: &mut Keys,
        hour: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeystoreError> {
        self.forget_where(ROOTS.into_iter(), entropy, |record| record.kind == Kind::Root && record.hour < hour)?;
        keys.forget_roots_before(hour);
        Ok(())
    }

    /// Overwrites every slot of `through` and earlier, then what a torn write left of any secret.
    ///
    /// Returns whether any slot was there.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_slots(
        &mut self,
        keys: &mut Keys,
        through: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<bool, KeystoreError> {
        let any = self.forget_overdue(through, Hour(0), entropy)?;
        keys.forget_slots(through);
        Ok(any)
    }

    /// Overwrites every slot of `through` and earlier, every intake secret of hours before `intakes_before` and the
    /// waiting key whose deadline's hour is `through` or earlier, then what a torn write left of any secret. Needs no
    /// key.
    ///
    /// Returns whether any was there.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_overdue(
        &mut self,
        through: Hour,
        intakes_before: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<bool, KeystoreError> {
        let places = slot_places().chain(intake_places()).chain([WAITING]).chain(ROOTS);
        let count = self.forget_where(places, entropy, |record| match record.kind {
            Kind::Slot => record.hour <= through,
            Kind::Intake => record.hour < intakes_before,
            Kind::Waiting => record.hour.plus(DEADLINE_HOURS) <= through,
            _ => false,
        })?;
        Ok(count > 0)
    }

    /// Overwrites every intake secret of hours before `hour`.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_intakes_before(
        &mut self,
        keys: &mut Keys,
        hour: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeystoreError> {
        self.forget_where(intake_places(), entropy, |record| record.kind == Kind::Intake && record.hour < hour)?;
        keys.forget_intakes_before(hour);
        Ok(())
    }

    /// Overwrites the records that `doomed` names, and then those that a write left torn: of such a one nobody can
    /// tell what it was, and it may be most of a secret.
    pub(super) fn forget_where(
        &mut self,
        places: impl Iterator<Item = u32>,
        entropy: &mut dyn Entropy,
        doomed: impl Fn(&Record) -> bool,
    ) -> Result<usize, KeystoreError> {
        let (mut count, mut torn) = (0, Vec::new());
        for index in places {
            let bytes = self.bytes(index)?;
            if Record::parse(bytes).is_some_and(|record| doomed(&record)) {
                self.overwrite(index, entropy)?;
                count += 1;
            } else if record::is_torn(&bytes) {
                torn.push(index);
            }
        }
        torn.into_iter().try_for_each(|index| self.overwrite(index, entropy))?;
        Ok(count)
    }

    fn overwrite(&mut self, index: u32, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        let noise = record::noise(entropy);
        self.medium.write_at(offset(index), &noise)?;
        let mut back = [0; SIZE];
        self.medium.read_at(offset(index), &mut back)?;
        if back == noise { Ok(()) } else { Err(KeystoreError::NotOverwritten) }
    }
}

fn slot_places() -> impl Iterator<Item = u32> {
    (0..SLOT_PLACES as u32).map(|place| SLOTS + place)
}

fn intake_places() -> impl Iterator<Item = u32> {
    (0..INTAKE_PLACES as u32).map(|place| INTAKES + place)
}
