//! A witness's key: one file, one line, readable by its owner only.
//!
//! The line is the private key form of Go's `sumdb/note` (`PRIVATE+KEY+name+id+base64`), with the type of cosignatures.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64ct::{Base64, Encoding as _};
use sekisho_core::{
    entropy::Entropy,
    ledger::{Note, WitnessKey, cosignature::cosigned_message, note::VerifierKeyError},
    time::Timestamp,
};
use zeroize::Zeroizing;

/// The key's file in the state folder.
const FILE: &str = "key";

/// The type byte of keys that cosign (C2SP `signed-note`).
const COSIGNS: u8 = 4;

const PREFIX: &str = "PRIVATE+KEY+";

/// The most that is read of a key's file, in bytes.
const MAX_FILE: u64 = 1024;

/// A key that cosigns. Prints as its public half.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: WitnessKey,
}

/// Why there is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is none yet.
    #[error("{0}: no witness's key lies here; make one with `sekisho witness key --state {0} --name NAME`")]
    None(PathBuf),
    /// Others can read it.
    #[error("{0}: others than its owner can read this key (chmod 600); if they may have, make a new one")]
    Open(PathBuf),
    /// It is not a witness's key.
    #[error("{0}: not a witness's key")]
    Form(PathBuf),
    /// The name can't stand in a note.
    #[error("--name: {0}")]
    Name(VerifierKeyError),
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Signer {
    /// The key that grows from `seed` (RFC 8032), under `name`.
    ///
    /// # Errors
    /// When the name can't stand in a note.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, VerifierKeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| VerifierKeyError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| VerifierKeyError::Key)?;
        Ok(Self { key: WitnessKey::new(name, public)?, pair })
    }

    /// The public half.
    pub const fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Cosigns `note` as of `time`.
    pub(super) fn cosign(&self, note: &mut Note, time: Timestamp) {
        let made = self.pair.sign(cosigned_message(time, note.text()).as_bytes());
        let signature = made.as_ref().try_into().expect("an Ed25519 signature has 64 bytes");
        note.add_cosignature(&self.key, time, signature);
    }

    /// Reads the key in the folder `state`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(state: &Path) -> Result<Self, KeyError> {
        let path = state.join(FILE);
        let refused = |source| KeyError::Io { path: path.clone(), source };
        let about = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(KeyError::None(state.to_owned())),
            about => about.map_err(refused)?,
        };
        if about.mode() & 0o077 != 0 {
            return Err(KeyError::Open(path));
        }
        if about.len() > MAX_FILE {
            return Err(KeyError::Form(path));
        }
        let line = Zeroizing::new(fs::read_to_string(&path).map_err(refused)?);
        parse(line.trim_end()).ok_or(KeyError::Form(path))
    }
}

/// A key that is not stored yet.
pub(super) struct New {
    signer: Signer,
    line: Zeroizing<String>,
}

impl New {
    /// Makes a key named `name`.
    pub(super) fn make(name: &str, entropy: &mut dyn Entropy) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut());
        let signer = Signer::from_seed(name, &seed).map_err(KeyError::Name)?;
        Ok(Self { line: line(&signer.key, &seed), signer })
    }

    pub(super) const fn key(&self) -> &WitnessKey {
        &self.signer.key
    }

    /// Stores it in the folder `state`, where there is none.
    pub(super) fn store(self, state: &Path) -> Result<Signer, KeyError> {
        let path = state.join(FILE);
        write(&path, &self.line).map_err(|source| KeyError::Io { path, source })?;
        Ok(self.signer)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.key).finish()
    }
}

fn line(key: &WitnessKey, seed: &[u8; 32]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([COSIGNS; 33]);
    bytes[1..].copy_from_slice(seed);
    let secret = Zeroizing::new(Base64::encode_string(bytes.as_ref()));
    let id = u32::from_be_bytes(key.id());
    let mut line = Zeroizing::new(String::with_capacity(MAX_FILE as usize));
    line.extend([PREFIX, key.name(), &format!("+{id:08x}+"), &secret, "\n"]);
    line
}

fn parse(line: &str) -> Option<Signer> {
    let (name, rest) = line.strip_prefix(PREFIX)?.split_once('+')?;
    let (id, secret) = rest.split_once('+')?;
    let bytes = Zeroizing::new(Base64::decode_vec(secret).ok()?);
    let (&COSIGNS, seed) = bytes.split_first()? else { return None };
    let signer = Signer::from_seed(name, seed.try_into().ok()?).ok()?;
    (format!("{:08x}", u32::from_be_bytes(signer.key.id())) == id).then_some(signer)
}

/// A key that was half written must not be taken for one, so it appears under its name only when it is whole.
fn write(path: &Path, line: &str) -> io::Result<()> {
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    // Never over a key that is there: what was cosigned with it would be nobody's.
    fs::hard_link(&beside, path)?;
    fs::remove_file(&beside)?;
    fs::File::open(path.parent().unwrap_or(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use sekisho_sys::entropy::SystemEntropy;

    use super::*;

    fn make(state: &Path, name: &str) -> Result<Signer, KeyError> {
        New::make(name, &mut SystemEntropy)?.store(state)
    }

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(Signer::read(dir.path()), Err(KeyError::None(_))));
        let made = make(dir.path(), "witness.example/w1").unwrap();
        assert_eq!(Signer::read(dir.path()).unwrap().key(), made.key());
        assert_eq!(fs::metadata(dir.path().join(FILE)).unwrap().mode() & 0o777, 0o600);
        assert!(make(dir.path(), "witness.example/w1").is_err());
        assert_eq!(Signer::read(dir.path()).unwrap().key(), made.key());
        assert!(!format!("{made:?}").contains(PREFIX));
    }

    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path(), "w").unwrap();
        fs::set_permissions(dir.path().join(FILE), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Signer::read(dir.path()), Err(KeyError::Open(_))));
    }

    #[test]
    fn a_damaged_key_is_refused_without_being_quoted() {
        let seed = [7; 32];
        let good = line(Signer::from_seed("w", &seed).unwrap().key(), &seed);
        assert!(parse(good.trim_end()).is_some());
        for (at, _) in good.trim_end().char_indices() {
            let mut changed = good.trim_end().to_owned();
            let other = if &changed[at..=at] == "A" { "B" } else { "A" };
            changed.replace_range(at..=at, other);
            assert!(parse(&changed).is_none(), "changed at {at}");
        }
        let dir = tempfile::tempdir().unwrap();
        write(&dir.path().join(FILE), "PRIVATE+KEY+secret").unwrap();
        assert!(!Signer::read(dir.path()).unwrap_err().to_string().contains("secret"));
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_note_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(make(dir.path(), "two words"), Err(KeyError::Name(_))));
        assert!(matches!(Signer::read(dir.path()), Err(KeyError::None(_))));
    }
}
