//! What a backup says of itself. It is written last: a folder without it is no backup.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sekisho_core::{id::KeeperId, time::Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::{FileError, at, measure};

/// The version of backups that this program writes and reads.
pub const FORMAT: u32 = 1;
/// The manifest's file.
pub(super) const NAME: &str = "manifest.json";
/// The files that a backup may have.
pub(super) const KEEPER_DB: &str = "keeper.db";
pub(super) const GATE_DB: &str = "gate.db";
pub(super) const CHECKPOINT: &str = "checkpoint";
pub(super) const PINNED: &str = "pinned.json";
pub(super) const IDENTITY: &str = "identity.sealed";

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// What it holds.
    pub content: Content,
    /// The sealed identity, which is bound to the content.
    pub identity: Option<Entry>,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The version of the program that wrote it.
    pub program: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// Whose it is.
    pub keeper: KeeperId,
    /// Whether the installation is marked as test.
    pub test: bool,
    /// The ledger.
    pub ledger: Ledger,
    /// The files.
    pub files: Vec<Entry>,
}

/// The ledger's entries in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Its name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them, in base 64.
    pub root: String,
    /// How many of them the published checkpoint covers.
    pub published: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, in lower-case hex.
    pub sha256: String,
}

/// Why a folder is no backup to restore from.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error("{0} has no manifest.json: it is no backup, or one that was never finished")]
    Missing(PathBuf),
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is of a later version.
    #[error("{path}: a backup of format {found}, and this program knows {FORMAT}: use the program that wrote it")]
    Newer {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// It is no manifest.
    #[error("{0}: this is no manifest of a backup")]
    Form(PathBuf),
    /// A file is not what it was.
    #[error("{0} is missing or was altered since the backup was made; use another backup")]
    Altered(PathBuf),
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Entry {
    pub(super) fn of(folder: &Path, name: &str) -> Result<Self, FileError> {
        let (bytes, sha256) = measure(&folder.join(name))?;
        Ok(Self { name: name.to_owned(), bytes, sha256 })
    }

    fn holds(&self, folder: &Path) -> bool {
        let known = [KEEPER_DB, GATE_DB, CHECKPOINT, PINNED, IDENTITY].contains(&self.name.as_str());
        known && Self::of(folder, &self.name).is_ok_and(|found| found == *self)
    }
}

impl Content {
    /// What the sealed identity is bound to.
    pub(super) fn digest(&self) -> Result<[u8; 32], io::Error> {
        Ok(Sha256::digest(serde_json::to_vec(self)?).into())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }
}

impl Manifest {
    /// Reads the manifest in `folder`, and every file that it names.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let path = folder.join(NAME);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ManifestError::Missing(folder.to_owned()));
            }
            read => at(&path, || read)?,
        };
        let form = |_| ManifestError::Form(path.clone());
        let Version { format } = serde_json::from_slice(&bytes).map_err(form)?;
        if format > FORMAT {
            return Err(ManifestError::Newer { path, found: format });
        }
        let manifest: Self = serde_json::from_slice(&bytes).map_err(form)?;
        let altered = manifest.entries().find(|entry| !entry.holds(folder));
        match altered {
            Some(entry) => Err(ManifestError::Altered(folder.join(&entry.name))),
            None if manifest.content.has(KEEPER_DB) => Ok(manifest),
            None => Err(ManifestError::Form(path)),
        }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.content.files.iter().chain(&self.identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(KEEPER_DB), "rows").unwrap();
        let content = Content {
            program: "0.1.0".into(),
            taken: Timestamp(1_800_000_000),
            keeper: KeeperId::from_bytes([1; 16]),
            test: true,
            ledger: Ledger { origin: "example.jp/log".into(), size: 1, root: "r".into(), published: 0 },
            files: vec![Entry::of(folder.path(), KEEPER_DB).unwrap()],
        };
        let manifest = Manifest { format, content, identity: None };
        fs::write(folder.path().join(NAME), serde_json::to_vec(&manifest).unwrap()).unwrap();
        folder
    }

    #[test]
    fn what_was_written_is_read_back() {
        let folder = written(FORMAT);
        assert!(Manifest::read(folder.path()).unwrap().content.has(KEEPER_DB));
    }

    #[test]
    fn an_unfinished_backup_an_altered_file_and_a_newer_format_are_refused() {
        let folder = written(FORMAT);
        fs::write(folder.path().join(KEEPER_DB), "rowz").unwrap();
        assert!(matches!(Manifest::read(folder.path()), Err(ManifestError::Altered(_))));
        fs::remove_file(folder.path().join(NAME)).unwrap();
        assert!(matches!(Manifest::read(folder.path()), Err(ManifestError::Missing(_))));
        assert!(matches!(Manifest::read(written(FORMAT + 1).path()), Err(ManifestError::Newer { found: 2, .. })));
    }

    #[test]
    fn a_manifest_leads_to_no_file_elsewhere() {
        let folder = written(FORMAT);
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        fs::write(folder.path().join(NAME), text.replace(KEEPER_DB, "../keeper.db")).unwrap();
        assert!(matches!(Manifest::read(folder.path()), Err(ManifestError::Altered(_))));
    }
}
