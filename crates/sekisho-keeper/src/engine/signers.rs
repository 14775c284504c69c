//! What the keeper signs with, ready for use.

use crate::{
    jose::{Jwks, KeyError, SigningKey},
    keystore::Identity,
};

/// The keeper's signing keys. None of them opens anything.
pub(super) struct Signers {
    /// Signs intake keys.
    pub keeper: SigningKey,
    /// Signs claims.
    pub attestation: SigningKey,
}

impl Signers {
    pub(super) fn new(identity: &Identity) -> Result<Self, KeyError> {
        Ok(Self {
            keeper: SigningKey::ed25519(&identity.keeper)?,
            attestation: SigningKey::ed25519(&identity.attestation)?,
        })
    }

    /// The public keys that check claims, as a JWK set.
    pub(super) fn attestation_jwks(&self) -> String {
        Jwks::new(vec![self.attestation.public().clone()]).map(|keys| keys.to_json()).unwrap_or_default()
    }

    /// The public key that checks intake keys, 32 bytes.
    pub(super) fn identity(&self) -> Vec<u8> {
        self.keeper.public().as_bytes().to_vec()
    }
}
