//! Keys that sign and keys that check: Ed25519 (RFC 8032) and ECDSA on P-256 (FIPS 186-5).

use aws_lc_rs::{
    agreement, digest,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, ParsedPublicKey, VerificationAlgorithm,
    },
};
use sekisho_core::entropy::{Entropy, fresh};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A signature algorithm, by its JOSE name (RFC 7518, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alg {
    /// Ed25519.
    EdDSA,
    /// ECDSA on P-256 with SHA-256.
    ES256,
}

impl Alg {
    /// Its JOSE name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
        }
    }
}

/// A signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

/// Some bytes are not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid Ed25519 or P-256 key")]
pub struct KeyError;

/// A public key. Its bytes were checked when it was made: a P-256 point lies on the curve.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct PublicKey {
    alg: Alg,
    /// Ed25519: 32 bytes. P-256: the uncompressed point, 65 bytes beginning with 4.
    bytes: Vec<u8>,
}

/// How a public key lies in a database.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    alg: Alg,
    bytes: Vec<u8>,
}

impl TryFrom<Stored> for PublicKey {
    type Error = KeyError;

    fn try_from(stored: Stored) -> Result<Self, KeyError> {
        Self::new(stored.alg, &stored.bytes)
    }
}

impl From<PublicKey> for Stored {
    fn from(key: PublicKey) -> Self {
        Self { alg: key.alg, bytes: key.bytes }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({} {})", self.alg.name(), self.thumbprint())
    }
}

impl PublicKey {
    /// Takes the raw key: 32 bytes for Ed25519, the uncompressed point of 65 bytes for P-256.
    ///
    /// # Errors
    /// When the length is wrong or the point does not lie on the curve.
    pub fn new(alg: Alg, bytes: &[u8]) -> Result<Self, KeyError> {
        // The library would also take a compressed point; one key has one form here.
        let length_is_right = bytes.len() == if alg == Alg::EdDSA { 32 } else { 65 };
        if !length_is_right || ParsedPublicKey::new(fixed(alg), bytes).is_err() {
            return Err(KeyError);
        }
        Ok(Self { alg, bytes: bytes.to_vec() })
    }

    /// Takes the coordinates of a P-256 point.
    ///
    /// # Errors
    /// When it does not lie on the curve.
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(Alg::ES256, &[&[4], &x[..], &y[..]].concat())
    }

    /// The one algorithm that this key is for.
    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// The raw key, as [`PublicKey::new`] takes it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks a JOSE signature: 64 bytes, for ES256 `r` and `s` side by side (RFC 7518 §3.4).
    ///
    /// # Errors
    /// When it does not hold.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.verify_as(fixed(self.alg), message, signature)
    }

    /// Checks a WebAuthn signature: for ES256 `r` and `s` in ASN.1 (WebAuthn L2 §6.5.6).
    ///
    /// # Errors
    /// When it does not hold.
    pub fn verify_webauthn(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let algorithm: &'static dyn VerificationAlgorithm = match self.alg {
            Alg::EdDSA => &ED25519,
            Alg::ES256 => &ECDSA_P256_SHA256_ASN1,
        };
        self.verify_as(algorithm, message, signature)
    }

    fn verify_as(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let key = ParsedPublicKey::new(algorithm, &self.bytes).map_err(|_| BadSignature)?;
        key.verify_sig(message, signature).map_err(|_| BadSignature)
    }
}

fn fixed(alg: Alg) -> &'static dyn VerificationAlgorithm {
    match alg {
        Alg::EdDSA => &ED25519,
        Alg::ES256 => &ECDSA_P256_SHA256_FIXED,
    }
}

/// A private key.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:?})", self.public)
    }
}

impl SigningKey {
    /// Draws a fresh one.
    pub fn generate(alg: Alg, entropy: &mut dyn Entropy) -> Self {
        loop {
            let secret = Zeroizing::new(fresh::<32>(entropy));
            let made = match alg {
                Alg::EdDSA => Self::ed25519(&secret),
                Alg::ES256 => Self::p256(&secret),
            };
            // One P-256 secret in four billion is out of range: the next one is drawn.
            if let Ok(key) = made {
                return key;
            }
        }
    }

