//! Why a ledger can't be opened.

use std::io;

use sekisho_core::ledger::checkpoint::CheckpointError;

use super::journal::JournalError;

/// What a source of stored entries may fail with.
pub type StoredError = Box<dyn std::error::Error + Send + Sync>;

/// Why a ledger can't be opened. Each of them wants a person; none heals by trying again.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file can't be read or written.
    #[error("the ledger's files can't be read or written")]
    Io(#[from] io::Error),
    /// The journal is damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The database failed while its entries were read.
    #[error("the entries can't be read from the database")]
    Stored(#[source] StoredError),
    /// The database has no entry where one should be.
    #[error("the database has entry {found} where {expected} should be")]
    Gap {
        /// The index that should have come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// The journal knows an entry that the database doesn't: the database is of an earlier time.
    #[error("the journal has entry {index}, the database has not: it was restored from an earlier time")]
    Restored {
        /// The first such entry.
        index: u64,
    },
    /// Journal and database tell different things of one entry.
    #[error("journal and database differ in entry {index}")]
    Differs {
        /// The first such entry.
        index: u64,
    },
    /// The published checkpoint is not one of ours.
    #[error("the published checkpoint is not this ledger's: {0}")]
    Checkpoint(CheckpointError),
    /// We published more entries than we have.
    #[error("a checkpoint of {published} entries was published, but only {have} are here: entries were lost")]
    Cut {
        /// Entries under the published checkpoint.
        published: u64,
        /// Entries that are here.
        have: u64,
    },
    /// The keystore knows of more entries than there are: the data folder is of an earlier time.
    #[error(
        "the keystore knows a ledger of {known} entries, but only {have} are here: this data folder is of an earlier \
         time than the keystore. Nothing was changed. Bring back the newest data folder, with its ledger and journal; \
         if it is lost, `sekisho restore` makes a keeper of a backup"
    )]
    Older {
        /// Entries that the keystore knows of.
        known: u64,
        /// Entries that are here.
        have: u64,
    },
    /// The keystore knows of other entries than those that are here.
    #[error(
        "the first {known} entries are not those that the keystore knows: the ledger was rewritten. Nothing was \
         changed. Bring back the newest data folder"
    )]
    NotThoseKnown {
        /// Entries that the keystore knows of.
        known: u64,
    },
    /// Under the published checkpoint lie other entries than ours.
    #[error("the published checkpoint of {published} entries does not fit the entries that are here")]
    Rewritten {
        /// Entries under the published checkpoint.
        published: u64,
    },
}
