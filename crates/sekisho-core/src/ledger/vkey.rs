//! Keys by name: the verifier keys of C2SP `signed-note`, over Ed25519.

use alloc::{borrow::ToOwned as _, string::String};
use core::{fmt, str::FromStr};

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::text;

/// The type byte of keys that sign notes.
const SIGNS_NOTES: u8 = 1;

/// The longest name that is read, in bytes. The format sets none.
const MAX_NAME: usize = 255;

/// The first four bytes of a hash over a key's name, type and bytes.
pub type KeyId = [u8; 4];

/// Why a text is not a verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// It is not of the form `<name>+<id>+<key>`.
    #[error("not of the form name+id+key")]
    Form,
    /// Its name is empty, too long, or holds a space, a plus or a control character.
    #[error(
        "a key's name must not be empty, nor longer than {MAX_NAME} bytes, and holds no space, plus or control character"
    )]
    Name,
    /// Its type is another than the one asked for: a log's key where a witness's is wanted, or the reverse.
    #[error("not an Ed25519 key of the type that is wanted here")]
    Type,
    /// The key is not a point of the curve, or a weak one.
    #[error("not a usable Ed25519 public key")]
    Key,
    /// The id is not that of this name and key.
    #[error("the id does not belong to this name and key")]
    Id,
}

pub(super) fn is_name(name: &str) -> bool {
    let clean = !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+');
    clean && !name.is_empty() && name.len() <= MAX_NAME
}

/// A public key under a name, for signatures of one type.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Named {
    kind: u8,
    pub(super) name: String,
    pub(super) id: KeyId,
    key: VerifyingKey,
}

fn id_of(kind: u8, name: &str, key: &[u8; 32]) -> KeyId {
    let digest: [u8; 32] =
        Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(key).finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl Named {
    pub(super) fn new(kind: u8, name: &str, public: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        if !is_name(name) {
            return Err(VerifierKeyError::Name);
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| VerifierKeyError::Key)?;
        if key.is_weak() {
            return Err(VerifierKeyError::Key);
        }
        Ok(Self { kind, name: name.to_owned(), id: id_of(kind, name, public), key })
    }

    pub(super) fn parse(kind: u8, vkey: &str) -> Result<Self, VerifierKeyError> {
        let (name, rest) = vkey.split_once('+').ok_or(VerifierKeyError::Form)?;
        // Base 64 may itself hold a plus, so only the first two divide.
        let (id, key) = rest.split_once('+').ok_or(VerifierKeyError::Form)?;
        let key = text::from_base64(key).ok_or(VerifierKeyError::Form)?;
        let (&found, key) = key.split_first().ok_or(VerifierKeyError::Form)?;
        if found != kind {
            return Err(VerifierKeyError::Type);
        }
        let known = Self::new(kind, name, key.try_into().map_err(|_| VerifierKeyError::Key)?)?;
        if alloc::format!("{:08x}", u32::from_be_bytes(known.id)) == id { Ok(known) } else { Err(VerifierKeyError::Id) }
    }

    /// Whether `signature` is one of this key over `message` (RFC 8032, without its ambiguities).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }

    pub(super) fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id);
        let key = [&[self.kind], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, text::base64(&key))
    }
}

/// A key that verifies notes (type 0x01), as `<name>+<id in hex>+<base 64 of type and key>`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey(pub(super) Named);

impl VerifierKey {
    /// The key `public` (32 bytes, RFC 8032) under `name`.
    ///
    /// # Errors
    /// When the name can't stand in a note, or the key is not a usable one.
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        Named::new(SIGNS_NOTES, name, public).map(Self)
    }

    /// Its name; for a log, the origin.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.0.id
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(vkey: &str) -> Result<Self, VerifierKeyError> {
        Named::parse(SIGNS_NOTES, vkey).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP `signed-note`.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn a_key_with_another_id_type_or_name_is_refused() {
        let key = |text: &str| text.parse::<VerifierKey>().unwrap_err();
        assert_eq!(key(&VKEY.replace("530d903a", "530d903b")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("530d903a", "530D903A")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("foo", "fo")), VerifierKeyError::Id);
        assert_eq!(key(&VKEY.replace("foo", "f o")), VerifierKeyError::Name);
        assert_eq!(key(&VKEY.replace("foo", &"o".repeat(MAX_NAME))), VerifierKeyError::Name);
        assert_eq!(key(&VKEY.replace("+Ae", "+Be")), VerifierKeyError::Type);
        assert_eq!(key("example.com/foo"), VerifierKeyError::Form);
        assert_eq!(VerifierKey::new("weak", &[0; 32]).unwrap_err(), VerifierKeyError::Key);
    }
}