    /// The Ed25519 key with this seed (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// When the library refuses it; no seed is known for which it does.
    pub fn ed25519(seed: &[u8; 32]) -> Result<Self, KeyError> {
        Self::of_ed25519(Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError)?)
    }

    /// The P-256 key with this secret number, big-endian.
    ///
    /// # Errors
    /// When it is zero or not below the order of the curve.
    pub fn p256(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let point = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, secret)
            .map_err(|_| KeyError)?
            .compute_public_key()
            .map_err(|_| KeyError)?;
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, point.as_ref());
        Self::of_p256(pair.map_err(|_| KeyError)?)
    }

    /// Reads PKCS #8 (RFC 5958), DER.
    ///
    /// # Errors
    /// When it holds no key of either kind.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Self::of_ed25519(pair);
        }
        Self::of_p256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(|_| KeyError)?)
    }

    /// Writes PKCS #8 (RFC 5958), DER, version 1 as OpenSSL writes it.
    ///
    /// # Errors
    /// When the library is out of memory.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.pair {
            Pair::Ed25519(pair) => pair.to_pkcs8v1(),
            Pair::P256(pair) => pair.to_pkcs8v1(),
        };
        Ok(Zeroizing::new(document.map_err(|_| KeyError)?.as_ref().to_vec()))
    }

    fn of_ed25519(pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::new(Alg::EdDSA, pair.public_key().as_ref())?;
        Ok(Self { pair: Pair::Ed25519(pair), public })
    }

    fn of_p256(pair: EcdsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::new(Alg::ES256, pair.public_key().as_ref())?;
        Ok(Self { pair: Pair::P256(pair), public })
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs for JOSE: 64 bytes. An ES256 signature differs each time, by the library's own nonce.
    ///
    /// # Errors
    /// When the library fails its own check.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = match &self.pair {
            Pair::Ed25519(pair) => pair.try_sign(message),
            Pair::P256(pair) => pair.sign_digest(&digest::digest(&digest::SHA256, message)),
        };
        Ok(signature.map_err(|_| KeyError)?.as_ref().to_vec())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Counts up: for tests, where a key must differ from the next, not be secret.
    pub(crate) struct Counting(pub(crate) u8);

    impl Entropy for Counting {
        fn fill(&mut self, out: &mut [u8]) {
            self.0 += 1;
            out.fill(self.0);
        }
    }

    fn both() -> [SigningKey; 2] {
        [Alg::EdDSA, Alg::ES256].map(|alg| SigningKey::generate(alg, &mut Counting(0)))
    }

    #[test]
    fn what_is_signed_verifies_and_a_flipped_bit_is_refused() {
        for key in both() {
            let mut signature = key.sign(b"text").unwrap();
            assert_eq!(signature.len(), 64);
            assert_eq!(key.public().verify(b"text", &signature), Ok(()));
            assert_eq!(key.public().verify(b"texT", &signature), Err(BadSignature));
            signature[40] ^= 1;
            assert_eq!(key.public().verify(b"text", &signature), Err(BadSignature));
        }
    }

    #[test]
    fn a_private_key_survives_pkcs8() {
        for key in both() {
            let again = SigningKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.public(), key.public());
        }
        assert!(SigningKey::from_pkcs8(b"0").is_err());
    }

    #[test]
    fn a_secret_out_of_range_is_no_p256_key() {
        assert!(SigningKey::p256(&[0; 32]).is_err());
        assert!(SigningKey::p256(&[255; 32]).is_err());
    }

    #[test]
    fn a_point_off_the_curve_or_of_another_length_is_no_key() {
        let [ed, ec] = both();
        let mut off = ec.public().as_bytes().to_vec();
        off[64] ^= 1;
        assert!(PublicKey::new(Alg::ES256, &off).is_err());
        let compressed = [&[2 + (ec.public().as_bytes()[64] & 1)], &ec.public().as_bytes()[1..33]].concat();
        assert!(PublicKey::new(Alg::ES256, &compressed).is_err());
        assert!(PublicKey::new(Alg::EdDSA, &ed.public().as_bytes()[1..]).is_err());
        assert!(PublicKey::new(Alg::EdDSA, ec.public().as_bytes()).is_err());
    }

    #[test]
    fn a_private_key_prints_as_its_public_half() {
        for key in both() {
            let public = key.public();
            let shown = format!("SigningKey(PublicKey({} {}))", public.alg().name(), public.thumbprint());
            assert_eq!(format!("{key:?}"), shown);
        }
    }

    #[test]
    fn a_public_key_survives_storage_and_a_bad_one_does_not() {
        let [ed, _] = both();
        let bytes = postcard::to_allocvec(ed.public()).unwrap();
        assert_eq!(&postcard::from_bytes::<PublicKey>(&bytes).unwrap(), ed.public());
        assert!(postcard::from_bytes::<PublicKey>(&[1, 2, 3, 4]).is_err());
    }
}
