//! Files and folders that are whole or not there.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// What went wrong with a file, and with which.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct FileError {
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

pub(super) fn at<T>(path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T, FileError> {
    work().map_err(|source| FileError { path: path.to_owned(), source })
}

/// Makes a folder that its owner alone may enter, and those above it.
pub(super) fn folder(path: &Path) -> Result<(), FileError> {
    at(path, || DirBuilder::new().recursive(true).mode(0o700).create(path))
}

/// Writes a new file for its owner alone, durably.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    at(path, || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Copies into a new file for its owner alone, durably.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), FileError> {
    let mut source = at(from, || File::open(from))?;
    at(to, || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
        io::copy(&mut source, &mut file)?;
        file.sync_all()
    })
}

pub(super) fn sync(path: &Path) -> Result<(), FileError> {
    at(path, || File::open(path)?.sync_all())
}

/// Makes everything below a folder durable, and the folder.
pub(super) fn sync_below(folder: &Path) -> Result<(), FileError> {
    for entry in at(folder, || fs::read_dir(folder))? {
        let path = at(folder, || entry)?.path();
        if path.is_dir() { sync_below(&path)? } else { sync(&path)? }
    }
    sync(folder)
}

/// Whether a folder that is there holds nothing; one that isn't there holds nothing either.
pub(super) fn is_empty(folder: &Path) -> Result<bool, FileError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        listed => Ok(at(folder, || listed)?.next().is_none()),
    }
}

/// The path without symbolic links, as far as it is there.
pub(super) fn real(path: &Path) -> Result<PathBuf, FileError> {
    let absolute = at(path, || std::path::absolute(path))?;
    for above in absolute.ancestors() {
        if let Ok(real) = fs::canonicalize(above) {
            let rest = absolute.strip_prefix(above).unwrap_or(Path::new(""));
            return Ok(real.join(rest));
        }
    }
    Ok(absolute)
}

/// Bytes and SHA-256 of a file.
pub(super) fn measure(path: &Path) -> Result<(u64, String), FileError> {
    at(path, || {
        let (mut file, mut hash, mut bytes, mut buffer) = (File::open(path)?, Sha256::new(), 0, vec![0; 1 << 16]);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok((bytes, sekisho_keeper::hash::hex(&hash.finalize())));
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_real_as_far_as_it_is_there() {
        let place = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(place.path()).unwrap();
        fs::create_dir(base.join("data")).unwrap();
        std::os::unix::fs::symlink(base.join("data"), base.join("link")).unwrap();
        assert_eq!(real(&base.join("link/a/b")).unwrap(), base.join("data/a/b"));
        assert!(is_empty(&base.join("data")).unwrap() && is_empty(&base.join("none")).unwrap());
        assert!(!is_empty(&base).unwrap());
    }

    #[test]
    fn a_file_is_measured_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("file");
        write(&path, b"abc").unwrap();
        let (bytes, sha256) = measure(&path).unwrap();
        // FIPS 180-4's own example.
        assert_eq!((bytes, &sha256[..16]), (3, "ba7816bf8f01cfea"));
        assert!(write(&path, b"again").is_err(), "nothing is overwritten");
    }
}
