//! A passkey without a device: what a browser with a platform authenticator answers (WebAuthn Level 2).

use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use minicbor::Encoder;
use sekisho_core::entropy::{Entropy, fresh};
use sekisho_keeper::{
    jose::{Alg, KeyError, SigningKey},
    wire::Assertion,
};
use serde_json::{Value, json};

/// Flags of authenticator data: user present, user verified.
const PRESENT_AND_VERIFIED: u8 = 0b0000_0101;
/// Flag: a credential follows.
const ATTESTED: u8 = 0b0100_0000;

/// One ES256 passkey for one relying party. It counts its signatures.
pub struct SoftAuthenticator {
    pair: EcdsaKeyPair,
    id: [u8; 32],
    rp_id: String,
    origin: String,
    counter: u32,
}

/// What `navigator.credentials.create` gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The credential's id.
    pub id: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `attestationObject`, format `none`.
    pub attestation: Vec<u8>,
}

impl std::fmt::Debug for SoftAuthenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SoftAuthenticator({}, {} signatures)", self.origin, self.counter)
    }
}

impl SoftAuthenticator {
    /// A fresh passkey for the relying party `rp_id`, in a browser that shows a page of `origin`.
    ///
    /// # Errors
    /// When the library refuses the key that it made itself.
    pub fn new(rp_id: &str, origin: &str, entropy: &mut dyn Entropy) -> Result<Self, KeyError> {
        let pkcs8 = SigningKey::generate(Alg::ES256, entropy).to_pkcs8()?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).map_err(|_| KeyError)?;
        Ok(Self { pair, id: fresh(entropy), rp_id: rp_id.into(), origin: origin.into(), counter: 0 })
    }

    /// Answers `navigator.credentials.create`.
    pub fn create(&self, challenge: &[u8; 32]) -> Registration {
        let credential = [&[0; 16][..], &(self.id.len() as u16).to_be_bytes(), &self.id, &self.cose_key()].concat();
        let auth_data = self.auth_data(PRESENT_AND_VERIFIED | ATTESTED, &credential);
        Registration {
            id: self.id.to_vec(),
            client_data: self.client_data("webauthn.create", challenge),
            attestation: attestation_object(&auth_data),
        }
    }

    /// Answers `navigator.credentials.get`.
    ///
    /// # Errors
    /// When the library fails its own check.
    pub fn get(&mut self, challenge: &[u8; 32]) -> Result<Assertion, KeyError> {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", challenge);
        let authenticator_data = self.auth_data(PRESENT_AND_VERIFIED, &[]);
        let signed = [&authenticator_data[..], sha256(&client_data).as_ref()].concat();
        let signature = self.pair.sign_digest(&sha256(&signed)).map_err(|_| KeyError)?.as_ref().to_vec();
        Ok(Assertion { credential: self.id.to_vec(), client_data, authenticator_data, signature })
    }

    /// What a page of the desk sends to `/shift/begin`, for the options that `/shift/options` gave.
    ///
    /// # Errors
    /// When they hold no challenge of 32 bytes, or the library fails its own check.
    pub fn prove_presence(&mut self, options: &Value) -> Result<Value, KeyError> {
        let text = options["publicKey"]["challenge"].as_str().ok_or(KeyError)?;
        let mut challenge = [0; 32];
        Base64UrlUnpadded::decode(text, &mut challenge).map_err(|_| KeyError)?;
        let proof = self.get(&challenge)?;
        let text = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        Ok(json!({
            "ceremony": options["ceremony"],
            "credential": text(&proof.credential),
            "clientData": text(&proof.client_data),
            "authenticatorData": text(&proof.authenticator_data),
            "signature": text(&proof.signature),
        }))
    }

    fn client_data(&self, ceremony: &str, challenge: &[u8; 32]) -> Vec<u8> {
        let challenge = Base64UrlUnpadded::encode_string(challenge);
        // By hand, since browsers write these four first and in this order (§5.8.1.1).
        let origin = serde_json::Value::from(self.origin.as_str());
        format!(r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":{origin},"crossOrigin":false}}"#).into()
    }

    fn auth_data(&self, flags: u8, credential: &[u8]) -> Vec<u8> {
        let rp_id_hash = sha256(self.rp_id.as_bytes());
        [rp_id_hash.as_ref(), &[flags], &self.counter.to_be_bytes(), credential].concat()
    }

    /// kty EC2, alg ES256, crv P-256, x, y (RFC 9053 §7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        // The point is uncompressed: 4, then 32 bytes of x, then 32 of y.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let mut out = Encoder::new(Vec::new());
        write_map(&mut out, 5, |out| {
            out.i8(1)?.i8(2)?.i8(3)?.i8(-7)?.i8(-1)?.i8(1)?;
            out.i8(-2)?.bytes(x)?.i8(-3)?.bytes(y)
        });
        out.into_writer()
    }
}

fn attestation_object(auth_data: &[u8]) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    write_map(&mut out, 3, |out| {
        out.str("fmt")?.str("none")?.str("attStmt")?.map(0)?.str("authData")?.bytes(auth_data)
    });
    out.into_writer()
}

type Written<'a> = Result<&'a mut Encoder<Vec<u8>>, minicbor::encode::Error<std::convert::Infallible>>;

fn write_map(
    out: &mut Encoder<Vec<u8>>,
    members: u64,
    write: impl for<'a> FnOnce(&'a mut Encoder<Vec<u8>>) -> Written<'a>,
) {
    let written = out.map(members).and_then(write);
    assert!(written.is_ok(), "a vector takes every byte");
}

fn sha256(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::webauthn::{
        AssertionError, Credential, NewCounter, RelyingParty, verify_assertion, verify_registration,
    };
    use sekisho_sys::entropy::SystemEntropy;

    const ORIGIN: &str = "http://desk.localhost:8080";

    fn enrolled() -> (RelyingParty, SoftAuthenticator, Credential) {
        let rp = RelyingParty { id: "desk.localhost".into(), origin: ORIGIN.into() };
        let key = SoftAuthenticator::new(&rp.id, ORIGIN, &mut SystemEntropy).unwrap();
        let made = key.create(&[1; 32]);
        let credential = verify_registration(&rp, &[1; 32], &made.client_data, &made.attestation).unwrap();
        assert_eq!(credential.id, made.id);
        (rp, key, credential)
    }

    /// M14
    #[test]
    fn the_keeper_takes_its_answers_one_after_the_other() {
        let (rp, mut key, mut credential) = enrolled();
        for round in 1..=3 {
            let answer = key.get(&[round; 32]).unwrap();
            let NewCounter(counter) = verify_assertion(&rp, &[round; 32], &credential, &answer).unwrap();
            assert_eq!(counter, u32::from(round));
            credential.counter = counter;
            let again = verify_assertion(&rp, &[round; 32], &credential, &answer);
            assert_eq!(again, Err(AssertionError::Counter));
        }
    }

    #[test]
    fn two_of_them_are_two_people() {
        let (rp, _, credential) = enrolled();
        let (_, mut other, _) = enrolled();
        let answer = other.get(&[1; 32]).unwrap();
        assert_eq!(verify_assertion(&rp, &[1; 32], &credential, &answer), Err(AssertionError::Credential));
    }
}
