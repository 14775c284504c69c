//! The keystore: the only place where roots, slots and intake secrets lie.
//!
//! A small file of fixed size, rewritten in place, record by record. It is never
//! part of a backup. Overdue slots are overwritten by whoever holds the file,
//! without any key; everything else needs the passphrase.

pub mod escrow;
mod forgetting;
mod head;
mod header;
mod held;
mod keys;
mod label;
mod lockdown;
mod medium;
mod record;
pub mod shares;
mod unlocking;
mod waiting;

use std::io;

use header::Header;
pub use header::{Cost, UnlockError};
pub use keys::{Identity, Keys, Secret, deadline_of};
pub use label::{Label, label};
pub use medium::{FileMedium, Medium, MemoryMedium};
use record::{Kind, Place, Record, SIZE};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{IntakeKeyId, KeeperId},
    time::Hour,
};
pub use shares::{Share, ShareError, Terms};
use zeroize::Zeroizing;

/// Slots exist for this many hours ahead: the longest deadline is 72 hours and
/// the hour it began in, and one more is made before it is needed.
pub const SLOTS_AHEAD: u64 = 74;

const IDENTITY: u32 = 2;
const ROOTS: [u32; 2] = [4, 5];
const INTAKES: u32 = 8;
const INTAKE_PLACES: u64 = 4;
const SLOTS: u32 = 16;
const SLOT_PLACES: u64 = 96;

/// Bytes of a keystore.
pub const KEYSTORE_SIZE: u64 = (SLOTS as u64 + SLOT_PLACES) * SIZE as u64;

/// Why something could not be done with the keystore.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The medium failed.
    #[error("the keystore's medium failed")]
    Medium(#[from] io::Error),
    /// It has no header of this version.
    #[error("this is not a keystore, or it is damaged")]
    NotAKeystore,
    /// The passphrase, or the header.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// A record that must be there is gone or does not open.
    #[error("a record of the keystore is damaged")]
    Damaged,
    /// What was overwritten could still be read back.
    #[error("the keystore's medium did not take an overwrite")]
    NotOverwritten,
}

/// An open keystore file. Without [`Keys`] it can forget, and nothing else.
pub struct Keystore {
    medium: Box<dyn Medium>,
    header: Header,
}

