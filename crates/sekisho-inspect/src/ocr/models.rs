//! The files of the networks, read and checked.

use std::{
    fs, io,
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

/// Why they can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// A file can't be read.
    #[error("can't read {file}: {error}")]
    Unread {
        /// Which.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is another one.
    #[error("{file} is not the network that belongs there: its SHA-256 is {found}, not {expected}")]
    Other {
        /// Which.
        file: PathBuf,
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

impl Models {
    /// Reads both from `folder`. Any other file than the two that are known is refused.
    ///
    /// # Errors
    /// When a file can't be read or is another one.
    pub fn read(folder: &Path) -> Result<Self, ModelsError> {
        let [detection, recognition] = FILES.map(|(name, sha256)| checked(folder.join(name), sha256));
        Ok(Self { detection: detection?, recognition: recognition? })
    }
}

fn checked(file: PathBuf, expected: &'static str) -> Result<Vec<u8>, ModelsError> {
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => return Err(ModelsError::Unread { file, error }),
    };
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected { Ok(bytes) } else { Err(ModelsError::Other { file, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_or_another_one_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |folder: &Path| Models::read(folder).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refusal(folder.path()).contains("PP-OCRv6_det_small.onnx"));
        for (name, _) in FILES {
            fs::write(folder.path().join(name), b"another").unwrap();
        }
        assert!(refusal(folder.path()).contains("is not the network that belongs there"));
    }
}
