//! Changing the header: a lockdown begins or ends, shares are dealt.
//!
//! A header lies twice, in the first two records, so that a torn write spoils one
//! and the other still stands. The second is written first, then the first: what
//! a change takes away is overwritten in both. Of two whole ones that of the
//! higher generation holds.
//!
//! The mark of a lockdown lies in clear. Where custodians hold shares it is more
//! than a mark: the passphrase opens nothing from then on, since what it opened
//! is wrapped once more under the master key.

use sekisho_core::{entropy::Entropy, time::Timestamp};

use super::{Keys, Keystore, KeystoreError, Secret, Terms, header::Header, offset, record::SIZE, shares::Dealing};

/// Where headers lie, in the order in which they are written. Versions before lockdowns wrote the first record alone.
const HEADERS: [u32; 2] = [1, 0];

/// The header that holds among the first two records.
pub(super) fn newest(records: &[[u8; SIZE]; 2]) -> Option<Header> {
    let whole = records.iter().filter_map(Header::from_record);
    whole.max_by_key(|header| header.generation)
}

impl Keystore {
    /// Since when the vault is locked down, if it is.
    pub fn locked_down(&self) -> Option<Timestamp> {
        self.header.locked_down
    }

    /// How many custodians' shares open it, if there are any.
    pub fn shares(&self) -> Option<Terms> {
        self.header.shared.as_ref().map(|shared| shared.terms)
    }

    /// Which dealing they are of.
    pub fn dealing(&self) -> Option<Dealing> {
        self.header.shared.as_ref().map(|shared| shared.dealing)
    }

    /// Whether only custodians' shares end a lockdown.
    pub fn has_custodians(&self) -> bool {
        self.shares().is_some_and(Terms::has_custodians)
    }

    /// Notes that the shares were given: they are to be dealt anew.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`].
    pub fn note_shares_used(&mut self) -> Result<(), KeystoreError> {
        self.change_header(self.header.shares_used())
    }

    /// Whether only shares open it now.
    pub fn is_put_away(&self) -> bool {
        self.header.is_put_away()
    }

    /// Marks the lockdown; with custodians, puts the passphrase's wrapping away. A second time changes nothing.
    ///
    /// # Errors
    /// [`KeystoreError::Medium`], [`KeystoreError::NotOverwritten`]; it is marked all the same if one place took it.
    pub fn lock_down(&mut self, keys: &Keys, at: Timestamp, entropy: &mut dyn Entropy) -> Result<(), KeystoreError> {
        if self.header.locked_down.is_some() && (!self.has_custodians() || self.is_put_away()) {
            return Ok(());
        }
        self.change_header(self.header.locked_down(at, &keys.master(), entropy))
    }

    /// Marks a lockdown without a key: what the passphrase opens stays as it is.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`].
    pub fn mark_locked_down(&mut self, at: Timestamp) -> Result<(), KeystoreError> {
        if self.header.locked_down.is_some() {
            return Ok(());
        }
        self.change_header(self.header.marked(at))
    }

    /// Ends the lockdown: the passphrase opens it again, and so do starts.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`].
    pub fn release(&mut self, keys: &Keys) -> Result<(), KeystoreError> {
        if self.header.locked_down.is_none() && !self.is_put_away() {
            return Ok(());
        }
        self.change_header(self.header.released(&keys.master())?)
    }

