//! Compact JWS (RFC 7515), read strictly.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::{
    json::{self, Malformed},
    jwk::Jwks,
    key::{KeyError, SigningKey},
};

/// The most bytes that a compact JWS may have.
pub const MAX_JWS: usize = 8 << 10;

/// Why a compact JWS is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than [`MAX_JWS`].
    #[error("the JWS is larger than 8 KiB")]
    TooLarge,
    /// Not three parts of base64url without padding.
    #[error("not a compact JWS: three parts of base64url without padding, joined by dots")]
    NotCompact,
    /// The header is not `alg`, `kid` and `typ`.
    #[error("the JWS header must have alg, kid and typ and nothing else: {0}")]
    Header(Malformed),
    /// A JWS for something else.
    #[error("the JWS has another typ")]
    Typ,
    /// An algorithm that we don't take, or not the key's own.
    #[error("alg must be EdDSA or ES256 and fit the key")]
    Alg,
    /// No key of the signer has this thumbprint.
    #[error("kid is not the RFC 7638 thumbprint of a key that the signer registered")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// A compact JWS whose signature has not been checked: its payload may say who must have signed it, nothing more.
pub struct Unverified<'a> {
    signed: &'a str,
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Takes a compact JWS apart.
    ///
    /// # Errors
    /// When it is too large, malformed, or not of type `typ`.
    pub fn parse(jws: &'a str, typ: &str) -> Result<Self, JwsError> {
        if jws.len() > MAX_JWS {
            return Err(JwsError::TooLarge);
        }
        let (signed, signature) = jws.rsplit_once('.').ok_or(JwsError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::NotCompact)?;
        let header: Header = json::read(&decode(header)?, &["alg", "kid", "typ"]).map_err(JwsError::Header)?;
        if header.typ != typ {
            return Err(JwsError::Typ);
        }
        Ok(Self { signed, header, payload: decode(payload)?, signature: decode(signature)? })
    }

    /// What it says, unproven.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// Checks the signature against the keys of whoever must have signed.
    ///
    /// # Errors
    /// When the key is unknown, `alg` isn't the key's own, or the signature does not hold.
    pub fn verify(self, keys: &Jwks) -> Result<Vec<u8>, JwsError> {
        let key = keys.get(&self.header.kid).ok_or(JwsError::UnknownKey)?;
        if self.header.alg != key.alg().name() {
            return Err(JwsError::Alg);
        }
        key.verify(self.signed.as_bytes(), &self.signature).map_err(|_| JwsError::Signature)?;
        Ok(self.payload)
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    Base64UrlUnpadded::decode_vec(part).map_err(|_| JwsError::NotCompact)
}

/// Checks a compact JWS of type `typ` against `keys` and returns its payload.
///
/// # Errors
/// See [`JwsError`].
pub fn verify(jws: &str, typ: &str, keys: &Jwks) -> Result<Vec<u8>, JwsError> {
    Unverified::parse(jws, typ)?.verify(keys)
}

/// Signs `payload` as a compact JWS of type `typ`.
///
/// # Errors
/// When the library fails its own check.
pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String, KeyError> {
    let public = key.public();
    let header = Header { alg: public.alg().name().into(), kid: public.thumbprint(), typ: typ.into() };
    let header = serde_json::to_vec(&header).map_err(|_| KeyError)?;
    let signed = [header.as_slice(), payload].map(Base64UrlUnpadded::encode_string).join(".");
    let signature = Base64UrlUnpadded::encode_string(&key.sign(signed.as_bytes())?);
    Ok(format!("{signed}.{signature}"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::key::{Alg, tests::Counting},
        *,
    };

    const TYP: &str = "test+jwt";

    fn keys() -> (SigningKey, SigningKey, Jwks) {
        let mut entropy = Counting(0);
        let [ed, ec] = [Alg::EdDSA, Alg::ES256].map(|alg| SigningKey::generate(alg, &mut entropy));
        let set = Jwks::new(vec![ed.public().clone(), ec.public().clone()]).unwrap();
        (ed, ec, set)
    }

    /// Signs with a header of the caller's making.
    fn forge(key: &SigningKey, header: &str) -> String {
        let signed = [header, "{}"].map(|part| Base64UrlUnpadded::encode_string(part.as_bytes())).join(".");
        format!("{signed}.{}", Base64UrlUnpadded::encode_string(&key.sign(signed.as_bytes()).unwrap()))
    }

    fn header(key: &SigningKey, alg: &str, more: &str) -> String {
        format!(r#"{{"alg":"{alg}","kid":"{}","typ":"{TYP}"{more}}}"#, key.public().thumbprint())
    }

    #[test]
    fn what_is_signed_verifies_under_both_algorithms() {
        let (ed, ec, set) = keys();
        for key in [ed, ec] {
            assert_eq!(verify(&sign(&key, TYP, b"payload").unwrap(), TYP, &set).unwrap(), b"payload");
            assert_eq!(verify(&forge(&key, &header(&key, key.public().alg().name(), "")), TYP, &set).unwrap(), b"{}");
        }
    }

    #[test]
    fn any_flipped_character_is_refused() {
        let (ed, _, set) = keys();
        let jws = sign(&ed, TYP, b"payload").unwrap();
        for at in 0..jws.len() {
            let mut bytes = jws.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(verify(std::str::from_utf8(&bytes).unwrap(), TYP, &set).is_err(), "at {at}");
        }
    }

    #[test]
    fn alg_must_be_the_keys_own() {
        let (ed, _, set) = keys();
        for alg in ["none", "ES256", "RS256", "HS256", "eddsa", ""] {
            assert_eq!(verify(&forge(&ed, &header(&ed, alg, "")), TYP, &set), Err(JwsError::Alg), "{alg}");
        }
    }

    #[test]
    fn a_header_brings_nothing_of_its_own() {
        let (ed, _, set) = keys();
        for more in [
            r#","crit":["b64"]"#,
            r#","b64":false"#,
            r#","jwk":{}"#,
            r#","jku":"https://a.example""#,
            r#","x5u":"https://a.example""#,
            r#","x5c":[]"#,
            r#","cty":"JWT""#,
        ] {
            let refused = verify(&forge(&ed, &header(&ed, "EdDSA", more)), TYP, &set);
            assert_eq!(refused, Err(JwsError::Header(Malformed::Unknown)), "{more}");
        }
        let twice = verify(&forge(&ed, &header(&ed, "EdDSA", r#","alg":"EdDSA""#)), TYP, &set);
        assert_eq!(twice, Err(JwsError::Header(Malformed::Json)));
    }

    #[test]
    fn another_type_or_an_unknown_key_is_refused() {
        let (ed, ec, _) = keys();
        let only_ec = Jwks::new(vec![ec.public().clone()]).unwrap();
        let jws = sign(&ed, TYP, b"payload").unwrap();
        assert_eq!(verify(&jws, "other+jwt", &only_ec), Err(JwsError::Typ));
        assert_eq!(verify(&jws, TYP, &only_ec), Err(JwsError::UnknownKey));
    }

    #[test]
    fn padding_stray_characters_and_too_much_are_refused() {
        let (ed, _, set) = keys();
        let jws = sign(&ed, TYP, b"payload").unwrap();
        for bad in [format!("{jws}="), format!("{jws}."), format!(" {jws}"), jws.replacen('.', "", 2), String::new()] {
            assert_eq!(verify(&bad, TYP, &set), Err(JwsError::NotCompact), "{bad}");
        }
        assert_eq!(verify(&"a".repeat(MAX_JWS + 1), TYP, &set), Err(JwsError::TooLarge));
    }
}
