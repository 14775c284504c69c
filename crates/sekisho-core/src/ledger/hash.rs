//! Hashes of the tree: RFC 6962, section 2.1, over SHA-256.

use alloc::string::String;
use core::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};

use super::text;

/// The length of a hash in bytes.
pub const LEN: usize = 32;

/// A node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; LEN]);

/// Why a text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base 64 of 32 bytes")]
pub struct ParseHashError;

impl Hash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf whose entry is `entry`: SHA-256(0x00 ‖ entry).
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash over two subtrees: SHA-256(0x01 ‖ left ‖ right).
    pub fn node(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// The hash in base 64, as checkpoints and proofs write it.
    pub fn to_base64(self) -> String {
        text::base64(&self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        text::base64_32(text).map(Self).ok_or(ParseHashError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of the empty tree is a known number: SHA-256 of the empty string.
    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        assert_eq!(Hash::of_nothing().to_base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn a_leaf_is_not_taken_for_a_node() {
        let (left, right) = (Hash::leaf(b"left"), Hash::leaf(b"right"));
        let joined = [left.0, right.0].concat();
        assert_ne!(Hash::leaf(&joined), Hash::node(&left, &right));
    }

    #[test]
    fn the_text_of_a_hash_is_read_back() {
        let hash = Hash::leaf(b"entry");
        assert_eq!(hash.to_base64().parse(), Ok(hash));
        assert_eq!("AAAA".parse::<Hash>(), Err(ParseHashError));
    }
}
