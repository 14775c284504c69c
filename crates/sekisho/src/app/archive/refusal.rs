//! Why nothing was restored.

use std::path::PathBuf;

use sekisho_keeper::{
    archive::EventsError,
    db::DbError,
    engine::RestoreError,
    keystore::{KeystoreError, escrow::EscrowError},
    ledger::journal::JournalError,
};

use super::{files::FileError, manifest::ManifestError, tombstones::TombstonesError};
use crate::{
    app::founding::FoundingError,
    store::gate_archive::GateArchiveError,
    supervisor::{FolderError, LockError},
};

/// Why nothing was restored. The data are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RestoreRefused {
    /// The backup.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is something already.
    #[error("{0} is not empty: a restore overwrites nothing; name a new folder, or move this one away")]
    NotEmpty(PathBuf),
    /// An earlier restore did not end.
    #[error("{0} holds a restore that was broken off: remove the folder, and begin anew")]
    BrokenOff(PathBuf),
    /// Nobody can sign as this keeper any more.
    #[error(
        "{keystore} is not there, and the backup was made without --with-identity: who signed the claims and the \
         ledger is lost. Give the keystore that survived, or found a new installation (`sekisho serve` on an empty \
         folder); the backup's keeper.db and gate.db are SQLite and stay readable as a record"
    )]
    NoIdentity {
        /// Where it was looked for.
        keystore: PathBuf,
    },
    /// The keystore is another installation's.
    #[error("{0}: this keystore belongs to another keeper than the backup, or one of them is marked as test")]
    OtherKeeper(PathBuf),
    /// The journal ends before the backup.
    #[error(
        "{journal} has {found} entries and the backup {backup}: this is not the journal as it was last written. \
         Restore without --journal: then another ledger begins"
    )]
    ShortJournal {
        /// The journal.
        journal: PathBuf,
        /// Its entries.
        found: u64,
        /// The backup's.
        backup: u64,
    },
    /// The tombstones know what the journal doesn't.
    #[error(
        "{0} lacks entries that a later backup noted: this is not the journal as it was last written. Restore without \
         --journal: then another ledger begins"
    )]
    OldJournal(PathBuf),
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The tombstones.
    #[error(transparent)]
    Tombstones(#[from] TombstonesError),
    /// There are no such tombstones.
    #[error("{0}: there is no such file of tombstones")]
    NoTombstones(PathBuf),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folders.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Somebody serves it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The sealed identity.
    #[error(transparent)]
    Escrow(#[from] EscrowError),
    /// keeper.db.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The backup's entries.
    #[error(transparent)]
    Events(#[from] EventsError),
    /// gate.db.
    #[error(transparent)]
    Gate(#[from] GateArchiveError),
    /// Handing it to the roles' users.
    #[error(transparent)]
    HandOver(#[from] FoundingError),
    /// The keeper.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

impl RestoreRefused {
    /// Whether the backup is at fault, and not how it was asked for.
    pub fn is_finding(&self) -> bool {
        use RestoreRefused as R;
        matches!(
            self,
            R::Manifest(ManifestError::Altered(_) | ManifestError::Form(_))
                | R::Restore(_)
                | R::Escrow(EscrowError::Foreign | EscrowError::Damaged)
        )
    }
}
