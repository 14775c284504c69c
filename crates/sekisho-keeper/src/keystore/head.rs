//! How far the ledger had come when the keystore was last told.
//!
//! A data folder can be put back as it was yesterday, ledger, database and all;
//! the keystore is not part of it. So it remembers the head of the newest
//! published ledger, in two places by turns: a torn write spoils one, and the
//! other still stands. It is told only what is durable in the ledger already, so
//! it never claims more than an honest crash leaves behind.
//!
//! A keystore made before this was kept has no head; the first start writes one.

use sekisho_core::{
    entropy::Entropy,
    ledger::{Hash, tree::Head},
    time::Hour,
};

use super::{Keys, Keystore, KeystoreError, record::Kind};

/// Where the heads lie, by turns. Earlier versions never wrote there.
const HEADS: [u32; 2] = [6, 7];

impl Keystore {
    /// The largest head that it was told; nothing if it never was.
    ///
    /// # Errors
    /// [`KeystoreError::Damaged`] if a record is whole and yet does not open, [`KeystoreError::Medium`].
    pub fn ledger_head(&self, keys: &Keys) -> Result<Option<Head>, KeystoreError> {
        let [one, other] = [self.head_at(HEADS[0], keys)?, self.head_at(HEADS[1], keys)?];
        Ok(one.into_iter().chain(other).max_by_key(|head| head.size))
    }

    /// Remembers `head`, which is durable in the ledger. One that is not larger than the known one changes nothing.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::Damaged`]; what was known before is known still.
    pub fn remember_head(&mut self, keys: &Keys, head: Head, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        let [one, other] = [self.head_at(HEADS[0], keys)?, self.head_at(HEADS[1], keys)?].map(size_of);
        if Some(head.size) <= one.max(other) {
            return Ok(());
        }
        // Never the place of the larger one, which is all that stands if this write is torn.
        let place = if one < other { HEADS[0] } else { HEADS[1] };
        let labels = (Kind::Head, Hour(0), [0; 16]);
        self.put(place, labels, &keys.master(), &to_bytes(head), entropy)
    }

    /// Forgets what it was told: another ledger begins. Only a restore does this, which says so on that ledger.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`].
    pub fn forget_head(&mut self, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        self.forget_where(HEADS.into_iter(), entropy, |record| record.kind == Kind::Head)?;
        Ok(())
    }

    fn head_at(&self, place: u32, keys: &Keys) -> Result<Option<Head>, KeystoreError> {
        let Some((_, content)) = self.open_at(place, Kind::Head, &keys.master())? else { return Ok(None) };
        from_bytes(&content).map(Some).ok_or(KeystoreError::Damaged)
    }
}

fn size_of(head: Option<Head>) -> Option<u64> {
    head.map(|head| head.size)
}

fn to_bytes(head: Head) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[..8].copy_from_slice(&head.size.to_be_bytes());
    bytes[8..].copy_from_slice(&head.root.0);
    bytes
}

fn from_bytes(bytes: &[u8]) -> Option<Head> {
    let (size, root) = bytes.split_first_chunk::<8>()?;
    Some(Head { size: u64::from_be_bytes(*size), root: Hash(root.try_into().ok()?) })
}

#[cfg(test)]
mod tests {
    use sekisho_core::id::KeeperId;
    use sekisho_seal::testing::SeededEntropy;

    use super::{
        super::{Cost, KEYSTORE_SIZE, Medium, MemoryMedium, offset, record::SIZE},
        *,
    };

    const NOW: Hour = Hour(500_000);

    fn founded() -> (MemoryMedium, Keystore, SeededEntropy) {
        let mut entropy = SeededEntropy::new(1);
        let medium = MemoryMedium::new(KEYSTORE_SIZE);
        let founding = (KeeperId::from_bytes([7; 16]), true, NOW);
        let keystore = Keystore::create(Box::new(medium.clone()), founding, b"pass", Cost::TEST, &mut entropy).unwrap();
        (medium, keystore, entropy)
    }

    fn head(size: u64) -> Head {
        Head { size, root: Hash([size as u8; 32]) }
    }

    fn remembered(medium: &MemoryMedium) -> Option<Head> {
        let keystore = Keystore::open(Box::new(medium.clone())).unwrap();
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.ledger_head(&keys).unwrap()
    }

    #[test]
    fn the_largest_head_is_remembered_and_a_smaller_one_changes_nothing() {
        let (medium, mut keystore, mut entropy) = founded();
        let keys = keystore.unlock(b"pass").unwrap().0;
        assert_eq!(remembered(&medium), None, "a keystore from before this was kept says nothing");
        for (told, known) in [(3, 3), (5, 5), (4, 5), (9, 9), (5, 9), (10, 10)] {
            keystore.remember_head(&keys, head(told), &mut entropy).unwrap();
            assert_eq!(remembered(&medium), Some(head(known)), "after {told}");
        }
    }

    /// M16: whatever became of the newest record, the one before it stands.
    #[test]
    fn a_torn_write_leaves_the_head_before_it() {
        let (medium, mut keystore, mut entropy) = founded();
        let keys = keystore.unlock(b"pass").unwrap().0;
        for size in [3, 5, 8] {
            keystore.remember_head(&keys, head(size), &mut entropy).unwrap();
        }
        let before = medium.snapshot();
        keystore.remember_head(&keys, head(9), &mut entropy).unwrap();
        let after = medium.snapshot();
        for torn in 1..SIZE {
            let mut bytes = before.clone();
            for place in HEADS.map(|place| offset(place) as usize) {
                bytes[place..place + torn].copy_from_slice(&after[place..place + torn]);
            }
            let known = remembered(&MemoryMedium::from_bytes(bytes)).unwrap().size;
            assert!(known == 8 || known == 9, "torn at {torn}: {known}");
        }
    }

    #[test]
    fn a_forgotten_head_is_gone_and_a_smaller_one_can_follow() {
        let (medium, mut keystore, mut entropy) = founded();
        let keys = keystore.unlock(b"pass").unwrap().0;
        for size in [8, 9] {
            keystore.remember_head(&keys, head(size), &mut entropy).unwrap();
        }
        keystore.forget_head(&mut entropy).unwrap();
        assert_eq!(remembered(&medium), None);
        keystore.remember_head(&keys, head(2), &mut entropy).unwrap();
        assert_eq!(remembered(&medium), Some(head(2)));
    }

    #[test]
    fn a_head_can_not_be_written_without_the_keys() {
        let (medium, mut keystore, mut entropy) = founded();
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.remember_head(&keys, head(9), &mut entropy).unwrap();
        let mut record = [0; SIZE];
        medium.read_at(offset(HEADS[1]), &mut record).unwrap();
        medium.clone().write_at(offset(HEADS[0]), &record).unwrap();
        assert!(matches!(keystore.ledger_head(&keys), Err(KeystoreError::Damaged)), "a record belongs to its place");
    }
}
