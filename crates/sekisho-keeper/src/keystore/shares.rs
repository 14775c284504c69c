//! What custodians hold: shares of a secret that opens the keystore, k of n.

use serde::{Deserialize, Serialize};

/// How many shares there are and how many of them are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    needed: u8,
    of: u8,
}

impl Terms {
    /// `needed` of `of`: two at least, and not more than there are; nothing else makes sense.
    pub fn new(needed: u8, of: u8) -> Option<Self> {
        (2 <= needed && needed <= of).then_some(Self { needed, of })
    }

    /// How many are needed.
    pub const fn needed(self) -> u8 {
        self.needed
    }

    /// How many there are.
    pub const fn of(self) -> u8 {
        self.of
    }
}
