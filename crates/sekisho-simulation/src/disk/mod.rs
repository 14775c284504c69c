//! What outlives a process: keystore, ledger, ciphertexts and the database.

pub mod blobs;
pub mod database;
pub mod ledger;
pub mod medium;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sekisho_core::{id::DocumentId, time::Timestamp};
use sekisho_keeper::keystore::KEYSTORE_SIZE;
use tempfile::TempDir;

use self::{blobs::SimulatedBlobs, ledger::SimulatedLedger, medium::SimulatedMedium};
use crate::{planted::Planted, wire::Wire};

/// Shared by the disk and whoever writes to it.
pub(crate) type Shared<T> = Arc<Mutex<T>>;

pub(crate) fn lock<T>(shared: &Shared<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A ciphertext and since when it lies there.
pub(crate) type Blob = (Vec<u8>, Timestamp);

/// All disks of one installation.
pub struct Disk {
    folder: TempDir,
    /// The wire to them.
    pub wire: Wire,
    planted: Planted,
    keystore: Shared<medium::Bytes>,
    ledger: Shared<ledger::Bytes>,
    blobs: Shared<BTreeMap<DocumentId, Blob>>,
}

impl Disk {
    /// Empty disks.
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn new(planted: Planted) -> Self {
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = made.expect("a simulation needs a folder for its database");
        let wire = Wire::new(folder.path().to_owned());
        let keystore = Arc::new(Mutex::new(medium::Bytes::new(KEYSTORE_SIZE as usize)));
        Self { folder, wire, planted, keystore, ledger: Shared::default(), blobs: Shared::default() }
    }

    /// Where the database lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The keystore's medium.
    pub fn medium(&self) -> SimulatedMedium {
        SimulatedMedium::new(Arc::clone(&self.keystore), self.wire.clone(), self.planted)
    }

    /// The ledger's files.
    pub fn ledger(&self) -> SimulatedLedger {
        SimulatedLedger::new(Arc::clone(&self.ledger), self.wire.clone(), self.planted)
    }

    /// The blob store, as the keeper meets it.
    pub fn blobs(&self) -> SimulatedBlobs {
        SimulatedBlobs::new(Arc::clone(&self.blobs), self.wire.clone(), self.planted)
    }

    /// The keystore's bytes as they lie on the disk.
    pub fn keystore(&self) -> Vec<u8> {
        lock(&self.keystore).real.clone()
    }

    /// How often the keystore was written.
    pub fn keystore_version(&self) -> u64 {
        lock(&self.keystore).version
    }

    /// The journal's durable bytes from `offset` on.
    pub fn journal_from(&self, offset: usize) -> Vec<u8> {
        lock(&self.ledger).journal.get(offset..).map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// A gate puts a ciphertext.
    pub fn put_blob(&self, document: DocumentId, bytes: Vec<u8>, at: Timestamp) {
        lock(&self.blobs).insert(document, (bytes, at));
    }

    /// Whether a ciphertext lies there.
    pub fn has_blob(&self, document: DocumentId) -> bool {
        lock(&self.blobs).contains_key(&document)
    }

    /// A ciphertext.
    pub fn blob(&self, document: DocumentId) -> Option<Vec<u8>> {
        lock(&self.blobs).get(&document).map(|(bytes, _)| bytes.clone())
    }

    /// Power is lost: what was never synced may be gone, by `chance`.
    pub fn lose_power(&self, chance: u64) {
        lock(&self.ledger).lose(chance);
    }

    /// What a planted medium held back is written now.
    pub fn write_late(&self) {
        lock(&self.keystore).write_late();
    }
}
