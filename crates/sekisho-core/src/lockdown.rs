//! Why a vault is locked down, and how that ends.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::author::Author;

/// A reason in a person's words, as it stands on the ledger: 1 to 200 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Why(String);

/// Why a text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to 200 characters, on one line")]
pub struct NotAReason;

impl Why {
    /// The most characters of one.
    pub const MAX: usize = 200;
}

impl FromStr for Why {
    type Err = NotAReason;

    fn from_str(text: &str) -> Result<Self, NotAReason> {
        let text = text.trim();
        let fits = (1..=Self::MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAReason) }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Why {
    type Error = NotAReason;

    fn try_from(text: String) -> Result<Self, NotAReason> {
        text.parse()
    }
}

impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.0
    }
}

/// What a lockdown was ordered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockdown {
    /// Who.
    pub by: Author,
    /// Why.
    pub why: Why,
    /// Places in the ledger that bear it out, oldest first; none where a person simply says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<u64>,
}

/// What a lockdown was ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The passphrase, given for this purpose: the keystore has no custodians.
    Passphrase,
    /// Custodians' shares.
    Shares {
        /// How many were given.
        given: u8,
        /// How many there are.
        of: u8,
    },
}

/// A change of what opens the keystore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeystoreChange {
    /// Shares were dealt; earlier ones open nothing.
    SharesDealt {
        /// How many are needed.
        needed: u8,
        /// How many there are.
        of: u8,
    },
    /// Another passphrase was chosen by whoever gave enough shares; the earlier one opens nothing.
    PassphraseChosen,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_reason_is_one_line_of_some_length() {
        assert_eq!(" a key was found outside ".parse::<Why>().unwrap().to_string(), "a key was found outside");
        for bad in ["", "   ", "two\nlines", "\u{7}", &"x".repeat(201)] {
            assert!(bad.parse::<Why>().is_err(), "{bad:?}");
        }
        assert!("鍵".repeat(200).parse::<Why>().is_ok());
    }
}