impl Keystore {
    /// Fills a fresh medium of [`KEYSTORE_SIZE`] bytes: a keeper is born.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`].
    pub fn create(
        medium: Box<dyn Medium>,
        founding: (KeeperId, bool, Hour),
        passphrase: &[u8],
        cost: Cost,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, KeystoreError> {
        let identity = Identity::fresh(entropy);
        Self::create_as(medium, founding, &identity, (passphrase, cost), entropy)
    }

    /// The same for a keeper that was there before: it signs as it did, and every key that opens anything is new.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`].
    pub fn create_as(
        medium: Box<dyn Medium>,
        founding: (KeeperId, bool, Hour),
        identity: &Identity,
        passphrase: (&[u8], Cost),
        entropy: &mut dyn Entropy,
    ) -> Result<Self, KeystoreError> {
        let (keeper, test, now) = founding;
        let (header, master) = Header::create(keeper, test, passphrase.0, passphrase.1, entropy)?;
        let mut keystore = Self { medium, header };
        let mut keys = Keys::new(&master)?;
        let seeds = identity.to_bytes();
        keystore.put(IDENTITY, (Kind::Identity, Hour(0), [0; 16]), &master, &*seeds, entropy)?;
        keystore.add_root(&mut keys, now, entropy)?;
        keystore.add_slots(&mut keys, now, entropy)?;
        // Last, so that a keystore is one only when it is whole.
        keystore.write_header()?;
        Ok(keystore)
    }

    /// Opens a keystore without unlocking it.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKeystore`] or [`KeystoreError::Medium`].
    pub fn open(medium: Box<dyn Medium>) -> Result<Self, KeystoreError> {
        let mut records = [[0; SIZE]; 2];
        medium.read_at(0, records.as_flattened_mut())?;
        let header = lockdown::newest(&records).ok_or(KeystoreError::NotAKeystore)?;
        Ok(Self { medium, header })
    }

    /// Whose keystore it is.
    pub fn keeper(&self) -> KeeperId {
        self.header.keeper
    }

    /// Whether it belongs to an installation marked as test.
    pub fn is_test(&self) -> bool {
        self.header.test
    }

    /// Makes a root for `hour` and holds it beside the old one.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`].
    pub fn add_root(&mut self, keys: &mut Keys, hour: Hour, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        let index = self.free_root(keys)?;
        let secret = Zeroizing::new(fresh(entropy));
        self.put(index, (Kind::Root, hour, [0; 16]), &keys.master(), &*secret, entropy)?;
        Ok(keys.hold_root(hour, &secret)?)
    }

    // Never the place of the newest root: documents still hang on it.
    fn free_root(&self, keys: &Keys) -> Result<u32, KeystoreError> {
        let newest = keys.root_hour();
        let held = |index: u32| -> Result<bool, KeystoreError> {
            let record = self.record(index)?;
            Ok(newest.is_some() && record.is_some_and(|r| r.kind == Kind::Root && Some(r.hour) == newest))
        };
        Ok(if held(ROOTS[0])? { ROOTS[1] } else { ROOTS[0] })
    }

    /// Makes the slots that are missing for the hours after `now`.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`].
    pub fn add_slots(&mut self, keys: &mut Keys, now: Hour, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        for hour in (1..=SLOTS_AHEAD).map(|ahead| now.plus(ahead)) {
            if keys.has_slot(hour) {
                continue;
            }
            let secret = Zeroizing::new(fresh(entropy));
            let place = hour.0 % SLOT_PLACES;
            // After a start whose clock was wrong by days, its place may be that of an
            // hour far ahead, which goes with this.
            keys.drop_slots(|held| held.0 % SLOT_PLACES == place);
            let index = SLOTS + place as u32;
            self.put(index, (Kind::Slot, hour, [0; 16]), &keys.master(), &*secret, entropy)?;
            keys.hold_slot(hour, &secret)?;
        }
        Ok(())
    }

    /// Makes the intake key of `hour`. Its deadline's slot must exist.
    ///
    /// # Errors
    /// [`KeystoreError::Damaged`] without that slot, [`KeystoreError::Medium`].
    pub fn add_intake(
        &mut self,
        keys: &mut Keys,
        hour: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<IntakeKeyId, KeystoreError> {
        let id = IntakeKeyId::random(entropy);
        let secret = Zeroizing::new(fresh(entropy));
        let key = keys.intake_record_key(hour).ok_or(KeystoreError::Damaged)?;
        let index = INTAKES + (hour.0 % INTAKE_PLACES) as u32;
        self.put(index, (Kind::Intake, hour, *id.as_bytes()), &key, &*secret, entropy)?;
        keys.hold_intake(hour, id, &secret)?;
        Ok(id)
    }

    fn put(
        &mut self,
        index: u32,
        labels: (Kind, Hour, [u8; 16]),
        key: &[u8; 32],
        content: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeystoreError> {
        let sealed = Record::seal(labels, self.place(index), key, content, entropy);
        self.medium.write_at(offset(index), &sealed.map_err(|_| KeystoreError::Damaged)?)?;
        Ok(())
    }

    fn record(&self, index: u32) -> Result<Option<Record>, KeystoreError> {
        self.bytes(index).map(Record::parse)
    }

    fn bytes(&self, index: u32) -> Result<[u8; SIZE], KeystoreError> {
        let mut bytes = [0; SIZE];
        self.medium.read_at(offset(index), &mut bytes)?;
        Ok(bytes)
    }

    fn place(&self, index: u32) -> Place {
        Place { keeper: self.header.keeper, index }
    }
}

const fn offset(index: u32) -> u64 {
    index as u64 * SIZE as u64
}

#[cfg(test)]
mod tests;
