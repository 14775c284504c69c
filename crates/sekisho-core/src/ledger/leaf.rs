//! The entry of a leaf: a salted commitment to an event's body.
//!
//! The log can be public because an entry says nothing without body and salt.
//! When both are forgotten, the entry still holds its place in the tree.

use sha2::{Digest as _, Sha256};

/// The length of an entry in bytes.
pub const LEN: usize = 32;

/// The length of a salt in bytes.
pub const SALT_LEN: usize = 32;

const LABEL: &[u8] = b"sekisho ledger entry v1\0";

/// What a leaf's salt is: 32 bytes that nobody can predict, drawn for one event.
pub type Salt = [u8; SALT_LEN];

/// Returns the entry that commits to `body` under `salt`.
///
/// SHA-256 over the label, the salt, the body's length in bytes (unsigned, 64
/// bits, big-endian) and the body. Label and salt have fixed lengths, so no two
/// pairs share an input.
pub fn entry(salt: &Salt, body: &[u8]) -> [u8; LEN] {
    let mut hash = Sha256::new();
    hash.update(LABEL);
    hash.update(salt);
    hash.update((body.len() as u64).to_be_bytes());
    hash.update(body);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// Receipts live for years: the commitment must never change unnoticed.
    #[test]
    fn the_commitment_is_what_it_always_was() {
        // Computed with another implementation of SHA-256 over the same bytes.
        let expected = [
            0xd2, 0x1c, 0xe8, 0x00, 0x9a, 0xcd, 0x55, 0xb9, 0xb6, 0xe8, 0xa3, 0x39, 0x59, 0x6e, 0xa3, 0x63, 0x59, 0x87,
            0xbb, 0x2d, 0x25, 0x97, 0xa5, 0x76, 0x9d, 0xb0, 0x15, 0x38, 0xd4, 0xfb, 0xf3, 0x5f,
        ];
        assert_eq!(entry(&[7; 32], b"{}"), expected);
    }

    proptest! {
        #[test]
        fn another_salt_or_body_gives_another_entry(
            salt: [u8; 32], body: Vec<u8>, other_salt: [u8; 32], other_body: Vec<u8>,
        ) {
            prop_assume!((salt, &body) != (other_salt, &other_body));
            prop_assert_ne!(entry(&salt, &body), entry(&other_salt, &other_body));
        }
    }
}
