//! One supervisor for one data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The lock's file below the data.
const NAME: &str = "lock";

/// Held while an installation is founded or served. The system lets go of it with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the data can't be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody has it.
    #[error("{0}: another sekisho serves this data; stop that one first")]
    Taken(PathBuf),
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Lock {
    /// Takes the lock of a data folder that exists, without waiting for it.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn take(data: &Path) -> Result<Lock, LockError> {
        let path = data.join(NAME);
        let refused = |source| LockError::Io { path: path.clone(), source };
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = opened.map_err(refused)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Taken(data.to_owned())),
            Err(TryLockError::Error(source)) => Err(refused(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_and_the_next_gets_it_when_it_is_let_go() {
        let data = tempfile::tempdir().unwrap();
        let lock = Lock::take(data.path()).unwrap();
        assert!(matches!(Lock::take(data.path()), Err(LockError::Taken(_))));
        drop(lock);
        Lock::take(data.path()).unwrap();
    }
}
