//! Reading the keys, with the passphrase.

use sekisho_core::id::IntakeKeyId;
use zeroize::Zeroizing;

use super::{
    IDENTITY, INTAKE_PLACES, INTAKES, Identity, Keys, Keystore, KeystoreError, ROOTS, SLOT_PLACES, SLOTS, Secret,
    record::{Kind, Record},
};

type Opened = (Record, Zeroizing<Vec<u8>>);

impl Keystore {
    /// Reads every key that is there.
    ///
    /// # Errors
    /// [`KeystoreError::Unlock`] for another passphrase, [`KeystoreError::Damaged`].
    pub fn unlock(&self, passphrase: &[u8]) -> Result<(Keys, Identity), KeystoreError> {
        self.unlock_under(&*self.header.unlock(passphrase)?)
    }

    /// The same by the secret that enough shares make.
    ///
    /// # Errors
    /// As [`Keystore::unlock`].
    pub fn unlock_shared(&self, secret: &Secret) -> Result<(Keys, Identity), KeystoreError> {
        self.unlock_under(&*self.header.unlock_shared(secret)?)
    }

    fn unlock_under(&self, master: &[u8; 32]) -> Result<(Keys, Identity), KeystoreError> {
        let identity = self.identity_under(master)?;
        let mut keys = Keys::new(master)?;
        self.read_roots(&mut keys)?;
        self.read_slots(&mut keys)?;
        self.read_intakes(&mut keys)?;
        self.read_waiting(&mut keys)?;
        Ok((keys, identity))
    }

    /// Reads what the keeper signs with, and no key that opens anything.
    ///
    /// # Errors
    /// As [`Keystore::unlock`].
    pub fn identity(&self, passphrase: &[u8]) -> Result<Identity, KeystoreError> {
        self.identity_under(&*self.header.unlock(passphrase)?)
    }

    fn identity_under(&self, master: &[u8; 32]) -> Result<Identity, KeystoreError> {
        let (_, seeds) = self.open_at(IDENTITY, Kind::Identity, master)?.ok_or(KeystoreError::Damaged)?;
        Identity::from_bytes(&seeds).ok_or(KeystoreError::Damaged)
    }

    fn read_roots(&self, keys: &mut Keys) -> Result<(), KeystoreError> {
        for index in ROOTS {
            if let Some((record, secret)) = self.open_at(index, Kind::Root, &keys.master())? {
                keys.hold_root(record.hour, &*exactly(&secret)?)?;
            }
        }
        Ok(())
    }

    fn read_slots(&self, keys: &mut Keys) -> Result<(), KeystoreError> {
        for place in 0..SLOT_PLACES {
            if let Some((record, secret)) = self.open_at(SLOTS + place as u32, Kind::Slot, &keys.master())? {
                keys.hold_slot(record.hour, &*exactly(&secret)?)?;
            }
        }
        Ok(())
    }

    // An intake secret opens only together with the slot of its own deadline:
    // once that is overwritten, its record is noise, whatever became of it.
    fn read_intakes(&self, keys: &mut Keys) -> Result<(), KeystoreError> {
        for place in 0..INTAKE_PLACES {
            let index = INTAKES + place as u32;
            let Some(record) = self.record(index)?.filter(|record| record.kind == Kind::Intake) else { continue };
            let Some(key) = keys.intake_record_key(record.hour) else { continue };
            if let Ok(secret) = record.open(self.place(index), &key) {
                keys.hold_intake(record.hour, IntakeKeyId::from_bytes(record.id), &*exactly(&secret)?)?;
            }
        }
        Ok(())
    }

    pub(super) fn open_at(&self, index: u32, kind: Kind, key: &[u8; 32]) -> Result<Option<Opened>, KeystoreError> {
        let Some(record) = self.record(index)?.filter(|record| record.kind == kind) else { return Ok(None) };
        let content = record.open(self.place(index), key).map_err(|_| KeystoreError::Damaged)?;
        Ok(Some((record, content)))
    }
}

fn exactly(bytes: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
    <[u8; 32]>::try_from(bytes).map(Zeroizing::new).map_err(|_| KeystoreError::Damaged)
}
