//! Where held secrets lie: cells of one page that the kernel itself can't read,
//! where it has such pages.
//!
//! What is lent out of it is a copy that is wiped when dropped; a key that the
//! cryptographic library made of it lies in ordinary memory while it is in use.
//! So a memory image of a moment holds what was in use at that moment, not
//! every root and slot.

use std::io;

use sekisho_sys::secret::SecretPage;
use zeroize::{Zeroize, Zeroizing};

use super::keys::Secret;

/// A page has 4,096 bytes.
const CELLS: usize = 128;

/// The place of one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(usize);

/// 128 places for 32 bytes each.
pub(super) struct Held {
    page: SecretPage,
    used: [bool; CELLS],
}

impl Held {
    /// An empty page.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { page: SecretPage::new(CELLS * 32)?, used: [false; CELLS] })
    }

    /// Puts a secret into a free cell.
    pub(super) fn put(&mut self, secret: &[u8; 32]) -> io::Result<Cell> {
        let free = self.used.iter().position(|used| !used).ok_or(io::ErrorKind::StorageFull)?;
        self.used[free] = true;
        self.page.with(|bytes| bytes[free * 32..][..32].copy_from_slice(secret));
        Ok(Cell(free))
    }

    /// A copy of a secret.
    pub(super) fn get(&self, cell: Cell) -> Secret {
        let mut copy = Zeroizing::new([0; 32]);
        self.page.read(|bytes| copy.copy_from_slice(&bytes[cell.0 * 32..][..32]));
        copy
    }

    /// Wipes a cell and frees it.
    pub(super) fn wipe(&mut self, cell: Cell) {
        self.page.with(|bytes| bytes[cell.0 * 32..][..32].zeroize());
        self.used[cell.0] = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wiped_cell_is_empty_and_free() {
        let mut held = Held::new().unwrap();
        let (a, b) = (held.put(&[1; 32]).unwrap(), held.put(&[2; 32]).unwrap());
        held.wipe(a);
        assert_eq!((*held.get(a), *held.get(b)), ([0; 32], [2; 32]));
        assert_eq!(held.put(&[3; 32]).unwrap(), a);
    }

    #[test]
    fn a_full_page_says_so() {
        let mut held = Held::new().unwrap();
        for _ in 0..CELLS {
            held.put(&[7; 32]).unwrap();
        }
        assert!(held.put(&[7; 32]).is_err());
    }
}
