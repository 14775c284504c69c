//! Names for addresses and programs: keyed hashes, so that the ledger tells two of them apart and says which is which
//! to nobody.
//!
//! There are few addresses: whoever has the key tries out all of them. So a key is held by those alone who see the
//! addresses anyway, and is on no disk of theirs.

use std::net::IpAddr;

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    hmac,
};
use sekisho_core::id::{AgentId, KeeperId, NetworkId};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::keystore::Identity;

/// What is hashed of a program's own name for itself, in bytes; it may be as long as it likes.
const AGENT: usize = 512;

/// A key under which names are made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct NameKey([u8; 32]);

impl core::fmt::Debug for NameKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("NameKey(..)")
    }
}

impl NameKey {
    /// A key of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key that hangs on a keeper's identity, for what is compared over months. It leaves the keeper's process
    /// never.
    pub(crate) fn of(identity: &Identity, keeper: KeeperId) -> Self {
        let mut key = [0; 32];
        Salt::new(HKDF_SHA256, b"sekisho names")
            .extract(&*identity.keeper)
            .expand(&[b"staff v1", keeper.as_bytes()], HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .expect("HKDF-SHA256 gives 32 bytes");
        Self(key)
    }

    /// The name of an address.
    pub fn network(&self, address: IpAddr) -> NetworkId {
        NetworkId::from_bytes(self.hash("network", address.to_string().as_bytes()))
    }

    /// The name of a program, by what it calls itself.
    pub fn agent(&self, agent: &str) -> AgentId {
        let known = &agent.as_bytes()[..agent.len().min(AGENT)];
        AgentId::from_bytes(self.hash("agent", known))
    }

    fn hash(&self, kind: &str, named: &[u8]) -> [u8; 16] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, &[kind.as_bytes(), &[0], named].concat());
        tag.as_ref()[..16].try_into().expect("half of 32 bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M47: the same name for the same one under one key, and nothing in common under another.
    #[test]
    fn a_name_says_the_same_of_the_same_and_nothing_under_another_key() {
        let (one, other) = (NameKey::from_bytes([1; 32]), NameKey::from_bytes([2; 32]));
        let [a, b] = [IpAddr::from([203, 0, 113, 7]), IpAddr::from([203, 0, 113, 8])];
        assert_eq!(one.network(a), one.network(a));
        assert!(one.network(a) != one.network(b) && one.network(a) != other.network(a));
        assert_ne!(one.agent("Firefox").as_bytes(), one.agent("Chromium").as_bytes());
        assert_ne!(one.agent("203.0.113.7").as_bytes(), one.network(a).as_bytes(), "kinds are apart");
        assert!(!format!("{one:?}").contains('1'));
    }

    #[test]
    fn a_program_that_says_much_has_a_name_too() {
        let key = NameKey::from_bytes([1; 32]);
        assert_eq!(key.agent(&"x".repeat(4096)), key.agent(&"x".repeat(AGENT)));
        key.agent(&"機".repeat(4096));
    }
}
