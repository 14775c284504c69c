//! A document's key, sealed to the keeper's intake key.
//!
//! HPKE (RFC 9180), single shot, base mode: KEM X-Wing (ML-KEM-768 with X25519,
//! 0x647a in draft-ietf-hpke-pq), KDF HKDF-SHA256 (0x0001), AEAD AES-256-GCM
//! (0x0002). `info` is the context's encoding; there is no additional data,
//! as RFC 9180 section 8.1 has it for single messages.

use core::fmt;

use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable,
    aead::{AeadTag, AesGcm256},
    kdf::HkdfSha256,
    kem::XWing,
    single_shot_open_inout_detached, single_shot_seal_with_rng,
};
use sekisho_core::entropy::Entropy;

use crate::{
    OpenError,
    context::Context,
    entropy::Rng,
    secret::{DocumentKey, Secret32, copied_secret, fresh_secret},
};

type PublicKey = <XWing as hpke::Kem>::PublicKey;
type PrivateKey = <XWing as hpke::Kem>::PrivateKey;
pub(crate) type EncappedKey = <XWing as hpke::Kem>::EncappedKey;

const PURPOSE: &str = "sekisho document key";
pub(crate) const ENCAPSULATED: usize = 1120;
const KEY: usize = 32;
pub(crate) const TAG: usize = 16;

/// The length of an [`IntakePublic`] in bytes.
pub const PUBLIC_LEN: usize = 1216;
/// The length of a sealed document key in bytes: encapsulation (1120), key (32), tag (16).
pub const SEALED_KEY_LEN: usize = ENCAPSULATED + KEY + TAG;

/// Bytes that are no X-Wing public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X-Wing public key")]
pub struct NotAPublicKey;

/// What a gate seals document keys to.
#[derive(Clone, PartialEq, Eq)]
pub struct IntakePublic(PublicKey);

impl IntakePublic {
    /// Reads one from [`PUBLIC_LEN`] bytes.
    ///
    /// # Errors
    /// [`NotAPublicKey`] for another length or an ML-KEM part that is not reduced (FIPS 203, 7.2).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAPublicKey> {
        PublicKey::from_bytes(bytes).map(Self).map_err(|_| NotAPublicKey)
    }

    pub(crate) const fn key(&self) -> &PublicKey {
        &self.0
    }

    /// Its [`PUBLIC_LEN`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }
}

impl fmt::Debug for IntakePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntakePublic(..)")
    }
}

/// The secret half of an intake key: a seed of 32 bytes, wiped on drop.
pub struct IntakeSecret(Secret32);

impl IntakeSecret {
    /// Draws a fresh one.
    pub fn fresh(entropy: &mut dyn Entropy) -> Self {
        Self(fresh_secret(entropy))
    }

    /// Takes a seed that was kept. The caller wipes `seed`.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(copied_secret(seed))
    }

    /// The seed itself, for wrapping it and for nothing else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public half.
    pub fn public(&self) -> IntakePublic {
        IntakePublic(XWing::sk_to_pk(&self.private()))
    }

    pub(crate) fn private(&self) -> PrivateKey {
        PrivateKey::from_bytes(&self.0[..]).expect("any 32 bytes are an X-Wing seed")
    }
}

impl fmt::Debug for IntakeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IntakeSecret(..)")
    }
}

/// Seals a document's key to the keeper, bound to `context`. Gives [`SEALED_KEY_LEN`] bytes.
pub fn seal_key(to: &IntakePublic, context: &Context, key: &DocumentKey, entropy: &mut dyn Entropy) -> Vec<u8> {
    let (encapsulated, sealed) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to.0,
        &context.encode(PURPOSE),
        key.expose(),
        b"",
        &mut Rng(entropy),
    )
    .expect("a public key that was read encapsulates, and a first message is below the limit");
    [&encapsulated.to_bytes()[..], &sealed].concat()
}

