//! A site's files: a private key as PEM, secrets as one line of text, readable by their owner alone.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use pem_rfc7468::LineEnding;
use sekisho_core::entropy::{Entropy, fresh};
use sekisho_keeper::jose::SigningKey;
use zeroize::Zeroizing;

/// What PEM calls PKCS #8.
const LABEL: &str = "PRIVATE KEY";

/// Why a file of a site can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It isn't what it should be.
    #[error("{}: not {what}", path.display())]
    Shape {
        /// Which.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    |source| FileError::Io { path, source }
}

fn shape_at(path: &Path, what: &'static str) -> FileError {
    FileError::Shape { path: path.to_owned(), what }
}

/// Makes a folder that only its owner enters, unless it is there.
pub(super) fn make_folder(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_at(path))
}

/// Writes a new file; an old one is never written over, since it may be the only copy of a key.
pub(super) fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), FileError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(io_at(path))
}

/// Writes a private key as PKCS #8 in PEM, for its owner alone.
pub(super) fn write_key(path: &Path, key: &SigningKey) -> Result<(), FileError> {
    let pem = key.to_pkcs8().ok().and_then(|der| pem_rfc7468::encode_string(LABEL, LineEnding::LF, &der).ok());
    let pem = Zeroizing::new(pem.ok_or_else(|| shape_at(path, "a key"))?);
    write_new(path, 0o600, pem.as_bytes())
}

/// Reads a private key: PKCS #8 in PEM, as we or OpenSSL write it.
///
/// # Errors
/// When there is no such file, or no Ed25519 or P-256 key in it.
pub fn read_key(path: &Path) -> Result<SigningKey, FileError> {
    let what = "an Ed25519 or P-256 private key (PKCS #8, PEM: BEGIN PRIVATE KEY)";
    let pem = Zeroizing::new(std::fs::read(path).map_err(io_at(path))?);
    let (label, der) = pem_rfc7468::decode_vec(&pem).map_err(|_| shape_at(path, what))?;
    let der = Zeroizing::new(der);
    let key = SigningKey::from_pkcs8(&der).ok().filter(|_| label == LABEL);
    key.ok_or_else(|| shape_at(path, what))
}

/// Writes the secret under which `sub` is made, in hexadecimal, for its owner alone.
pub(super) fn write_sub_secret(path: &Path, secret: &[u8; 32]) -> Result<(), FileError> {
    let text = Zeroizing::new(secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n");
    write_new(path, 0o600, text.as_bytes())
}

/// Reads the secret under which `sub` is made: 64 hexadecimal digits.
///
/// # Errors
/// When there is no such file, or something else in it.
pub fn read_sub_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, FileError> {
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(io_at(path))?);
    let digits = text.trim();
    let mut secret = Zeroizing::new([0; 32]);
    let whole = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    for (at, byte) in secret.iter_mut().enumerate().filter(|_| whole) {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap_or_default();
    }
    if whole { Ok(secret) } else { Err(shape_at(path, "a secret of 64 hexadecimal digits")) }
}

/// 22 random characters: a `jti`.
pub fn random_jti(entropy: &mut dyn Entropy) -> String {
    Base64UrlUnpadded::encode_string(&fresh::<16>(entropy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_keeper::jose::Alg;
    use sekisho_sys::entropy::SystemEntropy;
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sekisho-files-{name}-{}", std::process::id()));
        make_folder(&folder).unwrap();
        folder
    }

    #[test]
    fn a_key_and_a_secret_survive_and_are_their_owners_alone() {
        let folder = folder("survive");
        for alg in [Alg::EdDSA, Alg::ES256] {
            let (key, path) = (SigningKey::generate(alg, &mut SystemEntropy), folder.join(alg.name()));
            write_key(&path, &key).unwrap();
            assert_eq!(read_key(&path).unwrap().public(), key.public());
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        write_sub_secret(&folder.join("sub"), &[0xa7; 32]).unwrap();
        assert_eq!(*read_sub_secret(&folder.join("sub")).unwrap(), [0xa7; 32]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_is_never_written_over() {
        let (folder, key) = (folder("over"), SigningKey::generate(Alg::EdDSA, &mut SystemEntropy));
        write_key(&folder.join("key"), &key).unwrap();
        assert!(matches!(write_key(&folder.join("key"), &key), Err(FileError::Io { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }

    /// M47: what is wrong with a file is said without a word of it.
    #[test]
    fn another_file_is_refused_without_being_quoted() {
        let folder = folder("other");
        std::fs::write(folder.join("text"), "hunter2").unwrap();
        let (key, secret) = (read_key(&folder.join("text")), read_sub_secret(&folder.join("text")));
        for told in [key.unwrap_err().to_string(), secret.unwrap_err().to_string()] {
            assert!(told.contains("not a") && !told.contains("hunter2"), "{told}");
        }
        assert!(matches!(read_key(&folder.join("none")), Err(FileError::Io { .. })));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
