//! What a backup may carry of the keystore: the seeds that sign, sealed under the operator's passphrase.
//!
//! Never a root, a slot or an intake secret. Whoever opens it can sign claims, checkpoints and intake keys as this
//! keeper: that makes false claims, and opens no picture.
//!
//! ```text
//! offset  0  magic    17 bytes, "sekisho escrow 1\n"
//!        17  header  512 bytes: as a keystore begins; Argon2id of the passphrase wraps a key drawn for this file
//!       529  nonce    12 bytes
//!       541  sealed  AES-256-GCM under that key; additional data: the magic, the keeper, and what it is bound to
//! ```

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::KeeperId,
};
use zeroize::Zeroizing;

use super::{
    header::{Cost, Header, UnlockError},
    record::SIZE,
};

const MAGIC: &[u8; 17] = b"sekisho escrow 1\n";
const NONCE_AT: usize = MAGIC.len() + SIZE;
const SEALED_AT: usize = NONCE_AT + 12;

/// Why an escrow does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscrowError {
    /// The passphrase, or the header.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// It is none of this version.
    #[error("this is not a sealed identity, or it is damaged")]
    Damaged,
    /// It is another keeper's, or what it was bound to was altered.
    #[error("the sealed identity belongs to another backup, or a file of this one was altered")]
    Foreign,
}

/// Whose it is, and what else opening it vouches for: e.g. the SHA-256 of the backup that it lies in.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The keeper.
    pub keeper: KeeperId,
    /// Whether it is marked as test.
    pub test: bool,
    /// What it is bound to.
    pub to: &'a [u8; 32],
}

impl Bound<'_> {
    fn additional_data(&self) -> Aad<Vec<u8>> {
        Aad::from([&MAGIC[..], self.keeper.as_bytes(), self.to].concat())
    }
}

/// Seals `content` under a passphrase.
///
/// # Errors
/// [`UnlockError::Damaged`] if the cost is not one that Argon2id takes.
pub fn seal(
    content: &[u8],
    bound: Bound<'_>,
    passphrase: (&[u8], Cost),
    entropy: &mut dyn Entropy,
) -> Result<Vec<u8>, UnlockError> {
    let (header, key) = Header::create(bound.keeper, bound.test, passphrase.0, passphrase.1, entropy)?;
    let nonce: [u8; 12] = fresh(entropy);
    let mut sealed = Zeroizing::new(content.to_vec());
    cipher(&key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound.additional_data(), &mut *sealed)
        .map_err(|_| UnlockError::Damaged)?;
    Ok([&MAGIC[..], &header.to_record(), &nonce, &sealed].concat())
}

/// Opens what [`seal`] made, if it is bound to the same.
///
/// # Errors
/// [`EscrowError`].
pub fn open(bytes: &[u8], bound: Bound<'_>, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, EscrowError> {
    let whole = bytes.len() > SEALED_AT && bytes.starts_with(MAGIC);
    let header = bytes.get(MAGIC.len()..NONCE_AT).filter(|_| whole).and_then(|record| record.try_into().ok());
    let header = header.and_then(Header::from_record).ok_or(EscrowError::Damaged)?;
    if header.keeper != bound.keeper || header.test != bound.test {
        return Err(EscrowError::Foreign);
    }
    let key = header.unlock(passphrase)?;
    let nonce = Nonce::try_assume_unique_for_key(&bytes[NONCE_AT..SEALED_AT]).map_err(|_| EscrowError::Damaged)?;
    let mut content = Zeroizing::new(bytes[SEALED_AT..].to_vec());
    let opened = cipher(&key)
        .open_in_place(nonce, bound.additional_data(), &mut content)
        .map_err(|_| EscrowError::Foreign)?
        .len();
    content.truncate(opened);
    Ok(content)
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    const TO: [u8; 32] = [5; 32];
    const BOUND: Bound<'_> = Bound { keeper: KeeperId::from_bytes([1; 16]), test: false, to: &TO };

    fn sealed() -> Vec<u8> {
        seal(b"seeds", BOUND, (b"passphrase", Cost::TEST), &mut SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn only_the_passphrase_opens_it_and_it_says_so() {
        assert_eq!(&**open(&sealed(), BOUND, b"passphrase").unwrap(), b"seeds");
        let wrong = open(&sealed(), BOUND, b"Passphrase").unwrap_err();
        assert_eq!(wrong, EscrowError::Unlock(UnlockError::WrongPassphrase));
        assert!(!sealed().windows(5).any(|window| window == b"seeds"));
    }

    #[test]
    fn it_opens_with_what_it_is_bound_to_and_with_nothing_else() {
        for other in [
            Bound { keeper: KeeperId::from_bytes([2; 16]), ..BOUND },
            Bound { test: true, ..BOUND },
            Bound { to: &[6; 32], ..BOUND },
        ] {
            assert_eq!(open(&sealed(), other, b"passphrase"), Err(EscrowError::Foreign));
        }
    }

    #[test]
    fn altered_or_cut_it_does_not_open() {
        let whole = sealed();
        for at in [0, 20, NONCE_AT, SEALED_AT, whole.len() - 1] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(open(&bytes, BOUND, b"passphrase").is_err(), "flipped at {at}");
            assert!(open(&whole[..at], BOUND, b"passphrase").is_err(), "cut at {at}");
        }
    }
}
