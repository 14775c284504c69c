//! The key that signs checkpoints.

use core::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use sekisho_core::ledger::{
    Note,
    note::{VerifierKey, VerifierKeyError},
};

/// An Ed25519 key (RFC 8032) under the ledger's name.
pub struct LedgerSigner {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

/// Why a ledger key is not usable.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The seed does not make a key.
    #[error("the ledger key's seed is not usable")]
    Seed,
    /// The name can't stand in a note, or the key is not usable.
    #[error("the ledger's name or key is not usable: {0}")]
    Verifier(#[from] VerifierKeyError),
}

impl LedgerSigner {
    /// The key that grows from `seed`, as the ledger `origin`.
    ///
    /// # Errors
    /// When `origin` is empty or holds a space, a plus or a control character.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, SignerError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| SignerError::Seed)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| SignerError::Seed)?;
        let verifier = VerifierKey::new(origin, public)?;
        Ok(Self { pair, verifier })
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the text of `note`.
    pub(super) fn sign(&self, note: &mut Note) {
        let made = self.pair.sign(note.text().as_bytes());
        let signature = made.as_ref().try_into().expect("an Ed25519 signature has 64 bytes");
        note.add_ed25519(&self.verifier, signature);
    }
}

impl fmt::Debug for LedgerSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LedgerSigner").field(&self.verifier).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_library_signs_the_other_verifies() {
        let signer = LedgerSigner::from_seed("example.com/log", &[1; 32]).unwrap();
        let mut note = Note::new("text\n".to_owned()).unwrap();
        signer.sign(&mut note);
        assert_eq!(note.verify(signer.verifier()), Ok(()));
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_note_is_refused() {
        assert!(LedgerSigner::from_seed("two words", &[1; 32]).is_err());
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let signer = LedgerSigner::from_seed("example.com/log", &[1; 32]).unwrap();
        assert_eq!(format!("{signer:?}"), format!("LedgerSigner({})", signer.verifier()));
    }
}
