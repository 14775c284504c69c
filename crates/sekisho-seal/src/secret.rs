//! Bytes that are wiped when they go, and that cannot be copied, printed or written down by accident.

use core::{
    fmt,
    ops::{Deref, DerefMut},
};

use sekisho_core::entropy::Entropy;
use zeroize::{Zeroizing, optimization_barrier};

/// Thirty-two secret bytes. On the heap, because a move would leave a copy on the stack.
pub(crate) type Secret32 = Box<Zeroizing<[u8; 32]>>;

pub(crate) fn fresh_secret(entropy: &mut dyn Entropy) -> Secret32 {
    let mut secret = Secret32::default();
    entropy.fill(&mut secret[..]);
    secret
}

pub(crate) fn copied_secret(bytes: &[u8; 32]) -> Secret32 {
    let mut secret = Secret32::default();
    secret.copy_from_slice(bytes);
    secret
}

/// The key of one document: 256 bits that seal nothing else.
///
/// It is wiped on drop and can be neither cloned nor serialised. It does not
/// compare either: nobody has a reason to.
pub struct DocumentKey(Secret32);

impl DocumentKey {
    /// Draws a fresh one.
    pub fn fresh(entropy: &mut dyn Entropy) -> Self {
        Self(fresh_secret(entropy))
    }

    /// Takes one that was unwrapped. The caller wipes `bytes`.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(copied_secret(bytes))
    }

    pub(crate) fn from_secret(secret: Secret32) -> Self {
        Self(secret)
    }

    /// The key itself, for wrapping it and for nothing else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentKey(..)")
    }
}

/// Many bytes that are wiped on drop, spare capacity included: what `Zeroizing` does, in one piece and not byte by byte,
/// of which a picture has hundreds of thousands.
#[derive(Default)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Takes bytes over. They are wiped from here on, not where they were before.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    // Nobody reads them after this, so without it the compiler might leave the writing out.
    optimization_barrier(bytes.as_slice());
}

/// A document's own bytes, wiped on drop, spare capacity included.
///
/// No `Clone`, no `Serialize`; `Debug` says the length and nothing else.
pub struct Plaintext(Wiped);

impl Plaintext {
    /// Takes bytes over. They are wiped from here on, not where they were before.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Wiped::new(bytes))
    }

    pub(crate) fn from_wiped(bytes: Wiped) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn printing_shows_no_content() {
        let key = DocumentKey::from_bytes(&[0xab; 32]);
        assert_eq!(format!("{key:?}"), "DocumentKey(..)");
        assert_eq!(format!("{:?}", Plaintext::new(b"face".to_vec())), "Plaintext(4 bytes)");
    }

    #[test]
    fn all_of_an_allocation_is_wiped_in_its_place() {
        let mut bytes = Vec::with_capacity(100_000);
        bytes.resize(70_000, 7);
        let (place, capacity) = (bytes.as_ptr(), bytes.capacity());
        wipe(&mut bytes);
        assert_eq!((bytes.as_ptr(), bytes.len(), bytes.capacity()), (place, capacity, capacity));
        assert!(bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn fresh_keys_differ() {
        let mut entropy = SeededEntropy::new(1);
        let (a, b) = (DocumentKey::fresh(&mut entropy), DocumentKey::fresh(&mut entropy));
        assert_ne!(a.expose(), b.expose());
    }
}
