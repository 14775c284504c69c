//! Where the keystore's bytes lie.
//!
//! The keystore needs three things of its medium: a fixed size, writing in
//! place, and that a write is durable when the call returns. How well a medium
//! forgets what was overwritten differs (flash, copy-on-write, snapshots); that
//! is stated to the operator, not hidden here.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// A fixed number of bytes, written in place.
pub trait Medium: Send {
    /// Fills `out` from `offset`.
    ///
    /// # Errors
    /// When the bytes can't be read.
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;

    /// Replaces the bytes from `offset`. Durable on return.
    ///
    /// # Errors
    /// When the bytes may not have arrived.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
}

/// A file that was preallocated once and never grows.
#[derive(Debug)]
pub struct FileMedium(File);

impl FileMedium {
    /// Makes a new file of `size` bytes, readable by its owner alone.
    ///
    /// # Errors
    /// When it exists already, or can't be made or filled.
    pub fn create(path: &Path, size: u64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        // Written out, not merely allocated: an overwrite must find its blocks there.
        let page = [0; 4096];
        for offset in (0..size).step_by(page.len()) {
            file.write_all_at(&page[..page.len().min((size - offset) as usize)], offset)?;
        }
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self(file))
    }

    /// Opens a keystore file that exists.
    ///
    /// # Errors
    /// When it doesn't exist or may not be read and written.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).open(path).map(Self)
    }
}

impl Medium for FileMedium {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(out, offset)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)?;
        self.0.sync_data()
    }
}

/// A medium in memory, for tests and simulations. Clones share their bytes.
#[derive(Debug, Clone, Default)]
pub struct MemoryMedium(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl MemoryMedium {
    /// `size` zero bytes.
    pub fn new(size: u64) -> Self {
        Self::from_bytes(vec![0; size as usize])
    }

    /// A copy of a keystore, as somebody who took its bytes would have it.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(std::sync::Arc::new(std::sync::Mutex::new(bytes)))
    }

    /// The bytes as they are now.
    pub fn snapshot(&self) -> Vec<u8> {
        self.bytes().clone()
    }

    fn bytes(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Medium for MemoryMedium {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = offset as usize;
        let bytes = self.bytes();
        out.copy_from_slice(bytes.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, new: &[u8]) -> io::Result<()> {
        let from = offset as usize;
        let mut bytes = self.bytes();
        bytes.get_mut(from..from + new.len()).ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(new);
        Ok(())
    }
}
