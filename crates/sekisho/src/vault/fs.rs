//! Blobs in a folder: `blobs/ab/doc_…`, written once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sekisho_core::id::DocumentId;
use sekisho_keeper::blobs::relative_path;

use crate::{
    service::ports::{Blobs, Pending, StoreError},
    threads,
};

/// Bytes that uploads leave free on the disk. Whatever ends a document writes first: a decision, a withdrawal, a
/// deadline each need room in the keeper's database and ledger, so the disk must never be full of uploads.
const RESERVE: u64 = 128 << 20;

/// A folder of blobs.
#[derive(Debug, Clone)]
pub struct FolderBlobs {
    root: PathBuf,
    reserve: u64,
}

impl FolderBlobs {
    /// The blobs under `root`, which must exist.
    pub fn new(root: PathBuf) -> Self {
        Self { root, reserve: RESERVE }
    }

    /// What is free beyond the reserve, in bytes.
    fn room(&self) -> io::Result<u64> {
        // By descriptor: a confined gate may not ask by path.
        let disk = rustix::fs::fstatvfs(File::open(&self.root)?)?;
        Ok((disk.f_bavail * disk.f_frsize).saturating_sub(self.reserve))
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
        let (blobs, path) = (self.clone(), path_of(&self.root, document));
        // Ciphertext: a copy of it is no leak.
        let bytes = bytes.to_vec();
        Box::pin(async move {
            let work = move || match blobs.room()? {
                room if room < bytes.len() as u64 => Err(io::ErrorKind::StorageFull.into()),
                _ => create(&path, &bytes),
            };
            threads::blocking(work).await.map_err(|_| StoreError::Unavailable)?.map_err(told)
        })
    }

    fn has_room(&self) -> bool {
        let room = self.room().inspect_err(|error| tracing::error!(kind = ?error.kind(), "the disk can't be asked"));
        // What can't be told is found out when a blob is written.
        room.map_or(true, |room| room > 0)
    }
}

fn told(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Conflict,
        io::ErrorKind::StorageFull => {
            tracing::error!("no document is taken in: the disk has no room to spare");
            StoreError::NoSpace
        }
        kind => {
            tracing::error!(?kind, "a blob could not be written");
            StoreError::Unavailable
        }
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
    async fn what_would_eat_into_the_reserve_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs { reserve: u64::MAX, ..FolderBlobs::new(folder.path().into()) };
        assert!(!blobs.has_room());
        assert_eq!(blobs.create(DocumentId::from_bytes([9; 16]), b"x").await, Err(StoreError::NoSpace));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_unavailable() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::new(folder.path().join("gone"));
        assert_eq!(blobs.create(DocumentId::from_bytes([9; 16]), b"x").await, Err(StoreError::Unavailable));
    }
}