/// Opens a sealed document key.
///
/// # Errors
/// [`OpenError::Length`], or [`OpenError::Altered`] if it is not exactly what
/// was sealed to this intake key under `context`.
pub fn open_key(secret: &IntakeSecret, context: &Context, sealed: &[u8]) -> Result<DocumentKey, OpenError> {
    let sealed: &[u8; SEALED_KEY_LEN] = sealed.try_into().map_err(|_| OpenError::Length)?;
    let (encapsulated, rest) = sealed.split_at(ENCAPSULATED);
    let (key, tag) = rest.split_first_chunk().ok_or(OpenError::Length)?;
    let mut key = copied_secret(key);
    single_shot_open_inout_detached::<AesGcm256, HkdfSha256, XWing>(
        &OpModeR::Base,
        &secret.private(),
        &EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::Length)?,
        &context.encode(PURPOSE),
        key[..].as_mut().into(),
        b"",
        &AeadTag::from_bytes(tag).map_err(|_| OpenError::Length)?,
    )
    .map_err(|_| OpenError::Altered)?;
    Ok(DocumentKey::from_secret(key))
}

#[cfg(test)]
mod tests {
    use hpke::aead::ChaCha20Poly1305;

    use super::*;
    use crate::testing::{SeededEntropy, context};

    #[test]
    fn lengths_are_as_documented_and_the_key_comes_back() {
        let mut entropy = SeededEntropy::new(1);
        let (secret, key) = (IntakeSecret::fresh(&mut entropy), DocumentKey::fresh(&mut entropy));
        let public = IntakePublic::from_bytes(&secret.public().to_bytes()).unwrap();
        let sealed = seal_key(&public, &context(1), &key, &mut entropy);
        assert_eq!((public.to_bytes().len(), sealed.len()), (PUBLIC_LEN, 1168));
        assert_eq!(open_key(&secret, &context(1), &sealed).unwrap().expose(), key.expose());
    }

    #[test]
    fn a_seed_that_was_kept_is_the_same_secret() {
        let secret = IntakeSecret::fresh(&mut SeededEntropy::new(2));
        assert_eq!(IntakeSecret::from_seed(secret.expose()).public(), secret.public());
    }

    #[test]
    fn a_public_key_of_another_length_or_unreduced_is_refused() {
        let bytes = IntakeSecret::fresh(&mut SeededEntropy::new(3)).public().to_bytes();
        assert_eq!(IntakePublic::from_bytes(&bytes[1..]), Err(NotAPublicKey));
        let mut unreduced = bytes;
        unreduced[..3].fill(0xff);
        assert_eq!(IntakePublic::from_bytes(&unreduced), Err(NotAPublicKey));
    }

    #[test]
    fn another_keepers_secret_does_not_open_it() {
        let mut entropy = SeededEntropy::new(4);
        let (ours, theirs) = (IntakeSecret::fresh(&mut entropy), IntakeSecret::fresh(&mut entropy));
        let sealed = seal_key(&ours.public(), &context(1), &DocumentKey::fresh(&mut entropy), &mut entropy);
        assert_eq!(open_key(&theirs, &context(1), &sealed).unwrap_err(), OpenError::Altered);
    }

    /// Gives out what it was given, as the draft's vector wants it.
    struct Replay(Vec<u8>);

    impl Entropy for Replay {
        fn fill(&mut self, out: &mut [u8]) {
            let rest = self.0.split_off(out.len());
            out.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        }
    }

    #[test]
    fn x_wing_in_hpke_agrees_with_the_drafts_vector() {
        let text = include_str!("../testdata/hpke-xwing-draft.json");
        let vector: std::collections::HashMap<String, String> = serde_json::from_str(text).unwrap();
        let field = |name: &str| data_encoding::HEXLOWER.decode(vector[name].as_bytes()).unwrap();

        let secret = IntakeSecret::from_seed(&field("skRm").try_into().unwrap());
        assert_eq!(secret.public().to_bytes(), field("pkRm"));
        let (encapsulated, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &secret.public().0,
            &field("info"),
            &field("pt"),
            &field("aad"),
            &mut Rng(&mut Replay(field("ikmE"))),
        )
        .unwrap();
        assert_eq!((encapsulated.to_bytes().to_vec(), sealed), (field("enc"), field("ct")));
    }

    #[test]
    fn printing_shows_no_seed() {
        assert_eq!(format!("{:?}", IntakeSecret::from_seed(&[0xab; 32])), "IntakeSecret(..)");
    }
}
