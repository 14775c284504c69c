//! The keystore: the only place where roots, slots and intake secrets lie.
//!
//! A small file of fixed size, rewritten in place, record by record. It is never
//! part of a backup. Overdue slots are overwritten by whoever holds the file,
//! without any key; everything else needs the passphrase.

pub mod escrow;
mod head;
mod header;
mod held;
mod keys;
mod label;
mod medium;
mod record;

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
        keystore.medium.write_at(0, &keystore.header.to_record())?;
        Ok(keystore)
    }

    /// Opens a keystore without unlocking it.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKeystore`] or [`KeystoreError::Medium`].
    pub fn open(medium: Box<dyn Medium>) -> Result<Self, KeystoreError> {
        let mut bytes = [0; SIZE];
        medium.read_at(0, &mut bytes)?;
        let header = Header::from_record(&bytes).ok_or(KeystoreError::NotAKeystore)?;
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

    /// Reads every key that is there.
    ///
    /// # Errors
    /// [`KeystoreError::Unlock`] for another passphrase, [`KeystoreError::Damaged`].
    pub fn unlock(&self, passphrase: &[u8]) -> Result<(Keys, Identity), KeystoreError> {
        let master = self.header.unlock(passphrase)?;
        let identity = self.identity_under(&master)?;
        let mut keys = Keys::new(&master)?;
        self.read_roots(&mut keys)?;
        self.read_slots(&mut keys)?;
        self.read_intakes(&mut keys)?;
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

    /// Overwrites every slot of `through` and earlier, then what a torn write left of any secret. Needs no key.
    ///
    /// Returns whether any slot was there.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_slots(
        &mut self,
        keys: Option<&mut Keys>,
        through: Hour,
        entropy: &mut dyn Entropy,
    ) -> Result<bool, KeystoreError> {
        let places = (0..SLOT_PLACES as u32).map(|place| SLOTS + place);
        let count = self.forget_where(places, entropy, |record| record.kind == Kind::Slot && record.hour <= through)?;
        if let Some(keys) = keys {
            keys.forget_slots(through);
        }
        let others = ROOTS.into_iter().chain((0..INTAKE_PLACES as u32).map(|place| INTAKES + place));
        self.forget_where(others, entropy, |_| false)?;
        Ok(count > 0)
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
        let places = (0..INTAKE_PLACES as u32).map(|place| INTAKES + place);
        self.forget_where(places, entropy, |record| record.kind == Kind::Intake && record.hour < hour)?;
        keys.forget_intakes_before(hour);
        Ok(())
    }

    /// Overwrites the records that `doomed` names, and then those that a write left torn: of such a one nobody can
    /// tell what it was, and it may be most of a secret.
    fn forget_where(
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

    fn open_at(&self, index: u32, kind: Kind, key: &[u8; 32]) -> Result<Option<Opened>, KeystoreError> {
        let Some(record) = self.record(index)?.filter(|record| record.kind == kind) else { return Ok(None) };
        let content = record.open(self.place(index), key).map_err(|_| KeystoreError::Damaged)?;
        Ok(Some((record, content)))
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

type Opened = (Record, Zeroizing<Vec<u8>>);

const fn offset(index: u32) -> u64 {
    index as u64 * SIZE as u64
}

fn exactly(bytes: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
    <[u8; 32]>::try_from(bytes).map(Zeroizing::new).map_err(|_| KeystoreError::Damaged)
}

#[cfg(test)]
mod tests;
