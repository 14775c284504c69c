//! Ciphertext, as the keeper meets it: it reads and removes, and never writes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sekisho_core::{id::DocumentId, time::Timestamp};

/// Where the gates put what they sealed.
pub trait Blobs: Send {
    /// The whole ciphertext of a document.
    ///
    /// # Errors
    /// `NotFound` when there is none, `InvalidData` when it is longer than `max` bytes.
    fn read(&self, document: DocumentId, max: u64) -> io::Result<Vec<u8>>;

    /// Its length in bytes.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    fn length(&self, document: DocumentId) -> io::Result<u64>;

    /// Removes it; nothing happens if it is gone already.
    ///
    /// # Errors
    /// When it may still be there.
    fn remove(&self, document: DocumentId) -> io::Result<()>;

    /// Every document that has a blob, and since when.
    ///
    /// # Errors
    /// When the store can't be listed.
    fn list(&self) -> io::Result<Vec<(DocumentId, Timestamp)>>;
}

/// Blobs in a folder, each at its [`relative_path`].
#[derive(Debug, Clone)]
pub struct FolderBlobs(PathBuf);

impl FolderBlobs {
    /// Blobs below `folder`.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn path(&self, document: DocumentId) -> PathBuf {
        self.0.join(relative_path(document))
    }
}

/// Where a document's blob lies within the store, for whoever writes and whoever reads: `xx/doc_xx…`.
pub fn relative_path(document: DocumentId) -> String {
    let name = document.to_string();
    format!("{}/{name}", shelf(&name))
}

/// Every shelf that a document can lie on. The supervisor makes them, since a confined gate makes no folders.
pub fn shelves() -> impl Iterator<Item = String> {
    (0..=255).map(|first| {
        let mut bytes = [0; 16];
        bytes[0] = first;
        shelf(&DocumentId::from_bytes(bytes).to_string()).to_owned()
    })
}

/// The first two characters after `doc_`: three and five bits, so exactly the id's first byte.
fn shelf(name: &str) -> &str {
    &name[4..6]
}

impl Blobs for FolderBlobs {
    fn read(&self, document: DocumentId, max: u64) -> io::Result<Vec<u8>> {
        if self.length(document)? > max {
            return Err(io::ErrorKind::InvalidData.into());
        }
        fs::read(self.path(document))
    }

    fn length(&self, document: DocumentId) -> io::Result<u64> {
        fs::symlink_metadata(self.path(document)).map(|meta| meta.len())
    }

    fn remove(&self, document: DocumentId) -> io::Result<()> {
        match fs::remove_file(self.path(document)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn list(&self) -> io::Result<Vec<(DocumentId, Timestamp)>> {
        let mut found = Vec::new();
        for shelf in fs::read_dir(&self.0)? {
            let shelf = shelf?;
            if shelf.file_type()?.is_dir() {
                for blob in fs::read_dir(shelf.path())? {
                    found.extend(listed(&blob?)?);
                }
            }
        }
        Ok(found)
    }
}

// A file of another name is somebody else's or half-written; it is not ours to touch.
fn listed(entry: &fs::DirEntry) -> io::Result<Option<(DocumentId, Timestamp)>> {
    let Some(document) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { return Ok(None) };
    let changed = entry.metadata()?.modified()?;
    let since = changed.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    Ok(Some((document, Timestamp(since))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_256_shelves_and_each_document_has_one() {
        let all: BTreeSet<_> = shelves().collect();
        assert_eq!(all.len(), 256);
        for byte in [0, 7, 255] {
            let path = relative_path(DocumentId::from_bytes([byte; 16]));
            assert!(all.contains(path.split('/').next().unwrap()), "{path}");
        }
    }

    #[test]
    fn a_blob_is_read_listed_and_removed() {
        let folder = std::env::temp_dir().join(format!("sekisho-blobs-{}", std::process::id()));
        let (blobs, document) = (FolderBlobs::new(&folder), DocumentId::from_bytes([9; 16]));
        let path = folder.join(relative_path(document));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"sealed").unwrap();
        fs::write(path.with_extension("part"), b"half").unwrap();
        assert_eq!(blobs.read(document, 6).unwrap(), b"sealed");
        assert_eq!(blobs.read(document, 5).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(blobs.list().unwrap().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [document]);
        blobs.remove(document).unwrap();
        blobs.remove(document).unwrap();
        assert_eq!(blobs.length(document).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::remove_dir_all(folder).unwrap();
    }
}
