//! Public keys as JSON: JWK (RFC 7517), OKP (RFC 8037), thumbprints (RFC 7638).

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::key::{Alg, KeyError, PublicKey};

/// The most keys that a set may hold: a site rotates between two.
const MAX_KEYS: usize = 8;
/// The most bytes that a set may have.
const MAX_BYTES: usize = 8 << 10;

/// Why a text is not a set of public keys that we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not a JWK set, or with a member that we don't take.
    #[error("not a JWK set of public keys with the members kty, crv, x, y, kid, alg, use alone")]
    Shape,
    /// A private key was sent.
    #[error("the set holds a private key; make a new key and send its public half only")]
    Private,
    /// A key of another kind, or not on its curve.
    #[error("a key is neither a valid Ed25519 (OKP) nor a valid P-256 (EC) key")]
    Key,
    /// A key is marked for something else.
    #[error("a key's alg, use or kid is not that of a signing key named by its RFC 7638 thumbprint")]
    Mark,
    /// None, too many, or one twice.
    #[error("a set holds one to eight different keys")]
    Number,
}

impl From<KeyError> for JwksError {
    fn from(_: KeyError) -> Self {
        Self::Key
    }
}

/// A set of public keys, found by their thumbprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwks(Vec<PublicKey>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    /// Only here so that a private key is told apart from nonsense.
    #[serde(default, skip_serializing)]
    d: Option<serde::de::IgnoredAny>,
}

impl Jwks {
    /// A set of these keys.
    ///
    /// # Errors
    /// When there are none, more than eight, or one twice.
    pub fn new(keys: Vec<PublicKey>) -> Result<Self, JwksError> {
        let twice = keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key));
        if twice || !(1..=MAX_KEYS).contains(&keys.len()) { Err(JwksError::Number) } else { Ok(Self(keys)) }
    }

    /// Reads a JWK set of public keys.
    ///
    /// # Errors
    /// When anything in it is not exactly as we write it ourselves; `kid`, `alg` and `use` may be left out.
    pub fn parse(json: &str) -> Result<Self, JwksError> {
        if json.len() > MAX_BYTES {
            return Err(JwksError::Shape);
        }
        let set: JwkSet = serde_json::from_str(json).map_err(|_| JwksError::Shape)?;
        Self::new(set.keys.iter().map(Jwk::key).collect::<Result<_, _>>()?)
    }

    /// The set as JSON.
    pub fn to_json(&self) -> String {
        let set = JwkSet { keys: self.0.iter().map(Jwk::from).collect() };
        serde_json::to_string(&set).expect("strings and lists always serialise")
    }

    /// The key with this thumbprint.
    pub fn get(&self, kid: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.thumbprint() == kid)
    }

    /// Every key.
    pub fn keys(&self) -> &[PublicKey] {
        &self.0
    }
}

impl Jwk {
    fn key(&self) -> Result<PublicKey, JwksError> {
        if self.d.is_some() {
            return Err(JwksError::Private);
        }
        let key = match (self.kty.as_str(), self.crv.as_str(), &self.y) {
            ("OKP", "Ed25519", None) => PublicKey::new(Alg::EdDSA, &field(&self.x)?),
            ("EC", "P-256", Some(y)) => PublicKey::p256(&field(&self.x)?, &field(y)?),
            _ => Err(KeyError),
        }?;
        if self.marks(&key) { Ok(key) } else { Err(JwksError::Mark) }
    }

    fn marks(&self, key: &PublicKey) -> bool {
        self.kid.as_ref().is_none_or(|kid| *kid == key.thumbprint())
            && self.alg.as_ref().is_none_or(|alg| alg == key.alg().name())
            && self.usage.as_ref().is_none_or(|usage| usage == "sig")
    }
}

impl From<&PublicKey> for Jwk {
    fn from(key: &PublicKey) -> Self {
        let parts = Parts::of(key);
        Self {
            kty: parts.kty.into(),
            crv: parts.crv.into(),
            x: parts.x,
            y: parts.y,
            kid: Some(key.thumbprint()),
            alg: Some(key.alg().name().into()),
            usage: Some("sig".into()),
            d: None,
        }
    }
}

