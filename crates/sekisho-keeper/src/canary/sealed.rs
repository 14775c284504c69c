//! The book as it is sealed: nonce, then AES-256-GCM over the book in postcard, filled up with zeros to one size.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::KeeperId,
};
use zeroize::Zeroizing;

use super::Book;
use crate::keystore::Identity;

/// Bytes of a book before it is sealed. Some fifty site keys, or eight hundred links.
const SIZE: usize = 48 * 1024;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Bytes of a sealed book, whatever it says.
pub const SEALED_SIZE: usize = NONCE + SIZE + TAG;

/// What opens and seals the book of one keeper.
pub struct BookKey {
    key: Zeroizing<[u8; 32]>,
    keeper: KeeperId,
}

/// Why a book can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// It would be larger than every other one.
    #[error("there is no room for another canary: retire some")]
    Full,
    /// It was not sealed by this keeper, or is damaged.
    #[error("the book of canaries does not open: it is damaged, or was sealed under another keystore")]
    Damaged,
    /// keeper.db failed.
    #[error("keeper.db failed")]
    Database(#[from] rusqlite::Error),
}

impl BookKey {
    /// The key that hangs on this identity. It survives a restore that brings the identity back.
    pub fn of(identity: &Identity, keeper: KeeperId) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"sekisho canaries")
            .extract(&*identity.keeper)
            .expand(&[b"book v1", keeper.as_bytes()], &AES_256_GCM)
            .and_then(|okm| okm.fill(&mut *key))
            .expect("HKDF-SHA256 gives 32 bytes");
        Self { key, keeper }
    }

    /// Seals a book under a fresh nonce.
    ///
    /// # Errors
    /// [`BookError::Full`].
    pub fn seal(&self, book: &Book, entropy: &mut dyn Entropy) -> Result<Vec<u8>, BookError> {
        let mut text = Zeroizing::new(vec![0; SIZE]);
        postcard::to_slice(book, &mut text).map_err(|_| BookError::Full)?;
        let nonce: [u8; NONCE] = fresh(entropy);
        let tag = self
            .cipher()
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), self.bound(), &mut text)
            .map_err(|_| BookError::Damaged)?;
        Ok([&nonce[..], &text, tag.as_ref()].concat())
    }

    /// Opens a sealed book.
    ///
    /// # Errors
    /// [`BookError::Damaged`].
    pub fn open(&self, sealed: &[u8]) -> Result<Book, BookError> {
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(BookError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| BookError::Damaged)?;
        let mut text = Zeroizing::new(text.to_vec());
        let text = self.cipher().open_in_place(nonce, self.bound(), &mut text).map_err(|_| BookError::Damaged)?;
        postcard::take_from_bytes(text).map(|(book, _)| book).map_err(|_| BookError::Damaged)
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*self.key).expect("AES-256 takes 32 bytes"))
    }

    fn bound(&self) -> Aad<[u8; 16]> {
        Aad::from(*self.keeper.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Bait, Laid};
    use sekisho_core::{id::CanaryId, time::Timestamp};
    use sekisho_seal::testing::SeededEntropy;

    fn key(byte: u8) -> BookKey {
        BookKey::of(&Identity::from_bytes(&[byte; 96]).unwrap(), KeeperId::from_bytes([1; 16]))
    }

    fn book(links: usize) -> Book {
        let bait = |number: usize| Bait {
            id: CanaryId::from_bytes([number as u8; 16]),
            place: "a mailbox".into(),
            made: Timestamp(1_795_240_800),
            laid: Laid::Link { sha256: [number as u8; 32] },
            rotated: None,
            retired: None,
            touched: None,
        };
        Book { baits: (0..links).map(bait).collect(), ..Book::default() }
    }

    /// M19: neither its size nor a byte of it says whether there is any bait.
    #[test]
    fn a_book_is_of_one_size_and_opens_with_its_own_key_alone() {
        let mut entropy = SeededEntropy::new(1);
        for links in [0, 1, 500] {
            let sealed = key(1).seal(&book(links), &mut entropy).unwrap();
            assert_eq!(sealed.len(), SEALED_SIZE);
            assert_eq!(key(1).open(&sealed).unwrap(), book(links));
            assert!(matches!(key(2).open(&sealed), Err(BookError::Damaged)));
            assert!(!sealed.windows(9).any(|window| window == b"a mailbox"));
        }
        assert!(matches!(key(1).seal(&book(5_000), &mut entropy), Err(BookError::Full)));
    }

    #[test]
    fn a_flipped_bit_or_a_missing_end_opens_nothing() {
        let sealed = key(1).seal(&book(3), &mut SeededEntropy::new(1)).unwrap();
        for at in [0, NONCE, SEALED_SIZE - 1] {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(key(1).open(&bent).is_err() && key(1).open(&sealed[..at]).is_err());
        }
    }
}
