//! The keystore's first record: how its passphrase becomes its master key.
//!
//! The master key is drawn once and wrapped under a key that Argon2id (RFC 9106)
//! makes of the passphrase, so a passphrase can change without touching a record.
//! Fields were added at its end: an older header ends in zeros, which read as
//! generation 0 without any of them.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest::{SHA256, digest},
};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::KeeperId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    keys::{Secret, derive},
    record::SIZE,
    shares::{Dealing, Terms},
};

/// Bytes of a master key with its tag.
const WRAPPED: usize = 32 + 16;
const MAGIC: [u8; 8] = *b"SEKISHO\x01";
const CHECK_AT: usize = SIZE - 32;

/// What Argon2id costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// For installations: 64 MiB and three passes, RFC 9106's second recommended choice with one lane.
    pub const STANDARD: Cost = Cost { memory_kib: 64 * 1024, passes: 3 };
    /// For tests of what lies behind the passphrase.
    pub const TEST: Cost = Cost { memory_kib: 64, passes: 1 };
}

/// The header, all of it in clear but the wrapped master key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    magic: [u8; 8],
    /// Whose keystore it is.
    pub keeper: KeeperId,
    /// Whether it belongs to an installation marked as test.
    pub test: bool,
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 12],
    wrapped: Vec<u8>,
    /// Raised with each change; of two headers the higher one holds.
    pub generation: u64,
    /// Since when the vault is locked down, if it is.
    pub locked_down: Option<Timestamp>,
    /// How shares of custodians open it, if there are any.
    pub shared: Option<Shared>,
}

/// The master key once more, wrapped under what custodians hold shares of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shared {
    /// What k shares of n make.
    pub terms: Terms,
    /// Which dealing.
    pub dealing: Dealing,
    /// Whether they were given since: whoever was there may know them, so they are to be dealt anew.
    pub used: bool,
    /// Nonce, wrapped key, tag.
    pub wrapped: Vec<u8>,
}

/// Why a keystore does not unlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// The passphrase is another one.
    #[error(
        "this passphrase does not open the keystore; if it is lost, `sekisho unlock --share` with `--new-passphrase` \
         sets another one, where shares were dealt"
    )]
    WrongPassphrase,
    /// The header asks for more than this machine can do, or is damaged.
    #[error("the keystore's header is damaged")]
    Damaged,
    /// The vault is locked down; the passphrase was put away and opens nothing until shares of custodians do.
    #[error(
        "the vault is locked down: until `sekisho unlock --share` ends that, only custodians' shares open the keystore"
    )]
    PutAway,
    /// These shares don't make what the keystore is wrapped under.
    #[error("these shares don't open the keystore: one is wrong, of another dealing, or there are too few")]
    WrongShares,
}

impl Header {
    /// Draws a master key and wraps it under `passphrase`.
    ///
    /// # Errors
    /// [`UnlockError::Damaged`] if the cost is not one that Argon2id takes.
    pub(super) fn create(
        keeper: KeeperId,
        test: bool,
        passphrase: &[u8],
        cost: Cost,
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, Zeroizing<[u8; 32]>), UnlockError> {
        let master = Zeroizing::new(fresh(entropy));
        let empty = Self {
            magic: MAGIC,
            keeper,
            test,
            cost,
            salt: [0; 16],
            nonce: [0; 12],
            wrapped: Vec::new(),
            generation: 1,
            locked_down: None,
            shared: None,
        };
        Ok((empty.with_passphrase(&master, passphrase, entropy)?, master))
    }

