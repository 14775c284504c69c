//! A folder of files, step by step: a crash may come between any two.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// What a memory needs of a file system.
pub trait Folder: Send {
    /// Reads a file; nothing if there is none.
    ///
    /// # Errors
    /// When it can't be read.
    fn read(&mut self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Writes a file anew. Not durable yet.
    ///
    /// # Errors
    /// When it can't be written; it may then hold anything.
    fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Makes what a file holds durable.
    ///
    /// # Errors
    /// When it may not be.
    fn sync(&mut self, name: &str) -> io::Result<()>;

    /// Gives a file another name, in place of the one that had it. Not durable yet.
    ///
    /// # Errors
    /// When it may not have been.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Makes the names durable.
    ///
    /// # Errors
    /// When they may not be.
    fn sync_folder(&mut self) -> io::Result<()>;
}

/// A folder on a disk.
#[derive(Debug, Clone)]
pub struct DirFolder(PathBuf);

impl DirFolder {
    /// The folder at `path`.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl Folder for DirFolder {
    fn read(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(self.0.join(name))?.write_all(bytes)
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        // Another descriptor than the writer's: fsync(2) is about the file.
        File::open(self.0.join(name))?.sync_all()
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}
