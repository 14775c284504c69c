//! The blob store.

use std::{collections::BTreeMap, io};

use sekisho_core::{id::DocumentId, time::Timestamp};
use sekisho_keeper::blobs::Blobs;

use super::{Blob, Shared, lock};
use crate::{
    planted::Planted,
    wire::{Fate, Kept, Wire, Write},
};

/// A blob store whose bytes outlive it.
pub struct SimulatedBlobs {
    bytes: Shared<BTreeMap<DocumentId, Blob>>,
    wire: Wire,
    planted: Planted,
}

impl SimulatedBlobs {
    pub(super) fn new(bytes: Shared<BTreeMap<DocumentId, Blob>>, wire: Wire, planted: Planted) -> Self {
        Self { bytes, wire, planted }
    }
}

impl Blobs for SimulatedBlobs {
    fn read(&self, document: DocumentId, max: u64) -> io::Result<Vec<u8>> {
        if self.length(document)? > max {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(lock(&self.bytes)[&document].0.clone())
    }

    fn length(&self, document: DocumentId) -> io::Result<u64> {
        let found = lock(&self.bytes).get(&document).map(|(bytes, _)| bytes.len() as u64);
        found.ok_or(io::ErrorKind::NotFound.into())
    }

    fn remove(&self, document: DocumentId) -> io::Result<()> {
        match self.wire.meet(Write::Blob) {
            Fate::Failed(Kept::Nothing | Kept::Front(_) | Kept::Back(_)) => return Err(io::Error::other("simulated")),
            Fate::Failed(Kept::All) => {
                lock(&self.bytes).remove(&document);
                return Err(io::Error::other("simulated"));
            }
            Fate::Done => drop(lock(&self.bytes).remove(&document)),
        }
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<(DocumentId, Timestamp)>> {
        let mut bytes = lock(&self.bytes);
        if self.planted == Planted::BlobsForget {
            bytes.pop_first();
        }
        Ok(bytes.iter().map(|(document, (_, at))| (*document, *at)).collect())
    }
}