    /// The same header, opened by this passphrase and by no other.
    ///
    /// # Errors
    /// As [`Header::create`].
    pub(super) fn with_passphrase(
        &self,
        master: &Secret,
        passphrase: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<Self, UnlockError> {
        let (salt, nonce) = (fresh(entropy), fresh(entropy));
        let mut header = Self { salt, nonce, ..self.clone() };
        let mut wrapped = master.to_vec();
        header
            .cipher(passphrase)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), header.additional_data(), &mut wrapped)
            .map_err(|_| UnlockError::Damaged)?;
        header.wrapped = wrapped;
        Ok(header)
    }

    /// Gives the master key for the passphrase.
    ///
    /// # Errors
    /// [`UnlockError`].
    pub(super) fn unlock(&self, passphrase: &[u8]) -> Result<Zeroizing<[u8; 32]>, UnlockError> {
        if self.is_put_away() {
            return Err(UnlockError::PutAway);
        }
        let mut opened = Zeroizing::new(self.wrapped.clone());
        let master = self
            .cipher(passphrase)?
            .open_in_place(Nonce::assume_unique_for_key(self.nonce), self.additional_data(), &mut opened)
            .map_err(|_| UnlockError::WrongPassphrase)?;
        Ok(Zeroizing::new(<[u8; 32]>::try_from(&*master).map_err(|_| UnlockError::Damaged)?))
    }

    /// The master key, of the secret that enough shares make.
    ///
    /// # Errors
    /// [`UnlockError::WrongShares`].
    pub(super) fn unlock_shared(&self, secret: &Secret) -> Result<Secret, UnlockError> {
        let shared = self.shared.as_ref().ok_or(UnlockError::WrongShares)?;
        let opened = unseal(&self.share_key(secret), &shared.wrapped).ok_or(UnlockError::WrongShares)?;
        Ok(Zeroizing::new(<[u8; 32]>::try_from(&**opened).map_err(|_| UnlockError::Damaged)?))
    }

    /// The same header, opened by shares besides.
    pub(super) fn with_shares(
        &self,
        master: &Secret,
        (terms, dealing): (Terms, Dealing),
        secret: &Secret,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let wrapped = seal(&self.share_key(secret), &**master, entropy);
        Self { shared: Some(Shared { terms, dealing, used: false, wrapped }), ..self.clone() }
    }

    /// The same header, after its shares were given.
    pub(super) fn shares_used(&self) -> Self {
        let shared = self.shared.clone().map(|shared| Shared { used: true, ..shared });
        Self { shared, ..self.clone() }
    }

    /// The same header, locked down. Where custodians hold shares the passphrase's wrapping is itself wrapped under
    /// the master key: from then on it opens nothing without them.
    pub(super) fn locked_down(&self, at: Timestamp, master: &Secret, entropy: &mut dyn Entropy) -> Self {
        let custodians = self.shared.as_ref().is_some_and(|shared| shared.terms.has_custodians());
        let wrapped = match custodians && !self.is_put_away() {
            true => seal(&put_away_key(master), &self.wrapped, entropy),
            false => self.wrapped.clone(),
        };
        Self { wrapped, locked_down: Some(self.locked_down.unwrap_or(at)), ..self.clone() }
    }

    /// The same header, marked as locked down; the passphrase is left as it is.
    pub(super) fn marked(&self, at: Timestamp) -> Self {
        Self { locked_down: Some(at), ..self.clone() }
    }

    /// The same header, to be written after the one of this generation.
    pub(super) fn after(self, generation: u64) -> Self {
        Self { generation: generation + 1, ..self }
    }

    /// The same header with the lockdown over; the passphrase opens it again.
    ///
    /// # Errors
    /// [`UnlockError::Damaged`] under another master key.
    pub(super) fn released(&self, master: &Secret) -> Result<Self, UnlockError> {
        let wrapped = match self.is_put_away() {
            true => unseal(&put_away_key(master), &self.wrapped).ok_or(UnlockError::Damaged)?.to_vec(),
            false => self.wrapped.clone(),
        };
        Ok(Self { wrapped, locked_down: None, ..self.clone() })
    }

    /// Whether the passphrase opens nothing now.
    pub(super) fn is_put_away(&self) -> bool {
        self.wrapped.len() > WRAPPED
    }

    fn share_key(&self, secret: &Secret) -> Secret {
        derive(secret, self.keeper.as_bytes(), b"sekisho shares v1")
    }

    /// What it says without a key.
    pub(super) fn label(&self) -> super::Label {
        let shares = self.shared.as_ref().map(|shared| shared.terms);
        let shares_used = self.shared.as_ref().is_some_and(|shared| shared.used);
        super::Label {
            keeper: self.keeper,
            test: self.test,
            cost: self.cost,
            locked_down: self.locked_down,
            shares,
            shares_used,
        }
    }

    /// The record as it lies in the file.
    pub(super) fn to_record(&self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        postcard::to_slice(self, &mut bytes[..CHECK_AT]).expect("a header is far smaller than a record");
        let check = digest(&SHA256, &bytes[..CHECK_AT]);
        bytes[CHECK_AT..].copy_from_slice(check.as_ref());
        bytes
    }

    /// Reads the record; nothing if it is no header of this version.
    pub(super) fn from_record(bytes: &[u8; SIZE]) -> Option<Self> {
        let intact = digest(&SHA256, &bytes[..CHECK_AT]).as_ref() == &bytes[CHECK_AT..];
        let (header, _) = postcard::take_from_bytes::<Self>(&bytes[..CHECK_AT]).ok()?;
        (intact && header.magic == MAGIC).then_some(header)
    }

    fn cipher(&self, passphrase: &[u8]) -> Result<LessSafeKey, UnlockError> {
        let params = Params::new(self.cost.memory_kib, self.cost.passes, 1, Some(32));
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| UnlockError::Damaged)?);
        let mut key = Zeroizing::new([0; 32]);
        argon.hash_password_into(passphrase, &self.salt, &mut *key).map_err(|_| UnlockError::Damaged)?;
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).expect("AES-256 takes 32 bytes")))
    }

    // The test mark is bound, so that a production keystore can't be relabelled (M17).
    fn additional_data(&self) -> Aad<[u8; 17]> {
        let mut aad = [u8::from(self.test); 17];
        aad[..16].copy_from_slice(self.keeper.as_bytes());
        Aad::from(aad)
    }
}

