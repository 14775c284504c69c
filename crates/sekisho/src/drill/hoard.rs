//! Many copies of one data folder, each of one moment, as disk snapshots are. What is alike in them is kept once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use sekisho_core::id::DocumentId;
use sekisho_seal::Header;
use tempfile::TempDir;

use super::{
    DrillError,
    crack::{KeyLike, key_like},
    loot::{Known, known, list, values},
};

/// How often a copy is begun anew when something changed meanwhile.
const TRIES: u32 = 100;

/// The databases below the data folder.
const DATABASES: [&str; 3] = ["keeper/keeper.db", "gate/gate.db", "desk/desk.db"];
/// In longer values, such as an event's text, there is no key that the search for key bytes doesn't meet.
const LONGEST_VALUE: usize = 128;

/// SHA-256 of a content.
type Digest = [u8; 32];

/// The contents of all copies.
pub(super) struct Hoard {
    folder: TempDir,
    /// Every content: its length in bytes.
    contents: BTreeMap<Digest, u64>,
    /// Everything like a key in the values of all databases.
    key_like: BTreeSet<KeyLike>,
}

/// One copy.
pub(super) struct Copied {
    files: BTreeMap<PathBuf, Digest>,
    /// The rows of the keeper's database in it.
    pub known: Vec<Known>,
    /// Where the ciphertext of each document is.
    pub ciphertexts: BTreeMap<DocumentId, (Header, Digest)>,
}

impl Hoard {
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("sekisho-hoard-").tempdir()?;
        Ok(Self { folder, contents: BTreeMap::new(), key_like: BTreeSet::new() })
    }

    /// Copies everything below `data` as it is at one moment: if anything changed while it was copied, anew.
    pub(super) fn take(&mut self, data: &Path) -> Result<Copied, DrillError> {
        for _ in 0..TRIES {
            let before = state(data)?;
            let files = self.take_files(data, before.keys());
            if state(data)? == before {
                return self.read(files?);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(DrillError::Unfinished("a copy of one moment"))
    }

    fn take_files<'a>(
        &mut self,
        data: &Path,
        names: impl Iterator<Item = &'a PathBuf>,
    ) -> io::Result<BTreeMap<PathBuf, Digest>> {
        names.map(|name| Ok((name.clone(), self.keep(&fs::read(data.join(name))?)?))).collect()
    }

    fn keep(&mut self, content: &[u8]) -> io::Result<Digest> {
        let name: Digest = digest(&SHA256, content).as_ref().try_into().expect("SHA-256 gives 32 bytes");
        if !self.contents.contains_key(&name) {
            fs::write(self.place(&name), content)?;
            self.contents.insert(name, content.len() as u64);
        }
        Ok(name)
    }

    fn place(&self, name: &Digest) -> PathBuf {
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.path().join(name)
    }

    /// A content.
    pub(super) fn content(&self, name: &Digest) -> io::Result<Vec<u8>> {
        fs::read(self.place(name))
    }

    fn take_keys(&mut self, values: &[Vec<u8>]) {
        let short = values.iter().filter(|value| value.len() <= LONGEST_VALUE);
        self.key_like.extend(short.flat_map(|value| key_like(value)));
    }

    /// Everything like a key: in the databases' values of all copies, and in the other files of one, which only grow;
    /// in the ciphertexts another drill looks.
    pub(super) fn key_like(&self, copied: &Copied) -> io::Result<BTreeSet<KeyLike>> {
        let mut keys = self.key_like.clone();
        let is_other = |path: &Path| !path.starts_with("blobs") && !path.to_string_lossy().contains(".db");
        for (_, content) in copied.files.iter().filter(|(path, _)| is_other(path)) {
            keys.extend(key_like(&self.content(content)?));
        }
        Ok(keys)
    }

    /// Every content, one after the other.
    pub(super) fn contents(&self) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        self.contents.keys().map(|name| self.content(name))
    }

    /// How many contents there are, and how many bytes together.
    pub(super) fn size(&self) -> (usize, u64) {
        (self.contents.len(), self.contents.values().sum())
    }

    // SQLite wants its file and the write-ahead log side by side.
    fn read(&mut self, files: BTreeMap<PathBuf, Digest>) -> Result<Copied, DrillError> {
        let beside = tempfile::tempdir()?;
        for name in DATABASES {
            fs::create_dir_all(beside.path().join(name).with_file_name(""))?;
            for name in [name.to_owned(), format!("{name}-wal")] {
                if let Some(content) = files.get(Path::new(&name)) {
                    fs::copy(self.place(content), beside.path().join(name))?;
                }
            }
            if files.contains_key(Path::new(name)) {
                self.take_keys(&values(&beside.path().join(name))?);
            }
        }
        let known = known(beside.path())?;
        let mut ciphertexts = BTreeMap::new();
        for (_, content) in files.iter().filter(|(path, _)| path.starts_with("blobs")) {
            if let Ok(header) = Header::read(&self.content(content)?) {
                ciphertexts.insert(header.document, (header, *content));
            }
        }
        Ok(Copied { files, known, ciphertexts })
    }
}

/// Length and time of change, in nanoseconds, of every file. What SQLite maps into memory is no part of its state.
fn state(data: &Path) -> io::Result<BTreeMap<PathBuf, (u64, i64, i64)>> {
    let mut found = Vec::new();
    list(data, &mut found)?;
    let is_state = |path: &PathBuf| !path.to_string_lossy().ends_with("-shm");
    let facts = found.into_iter().filter(is_state).filter_map(|path| {
        // What goes away meanwhile is missed by the second look.
        let facts = fs::metadata(&path).ok()?;
        let name = path.strip_prefix(data).ok()?.to_owned();
        Some((name, (facts.len(), facts.mtime(), facts.mtime_nsec())))
    });
    Ok(facts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_contents_are_kept_once_and_each_copy_is_whole() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(data.path().join("keeper")).unwrap();
        let db = rusqlite::Connection::open(data.path().join("keeper/keeper.db")).unwrap();
        db.execute_batch(
            "CREATE TABLE document (id BLOB, check_id BLOB, site TEXT, deadline INTEGER);
             CREATE TABLE key_page (root_hour INTEGER, body BLOB)",
        )
        .unwrap();
        drop(db);
        let mut hoard = Hoard::new().unwrap();
        fs::write(data.path().join("one"), "x").unwrap();
        let first = hoard.take(data.path()).unwrap();
        fs::write(data.path().join("two"), "x").unwrap();
        let second = hoard.take(data.path()).unwrap();
        assert_eq!((first.files.len(), second.files.len(), hoard.size().0), (2, 3, 2));
        assert!(hoard.contents().any(|content| content.unwrap() == b"x"));
    }
}
