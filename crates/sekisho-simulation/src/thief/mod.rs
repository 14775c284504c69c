//! An attacker who knows all formats and holds what is given: bytes of disks, a passphrase, what went over the wire.

pub mod keystore;

use keystore::{Keyring, Secret};
use sekisho_core::{id::DocumentId, time::Hour};
use sekisho_seal::{Context, DocumentKey, IntakeSecret, open_document, open_key};

/// A document's key as it lies in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The document.
    pub document: DocumentId,
    /// The root that it hangs on.
    pub root: Hour,
    /// The slot that it hangs on.
    pub deadline: Hour,
    /// Nonce, sealed key, tag.
    pub bytes: Vec<u8>,
}

/// Bytes of a place in a page: document, hour of the deadline, key.
const PLACE: usize = 16 + 8 + 60;

impl Wrapped {
    /// All that lie in a page of keys, whether a document's row leads to them or not.
    pub fn in_page(root: Hour, body: &[u8]) -> Vec<Self> {
        let taken = body.as_chunks::<PLACE>().0.iter().filter(|place| place[..16] != [0; 16]);
        let read = |place: &[u8; PLACE]| {
            let (document, rest) = place.split_first_chunk::<16>()?;
            let (deadline, key) = rest.split_first_chunk::<8>()?;
            let (document, deadline) = (DocumentId::from_bytes(*document), Hour(u64::from_be_bytes(*deadline)));
            Some(Self { document, root, deadline, bytes: key.to_vec() })
        };
        taken.filter_map(read).collect()
    }

    /// The document's key, if the keyring opens it.
    pub fn open(&self, ring: &Keyring) -> Option<Secret> {
        let key = ring.wrapping_key(self.root, self.deadline)?;
        let (nonce, sealed) = self.bytes.split_first_chunk::<12>()?;
        keystore::unseal(&key, *nonce, self.document.as_bytes(), sealed)
    }
}

/// What is sealed, opened with a key.
pub fn read(key: &Secret, context: &Context, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let opened = open_document(&DocumentKey::from_bytes(key), context, ciphertext).ok()?;
    Some(opened.as_bytes().to_vec())
}

/// A document's key out of what went over the wire, if any intake secret opens it: that secret's hour.
pub fn open_recorded(ring: &Keyring, context: &Context, sealed_key: &[u8]) -> Option<Hour> {
    let opens = |seed: &Secret| open_key(&IntakeSecret::from_seed(seed), context, sealed_key).is_ok();
    ring.intakes.iter().find(|(_, seed)| opens(seed)).map(|(hour, _)| *hour)
}

/// A document's key out of what it waits as, if a waiting key opens it.
pub fn open_waiting(ring: &Keyring, context: &Context, sealed_key: &[u8]) -> Option<Secret> {
    let open = |seed: &Secret| open_key(&IntakeSecret::from_seed(seed), context, sealed_key).ok();
    ring.waiting.iter().find_map(|(_, seed)| open(seed)).map(|key| *key.expose())
}

/// Whether bytes lie in a file.
pub fn lies_in(file: &[u8], bytes: &[u8]) -> bool {
    memchr::memmem::find(file, bytes).is_some()
}
