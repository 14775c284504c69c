//! The ledger's entries, page after page, and which checks are of the same member: for whoever asks whose documents were
//! opened.

use serde::{Deserialize, Serialize};

use super::LoggedEvent;

/// Entries as they follow each other; one that is left out has no body any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The entries.
    pub entries: Vec<LoggedEvent>,
    /// Where the next page begins; nothing if this is the last one.
    pub next: Option<u64>,
    /// Entries of the ledger, those included whose bodies are gone.
    pub size: u64,
}

impl Page {
    /// The most entries that a page has: about five milliseconds of the keeper's work.
    pub const ENTRIES_MOST: usize = 2_000;
    /// The most bytes of bodies, beyond the first entry's.
    pub const BYTES_MOST: usize = 1 << 20;
    /// The most checks that are named in one question for their members.
    pub const CHECKS_MOST: usize = 2_000;
}

/// A member, by a hash that depends on the shift in which it is asked for: the same for the same member of the same
/// site in one shift, and of no use to anybody else.
pub type SameMember = [u8; 16];