    /// From now on `secret`, of which custodians hold shares, opens it too. What was dealt before opens nothing.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`].
    pub fn share(
        &mut self,
        keys: &Keys,
        dealt: (Terms, Dealing),
        secret: &Secret,
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeystoreError> {
        self.change_header(self.header.with_shares(&keys.master(), dealt, secret, entropy))
    }

    /// From now on this passphrase opens it, and the earlier one opens nothing. Not while it is put away.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`]; [`KeystoreError::Unlock`] if the cost is none that Argon2id takes.
    pub fn choose_passphrase(
        &mut self,
        keys: &Keys,
        passphrase: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), KeystoreError> {
        self.change_header(self.header.with_passphrase(&keys.master(), passphrase, entropy)?)
    }

    fn change_header(&mut self, header: Header) -> Result<(), KeystoreError> {
        self.header = header.after(self.header.generation);
        self.write_header()
    }

    /// Writes the header to both places and reads it back.
    pub(super) fn write_header(&mut self) -> Result<(), KeystoreError> {
        let record = self.header.to_record();
        HEADERS.into_iter().try_for_each(|index| {
            self.medium.write_at(offset(index), &record)?;
            if self.bytes(index)? == record { Ok(()) } else { Err(KeystoreError::NotOverwritten) }
        })
    }

    /// Puts right what a crash left of a change: a place that holds another header than the one that holds, or none.
    ///
    /// # Errors
    /// As [`Keystore::lock_down`].
    pub fn settle_header(&mut self) -> Result<(), KeystoreError> {
        let record = self.header.to_record();
        let [second, first] = HEADERS.map(|index| self.bytes(index));
        if second? == record && first? == record { Ok(()) } else { self.write_header() }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::{entropy::fresh, id::KeeperId, time::Hour};
    use sekisho_seal::testing::SeededEntropy;
    use zeroize::Zeroizing;

    use super::{
        super::{Cost, KEYSTORE_SIZE, Medium, MemoryMedium, UnlockError},
        *,
    };

    const AT: Timestamp = Timestamp(1_800_000_000);

    fn founded() -> (MemoryMedium, Keystore, SeededEntropy) {
        let mut entropy = SeededEntropy::new(1);
        let medium = MemoryMedium::new(KEYSTORE_SIZE);
        let founding = (KeeperId::from_bytes([7; 16]), true, Hour(500_000));
        let keystore = Keystore::create(Box::new(medium.clone()), founding, b"pass", Cost::TEST, &mut entropy).unwrap();
        (medium, keystore, entropy)
    }

    fn opened(medium: &MemoryMedium) -> Keystore {
        Keystore::open(Box::new(medium.clone())).unwrap()
    }

    fn shared(keystore: &mut Keystore, entropy: &mut SeededEntropy) -> Secret {
        let (keys, secret) = (keystore.unlock(b"pass").unwrap().0, Zeroizing::new(fresh(entropy)));
        keystore.share(&keys, (Terms::new(2, 3).unwrap(), [1; 8]), &secret, entropy).unwrap();
        secret
    }

    /// As a change of header leaves it that breaks off after so many of its bytes.
    fn torn_at(torn: usize, before: &[u8], after: &[u8]) -> Vec<u8> {
        let mut bytes = before.to_vec();
        for (index, done) in HEADERS.into_iter().zip([torn.min(SIZE), torn.saturating_sub(SIZE)]) {
            let from = offset(index) as usize;
            bytes[from..from + done].copy_from_slice(&after[from..from + done]);
        }
        bytes
    }

    fn refused(keystore: &Keystore) -> Option<UnlockError> {
        match keystore.unlock(b"pass").err()? {
            super::super::KeystoreError::Unlock(why) => Some(why),
            other => panic!("{other}"),
        }
    }

    /// M26: where the passphrase is all there is, a lockdown is a mark that outlives the process.
    #[test]
    fn a_lockdown_outlives_the_process_and_ends_by_being_released() {
        let (medium, mut keystore, mut entropy) = founded();
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.lock_down(&keys, AT, &mut entropy).unwrap();
        assert_eq!(opened(&medium).locked_down(), Some(AT));
        keystore.lock_down(&keys, AT + 9, &mut entropy).unwrap();
        assert_eq!(opened(&medium).locked_down(), Some(AT), "a second one changes nothing");
        opened(&medium).release(&keys).unwrap();
        assert_eq!(opened(&medium).locked_down(), None);
        assert!(opened(&medium).unlock(b"pass").is_ok());
    }

    /// M26: with custodians the passphrase opens nothing while the vault is locked down, on whatever machine.
    #[test]
    fn with_custodians_the_passphrase_opens_nothing_until_their_shares_did() {
        let (medium, mut keystore, mut entropy) = founded();
        let secret = shared(&mut keystore, &mut entropy);
        assert_eq!(refused(&keystore), None, "the passphrase is for every day");
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.lock_down(&keys, AT, &mut entropy).unwrap();
        let mut copy = opened(&medium);
        assert_eq!(refused(&copy), Some(UnlockError::PutAway));
        // Whoever clears the mark has won nothing.
        copy.header.locked_down = None;
        assert_eq!(refused(&copy), Some(UnlockError::PutAway));
        let mut copy = opened(&medium);
        let keys = copy.unlock_shared(&secret).unwrap().0;
        copy.release(&keys).unwrap();
        assert_eq!(refused(&opened(&medium)), None);
    }

    #[test]
    fn what_was_dealt_before_opens_nothing_and_neither_does_anything_else() {
        let (medium, mut keystore, mut entropy) = founded();
        let old = shared(&mut keystore, &mut entropy);
        let new = shared(&mut keystore, &mut entropy);
        let keystore = opened(&medium);
        assert!(keystore.unlock_shared(&new).is_ok());
        for wrong in [old, Zeroizing::new([0; 32])] {
            let refused = keystore.unlock_shared(&wrong).err();
            assert!(matches!(refused, Some(KeystoreError::Unlock(UnlockError::WrongShares))));
        }
    }

    /// Torn at each byte of each of its writes, a change is done or was never begun; the rest is put right.
    #[test]
    fn a_torn_change_of_header_leaves_a_whole_one() {
        let (medium, mut keystore, mut entropy) = founded();
        shared(&mut keystore, &mut entropy);
        let keys = keystore.unlock(b"pass").unwrap().0;
        let before = medium.snapshot();
        keystore.lock_down(&keys, AT, &mut entropy).unwrap();
        let after = medium.snapshot();
        for torn in 0..=2 * SIZE {
            let medium = MemoryMedium::from_bytes(torn_at(torn, &before, &after));
            let mut keystore = opened(&medium);
            let done = torn >= SIZE - 20 && keystore.locked_down().is_some();
            assert_eq!(keystore.locked_down().is_some(), done, "torn at {torn}");
            keystore.settle_header().unwrap();
            let settled = medium.snapshot();
            assert_eq!(settled[..SIZE], settled[SIZE..2 * SIZE], "torn at {torn}");
            if done {
                assert_eq!(refused(&opened(&medium)), Some(UnlockError::PutAway));
            }
        }
    }

    /// Whenever a ceremony breaks off, the passphrase and one dealing, the earlier or the new one, open the keystore.
    #[test]
    fn a_ceremony_that_breaks_off_leaves_what_opened_it_before_or_is_done() {
        let (medium, mut keystore, mut entropy) = founded();
        let old = shared(&mut keystore, &mut entropy);
        let before = medium.snapshot();
        let new = shared(&mut keystore, &mut entropy);
        let after = medium.snapshot();
        for torn in 0..=2 * SIZE {
            let keystore = opened(&MemoryMedium::from_bytes(torn_at(torn, &before, &after)));
            let opens = |secret: &Secret| keystore.unlock_shared(secret).is_ok();
            assert!(opens(&old) != opens(&new), "torn at {torn}");
            assert_eq!(refused(&keystore), None, "torn at {torn}");
        }
        assert!(opened(&MemoryMedium::from_bytes(before)).unlock_shared(&old).is_ok());
    }

    #[test]
    fn a_new_passphrase_takes_the_place_of_the_earlier_one_and_shares_stay() {
        let (medium, mut keystore, mut entropy) = founded();
        let secret = shared(&mut keystore, &mut entropy);
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.choose_passphrase(&keys, b"another", &mut entropy).unwrap();
        let keystore = opened(&medium);
        assert_eq!(refused(&keystore), Some(UnlockError::WrongPassphrase));
        assert!(keystore.unlock(b"another").is_ok() && keystore.unlock_shared(&secret).is_ok());
    }

    /// What a lockdown takes away lies in neither place.
    #[test]
    fn the_passphrases_wrapping_is_overwritten_in_both_places() {
        let (medium, mut keystore, mut entropy) = founded();
        shared(&mut keystore, &mut entropy);
        let keys = keystore.unlock(b"pass").unwrap().0;
        let wrapping = keystore.header.clone();
        keystore.lock_down(&keys, AT, &mut entropy).unwrap();
        let needle = postcard::to_allocvec(&wrapping).unwrap();
        // The wrapping follows magic, keeper, mark, cost, salt and nonce.
        let needle = &needle[60..108];
        assert!(wrapping.to_record().windows(needle.len()).any(|window| window == needle));
        assert!(!medium.snapshot().windows(needle.len()).any(|window| window == needle));
    }

    /// A keystore from before lockdowns: one header, and zeros in the second record.
    #[test]
    fn an_older_keystore_opens_and_can_be_locked_down() {
        let (medium, keystore, mut entropy) = founded();
        let mut old = medium.snapshot();
        let mut header = keystore.header.clone();
        header.generation = 0;
        old[..SIZE].copy_from_slice(&header.to_record());
        old[SIZE..2 * SIZE].fill(0);
        let medium = MemoryMedium::from_bytes(old);
        let mut keystore = opened(&medium);
        let keys = keystore.unlock(b"pass").unwrap().0;
        keystore.lock_down(&keys, AT, &mut entropy).unwrap();
        assert_eq!(opened(&medium).locked_down(), Some(AT));
        let mut second = [0; SIZE];
        medium.read_at(offset(1), &mut second).unwrap();
        assert!(Header::from_record(&second).is_some());
    }
}
