//! Blobs in a folder: `blobs/ab/doc_…`, written once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sekisho_core::id::DocumentId;
use sekisho_keeper::blobs::relative_path;

use crate::service::ports::{Blobs, Pending, StoreError};

/// A folder of blobs.
#[derive(Debug, Clone)]
pub struct FolderBlobs {
    root: PathBuf,
}

impl FolderBlobs {
    /// The blobs under `root`, which must exist.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

/// Where a document's ciphertext lies below `root`: where the keeper will look for it.
pub fn path_of(root: &Path, document: DocumentId) -> PathBuf {
    root.join(relative_path(document))
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)
}

fn open_on_shelf(path: &Path, shelf: &Path) -> io::Result<File> {
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(shelf)?;
            sync(shelf.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
            open(path)
        }
        opened => opened,
    }
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let shelf = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = open_on_shelf(path, shelf)?;
    // A torn blob stays behind when this fails: a confined gate removes nothing, and the keeper sweeps orphans.
    file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| sync(shelf))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Blobs for FolderBlobs {
    fn create<'a>(&'a self, document: DocumentId, bytes: &'a [u8]) -> Pending<'a, Result<(), StoreError>> {
        let path = path_of(&self.root, document);
        // Ciphertext: a copy of it is no leak.
        let bytes = bytes.to_vec();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || create(&path, &bytes)).await;
            match done {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) if error.kind() == io::ErrorKind::AlreadyExists => Err(StoreError::Conflict),
                Ok(Err(error)) => {
                    tracing::error!(kind = ?error.kind(), "a blob could not be written");
                    Err(StoreError::Unavailable)
                }
                Err(_) => Err(StoreError::Unavailable),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_blob_is_written_once_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::new(folder.path().into());
        let document = DocumentId::from_bytes([9; 16]);
        assert_eq!(blobs.create(document, b"sealed").await, Ok(()));
        assert_eq!(blobs.create(document, b"other").await, Err(StoreError::Conflict));
        let path = path_of(folder.path(), document);
        assert_eq!(fs::read(&path).unwrap(), b"sealed");
        assert_eq!(path.parent().unwrap().file_name().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_unavailable() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::new(folder.path().join("gone"));
        assert_eq!(blobs.create(DocumentId::from_bytes([9; 16]), b"x").await, Err(StoreError::Unavailable));
    }
}
