//! Names of things: opaque, random, and of one type each.
//!
//! An id says nothing about the person behind it. In text it is a three-letter
//! prefix and 26 characters of lower-case Crockford base 32, so that it can be
//! read out over a telephone.

use alloc::string::String;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::entropy::{self, Entropy};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 26 characters")]
pub struct ParseIdError {
    prefix: &'static str,
}

fn encode(bytes: &[u8; 16], out: &mut String) {
    let value = u128::from_be_bytes(*bytes);
    for place in (0..TEXT_LEN).rev() {
        let digit = (value >> (5 * place)) & 31;
        out.push(char::from(ALPHABET[digit as usize]));
    }
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != TEXT_LEN {
        return None;
    }
    let mut value: u128 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|&known| known == byte)?;
        // 26 × 5 bits are two more than the value has: they must be zero.
        if value >> 123 != 0 {
            return None;
        }
        value = value << 5 | digit as u128;
    }
    Some(value.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Draws a fresh one.
            pub fn random(entropy: &mut dyn Entropy) -> Self {
                Self(entropy::fresh(entropy))
            }

            /// The sixteen bytes of it.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Takes sixteen bytes that were read back from storage.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::with_capacity($prefix.len() + 1 + TEXT_LEN);
                text.push_str($prefix);
                text.push('_');
                encode(&self.0, &mut text);
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(ParseIdError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One keeper: in a document's header, its context, its receipts and the ledger's origin.
    KeeperId = "kpr";
    /// One verification of one member under one policy.
    CheckId = "chk";
    /// The sealed picture or pictures of one piece of evidence in a check.
    DocumentId = "doc";
    /// One check given to one reviewer for some minutes.
    AssignmentId = "asg";
    /// One release of one document's picture to one person.
    ViewingId = "vwg";
    /// A staff member.
    StaffId = "stf";
    /// The time for which a staff member has proven presence.
    ShiftId = "sft";
    /// One intake key.
    IntakeKeyId = "int";
    /// One message that waits for the courier.
    MessageId = "msg";
    /// A passkey, by a hash of its credential id.
    DeviceId = "dev";
    /// A network, by a keyed hash of its address's prefix; the address can't be told from it.
    NetworkId = "net";
    /// A kind of program that asks, by a keyed hash of what it calls itself.
    AgentId = "agt";
    /// A piece of bait.
    CanaryId = "can";
    /// An alert.
    AlertId = "alr";
    /// One call of one person for an alert.
    CallId = "cal";
    /// A change that loosens the registry.
    ChangeId = "chg";
    /// Something that is stopped.
    StopId = "stp";
}

impl CheckId {
    /// The id of the check that `site` asked for under `jti`.
    ///
    /// Derived rather than drawn, so that the keeper computes it from the signed
    /// request alone and no gate can give one request two checks.
    pub fn derive(keeper: KeeperId, site: &SiteName, jti: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"sekisho check id v1\0");
        hash.update(keeper.as_bytes());
        hash.update((site.as_str().len() as u64).to_be_bytes());
        hash.update(site.as_str());
        hash.update(jti);
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }
}

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 of a-z, 0-9, '-' and '.', and begins with a letter or digit")]
pub struct ParseNameError;

fn is_name(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| legal(b) || b == b'-' || b == b'.')
        && text.bytes().next().is_some_and(legal)
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseNameError;

            fn from_str(text: &str) -> Result<Self, ParseNameError> {
                if is_name(text) { Ok(Self(text.into())) } else { Err(ParseNameError) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// The service that asks for checks, by the name the operator gave it.
    SiteName;
    /// A policy, e.g. `jp-dating-site`.
    PolicyName;
    /// A kind of document, e.g. `jp-driving-licence`.
    KindName;
    /// Somebody who is called when there is an alert, by the short name the operator gave them.
    ContactName;
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_id_survives_its_text_form() {
        for bytes in [[0; 16], [255; 16], [7; 16]] {
            let id = DocumentId::from_bytes(bytes);
            assert_eq!(id.to_string().parse::<DocumentId>(), Ok(id));
        }
    }

    #[test]
    fn an_id_of_another_kind_or_length_is_refused() {
        let check = CheckId::from_bytes([1; 16]).to_string();
        assert!(check.parse::<DocumentId>().is_err());
        assert!(check[..check.len() - 1].parse::<CheckId>().is_err());
        assert!("chk_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<CheckId>().is_err());
    }

    #[test]
    fn one_request_has_one_check_and_no_two_sites_share_it() {
        let keeper = KeeperId::from_bytes([1; 16]);
        let (a, b) = ("site-a".parse().unwrap(), "site-b".parse().unwrap());
        assert_eq!(CheckId::derive(keeper, &a, "j"), CheckId::derive(keeper, &a, "j"));
        assert_ne!(CheckId::derive(keeper, &a, "j"), CheckId::derive(keeper, &b, "j"));
    }

    #[test]
    fn names_are_plain() {
        assert!("jp-dating-site".parse::<PolicyName>().is_ok());
        for bad in ["", "-a", "A", "a b", "日本"] {
            assert!(bad.parse::<PolicyName>().is_err(), "{bad}");
        }
    }
}