/// The members that make up a key, and nothing said about it.
struct Parts {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: Option<String>,
}

impl Parts {
    fn of(key: &PublicKey) -> Self {
        let text = Base64UrlUnpadded::encode_string;
        match key.alg() {
            Alg::EdDSA => Self { kty: "OKP", crv: "Ed25519", x: text(key.as_bytes()), y: None },
            Alg::ES256 => {
                // The first byte says that the point is uncompressed; `PublicKey` holds no other.
                let (x, y) = key.as_bytes()[1..].split_at(32);
                Self { kty: "EC", crv: "P-256", x: text(x), y: Some(text(y)) }
            }
        }
    }
}

impl PublicKey {
    /// The key's thumbprint (RFC 7638), base64url: its `kid`.
    pub fn thumbprint(&self) -> String {
        let Parts { kty, crv, x, y } = Parts::of(self);
        let y = y.map(|y| format!(r#","y":"{y}""#)).unwrap_or_default();
        let canonical = format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}"{y}}}"#);
        Base64UrlUnpadded::encode_string(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
    }
}

fn field(text: &str) -> Result<[u8; 32], KeyError> {
    let mut out = [0; 32];
    match Base64UrlUnpadded::decode(text, &mut out) {
        Ok(read) if read.len() == 32 => Ok(out),
        _ => Err(KeyError),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::key::SigningKey, super::key::tests::Counting, *};

    /// RFC 8037, appendices A.2 and A.3.
    const ED: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// RFC 7517, appendix A.1.
    const EC: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig"}"#;

    fn set(keys: &[&str]) -> Result<Jwks, JwksError> {
        Jwks::parse(&format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(set(&[ED]).unwrap().keys()[0].thumbprint(), kid);
        assert!(set(&[ED]).unwrap().get(kid).is_some());
    }

    #[test]
    fn a_set_survives_its_text_form() {
        let keys = set(&[ED, EC]).unwrap();
        assert_eq!(Jwks::parse(&keys.to_json()).unwrap(), keys);
        let drawn = SigningKey::generate(Alg::ES256, &mut Counting(0)).public().clone();
        assert_eq!(Jwks::parse(&Jwks::new(vec![drawn.clone()]).unwrap().to_json()).unwrap().keys(), [drawn]);
    }

    #[test]
    fn a_private_key_is_refused_as_such() {
        let private = ED.replace('}', r#","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#);
        assert_eq!(set(&[&private]), Err(JwksError::Private));
    }

    #[test]
    fn what_a_key_says_of_itself_must_fit() {
        for mark in [r#""kid":"mine""#, r#""alg":"ES256""#, r#""use":"enc""#] {
            assert_eq!(set(&[&ED.replace('}', &format!(",{mark}}}"))]), Err(JwksError::Mark), "{mark}");
        }
        assert_eq!(set(&[&ED.replace('}', r#","x5u":"https://a.example"}"#)]), Err(JwksError::Shape));
    }

    #[test]
    fn other_kinds_and_other_numbers_of_keys_are_refused() {
        assert_eq!(set(&[]), Err(JwksError::Number));
        assert_eq!(set(&[ED, ED]), Err(JwksError::Number));
        assert_eq!(set(&[r#"{"kty":"oct","crv":"","x":""}"#]), Err(JwksError::Key));
        assert_eq!(set(&[&ED.replace("Ro\"", "Ro=\"")]), Err(JwksError::Key));
        assert_eq!(set(&[&ED.replace("Ed25519", "X25519")]), Err(JwksError::Key));
        assert_eq!(set(&[&EC.replace("IFyM", "IFyA")]), Err(JwksError::Key));
        assert_eq!(Jwks::parse(&" ".repeat(MAX_BYTES + 1)), Err(JwksError::Shape));
    }
}
