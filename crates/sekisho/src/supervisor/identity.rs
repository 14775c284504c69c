//! What gate and desk prove themselves with in TLS.

use std::{fmt, io};

use sekisho_sys::secret::SecretPage;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{messages::wiped, rooms::Role};

/// A certificate chain and its private key, both PEM. The key is wiped when dropped and never printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// The server's own certificate first.
    pub chain: Vec<u8>,
    /// The private key.
    #[serde(with = "wiped")]
    pub key: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// Which of the two that are spoken to ends TLS itself, and with what.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// The gate's; without one it speaks plain HTTP.
    pub gate: Option<Identity>,
    /// The desk's.
    pub desk: Option<Identity>,
}

/// The same, kept for restarts: the keys in memory that nobody else reads.
#[derive(Default)]
pub(super) struct Kept {
    gate: Option<KeptOne>,
    desk: Option<KeptOne>,
}

struct KeptOne {
    chain: Vec<u8>,
    key: SecretPage,
}

impl Kept {
    pub(super) fn new(identities: Identities) -> io::Result<Kept> {
        let keep = |one: Option<Identity>| one.map(KeptOne::new).transpose();
        Ok(Kept { gate: keep(identities.gate)?, desk: keep(identities.desk)? })
    }

    /// What `role` is handed: its own and nobody else's.
    pub(super) fn of(&self, role: Role) -> Option<Identity> {
        let kept = match role {
            Role::Gate => self.gate.as_ref(),
            Role::Desk => self.desk.as_ref(),
            _ => None,
        };
        kept.map(|one| Identity { chain: one.chain.clone(), key: Zeroizing::new(one.key.read(<[u8]>::to_vec)) })
    }
}

impl KeptOne {
    fn new(identity: Identity) -> io::Result<KeptOne> {
        let mut key = SecretPage::new(identity.key.len())?;
        key.with(|bytes| bytes.copy_from_slice(&identity.key));
        Ok(KeptOne { chain: identity.chain, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(key: &[u8]) -> Identity {
        Identity { chain: b"chain".to_vec(), key: Zeroizing::new(key.to_vec()) }
    }

    #[test]
    fn each_role_gets_its_own_key_and_no_other() {
        let kept = Kept::new(Identities { gate: Some(identity(b"gate")), desk: Some(identity(b"desk")) }).unwrap();
        let keys = Role::ALL.map(|role| kept.of(role).map(|identity| identity.key.to_vec()));
        let expected = Role::ALL.map(|role| match role {
            Role::Gate => Some(b"gate".to_vec()),
            Role::Desk => Some(b"desk".to_vec()),
            _ => None,
        });
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_key_is_not_printed() {
        let printed = format!("{:?}", Identities { gate: Some(identity(b"\x6f\x6f\x6f")), desk: None });
        assert!(!printed.contains("111") && !printed.contains("ooo"), "{printed}");
    }
}
