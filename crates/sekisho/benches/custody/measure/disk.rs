//! The disk's own speed, so that ours can be told as a share of it.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// A file that is only appended to, with a flush after each append.
pub(crate) struct Bare(File);

impl Bare {
    /// A new one at `path`.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        File::create(path).map(Self)
    }

    /// Appends and flushes: `write` and `fdatasync`, nothing else.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.sync_data()
    }

    /// Appends without flushing.
    pub(crate) fn append_only(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Flushes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
