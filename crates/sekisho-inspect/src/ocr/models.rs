//! The files of the networks, read and checked.

use std::{
    fs::File,
    io::{self, Read},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// Both networks in ONNX, each with the hash that it must have.
pub struct Models {
    /// Finds lines.
    pub detection: Vec<u8>,
    /// Reads lines.
    pub recognition: Vec<u8>,
}

/// Their files, open: whoever reads them need not be able to open them.
#[derive(Debug)]
pub struct ModelFiles([File; 2]);

/// Why they can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// A file can't be read.
    #[error("can't read {file}: {error}")]
    Unread {
        /// Which.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is another one.
    #[error("{file} is not the network that belongs there: its SHA-256 is {found}, not {expected}")]
    Other {
        /// Which.
        file: &'static str,
        /// Its hash.
        found: String,
        /// The hash that it must have.
        expected: &'static str,
    },
}

/// The names of the files in their folder, and their SHA-256.
///
/// They are PP-OCRv6 small (Apache-2.0), as the Python wheel `rapidocr` 3.10.0 holds them.
pub const FILES: [(&str, &str); 2] = [
    ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
];

/// Where they lie in the folder that wheel is unpacked into, below the cache's own.
pub const WHEEL: &str = "rapidocr-3.10.0/rapidocr/models";

impl ModelFiles {
    /// Opens both in `folder`.
    ///
    /// # Errors
    /// When one can't be opened.
    pub fn open(folder: &Path) -> Result<Self, ModelsError> {
        let open = |name: &str| {
            let file = folder.join(name);
            File::open(&file).map_err(|error| ModelsError::Unread { file, error })
        };
        let [(detection, _), (recognition, _)] = FILES;
        Ok(Self([open(detection)?, open(recognition)?]))
    }

    /// Of descriptors that were handed over, in the order of [`ModelFiles::descriptors`]; nothing, if there are not two.
    pub fn of(descriptors: impl IntoIterator<Item = OwnedFd>) -> Option<Self> {
        let files: Vec<File> = descriptors.into_iter().map(File::from).collect();
        files.try_into().ok().map(Self)
    }

    /// To be handed over.
    pub fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        [self.0[0].as_fd(), self.0[1].as_fd()]
    }
}

impl Models {
    /// Reads both. Any other file than the two that are known is refused.
    ///
    /// # Errors
    /// When a file can't be read or is another one.
    pub fn read(files: ModelFiles) -> Result<Self, ModelsError> {
        let ModelFiles([detection, recognition]) = files;
        Ok(Self { detection: checked(detection, FILES[0])?, recognition: checked(recognition, FILES[1])? })
    }
}

/// No network that is known is larger.
const BYTES_AT_MOST: u64 = 64 << 20;

fn checked(file: File, (name, expected): (&'static str, &'static str)) -> Result<Vec<u8>, ModelsError> {
    let mut bytes = Vec::new();
    let read = file.take(BYTES_AT_MOST).read_to_end(&mut bytes);
    read.map_err(|error| ModelsError::Unread { file: name.into(), error })?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected { Ok(bytes) } else { Err(ModelsError::Other { file: name, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_or_another_one_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |folder: &Path| {
            let models = ModelFiles::open(folder).and_then(Models::read);
            models.err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(refusal(folder.path()).contains("PP-OCRv6_det_small.onnx"));
        for (name, _) in FILES {
            std::fs::write(folder.path().join(name), b"another").unwrap();
        }
        assert!(refusal(folder.path()).contains("is not the network that belongs there"));
    }
}