fn put_away_key(master: &Secret) -> Secret {
    derive(master, &[], b"sekisho put away v1")
}

/// Nonce, ciphertext, tag. A key seals once for each dealing or lockdown, under a nonce drawn anew.
fn seal(key: &Secret, content: &[u8], entropy: &mut dyn Entropy) -> Vec<u8> {
    let nonce: [u8; 12] = fresh(entropy);
    let mut sealed = content.to_vec();
    aead(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .expect("AES-GCM takes some tens of bytes");
    [&nonce[..], &sealed].concat()
}

fn unseal(key: &Secret, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(12)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = aead(key).open_in_place(nonce, Aad::empty(), &mut opened).ok()?.len();
    opened.truncate(length);
    Some(opened)
}

fn aead(key: &Secret) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &**key).expect("AES-256 takes 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    fn header() -> (Header, Zeroizing<[u8; 32]>) {
        let keeper = KeeperId::from_bytes([1; 16]);
        Header::create(keeper, false, b"passphrase", Cost::TEST, &mut SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn only_the_passphrase_opens_it() {
        let (header, master) = header();
        let header = Header::from_record(&header.to_record()).unwrap();
        assert_eq!(header.unlock(b"passphrase").unwrap(), master);
        assert_eq!(header.unlock(b"Passphrase"), Err(UnlockError::WrongPassphrase));
    }

    /// M17: a keystore can't be made to look like one of the other sort.
    #[test]
    fn the_test_mark_cannot_be_changed() {
        let (mut header, _) = header();
        header.test = true;
        assert_eq!(header.unlock(b"passphrase"), Err(UnlockError::WrongPassphrase));
    }

    #[test]
    fn a_damaged_header_is_no_header() {
        let mut bytes = header().0.to_record();
        bytes[20] ^= 1;
        assert!(Header::from_record(&bytes).is_none());
    }
}
