//! Members' secrets: links and sessions. Only their hashes are stored.

use aws_lc_rs::{digest, hmac};
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{ports::SecretHash, room::Room};

/// 256 random bits that a member's browser holds; in text 43 characters of base64url.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Draws a fresh one.
    pub fn draw(room: &Room) -> Self {
        Self(Zeroizing::new(room.draw()))
    }

    /// One of these bytes, drawn by whoever has no room.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads one from a link or a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        let read = Base64UrlUnpadded::decode(text, bytes.as_mut()).ok()?.len();
        (read == 32).then_some(Self(bytes))
    }

    /// The text of it, for a link or a cookie.
    pub fn text(&self) -> String {
        Base64UrlUnpadded::encode_string(self.0.as_ref())
    }

    /// What is stored of it.
    pub fn hash(&self) -> SecretHash {
        sha256(self.0.as_ref())
    }

    /// The secret of the status link that belongs to this session.
    ///
    /// Derived, so that the page can show the link again without its being stored.
    pub fn status_link(&self) -> Self {
        self.derive(b"sekisho status link v1")
    }

    /// The secret with which a member withdraws, from the secret of the status link.
    pub fn withdrawal(&self) -> [u8; 32] {
        *self.derive(b"sekisho withdrawal v1").0
    }

    fn derive(&self, label: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_ref());
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(hmac::sign(&key, label).as_ref());
        Self(bytes)
    }
}

/// SHA-256 (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_secret_survives_its_text_and_nothing_else_is_one() {
        assert_eq!(Secret::parse(&secret(7).text()).unwrap().hash(), secret(7).hash());
        let text = secret(7).text();
        for bad in ["", &text[1..], &format!("{text}A"), &format!("{}!", &text[1..])] {
            assert!(Secret::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_derived_differs_and_is_always_the_same() {
        assert_eq!(secret(1).status_link().hash(), secret(1).status_link().hash());
        assert_ne!(secret(1).status_link().hash(), secret(2).status_link().hash());
        assert_ne!(secret(1).status_link().hash(), secret(1).hash());
        assert_ne!(secret(1).withdrawal(), *secret(1).status_link().0);
    }
}
