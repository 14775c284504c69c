//! `sub`: how a site names a member to us without saying who it is.

use std::{fmt, str::FromStr};

use aws_lc_rs::hmac;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// HMAC-SHA-256 of the site's own id of a member, under a secret that only the site has.
///
/// In text: 43 characters of base64url. It tells nobody but the site who is
/// meant; printed for debugging it shows nothing, since it still follows one person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sub([u8; 32]);

/// Why a text is not a `sub`. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubError {
    /// It looks like an e-mail address.
    #[error("sub looks like an e-mail address: send an HMAC of your member id, never the id itself")]
    LooksLikeAnAddress,
    /// It has another shape.
    #[error("sub must be an HMAC-SHA-256 of your member id: 32 bytes as 43 characters of base64url")]
    Shape,
}

impl Sub {
    /// What a site calls one of its members, under the site's own secret.
    pub fn of_member(secret: &[u8; 32], member_id: &[u8]) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), member_id);
        let mut out = [0; 32];
        out.copy_from_slice(tag.as_ref());
        Self(out)
    }

    /// The 32 bytes of it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Sub {
    type Err = SubError;

    fn from_str(text: &str) -> Result<Self, SubError> {
        if text.contains('@') {
            return Err(SubError::LooksLikeAnAddress);
        }
        let mut out = [0; 32];
        match Base64UrlUnpadded::decode(text, &mut out) {
            Ok(read) if read.len() == 32 => Ok(Self(out)),
            _ => Err(SubError::Shape),
        }
    }
}

impl fmt::Display for Sub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for Sub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sub(..)")
    }
}

impl Serialize for Sub {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sub {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 1 has a shorter key; its bytes padded to 32 with zeros give the same HMAC.
    #[test]
    fn it_is_the_hmac_of_rfc_4231() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c";
        assert_eq!(Sub::of_member(&key, b"Hi There"), expected.parse().unwrap());
    }

    /// M47
    #[test]
    fn an_address_is_refused_and_never_repeated() {
        let refused = "taro.yamada@example.jp".parse::<Sub>().unwrap_err();
        assert_eq!(refused, SubError::LooksLikeAnAddress);
        assert!(!refused.to_string().contains("taro"));
    }

    #[test]
    fn any_other_shape_is_refused() {
        let sub = Sub::of_member(&[1; 32], b"member").to_string();
        assert_eq!(sub.len(), 43);
        for bad in ["", "4711", &sub[1..], &format!("{sub}="), &format!("{sub}A"), &"0".repeat(64)] {
            assert_eq!(bad.parse::<Sub>(), Err(SubError::Shape), "{bad}");
        }
        assert_eq!(format!("{:?}", Sub([7; 32])), "Sub(..)");
    }
}
