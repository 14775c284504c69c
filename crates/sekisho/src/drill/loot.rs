//! What a thief carries off: a copy of files, read with full knowledge of the formats.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use sekisho_core::{
    id::{CheckId, DocumentId, SiteName},
    time::{Hour, Timestamp},
};
use sekisho_keeper::keystore::{FileMedium, Keys, Keystore};
use sekisho_seal::{Context, Header};
use tempfile::TempDir;

use super::{
    DrillError,
    crack::{KeyLike, Sealed, key_like},
    sought::{Got, Sought},
};
use crate::demo::House;

/// A copy in a folder of the thief's own.
pub(super) struct Loot(TempDir);

impl Loot {
    /// Copies `folder` as it is, while the installation runs: write-ahead logs and journals included.
    pub(super) fn copy(folder: &Path) -> io::Result<Self> {
        Self::copy_of(folder, &|_| true)
    }

    /// The same of those files and folders that `keep` names.
    pub(super) fn copy_of(folder: &Path, keep: &dyn Fn(&Path) -> bool) -> io::Result<Self> {
        let place = tempfile::Builder::new().prefix("sekisho-loot-").tempdir()?;
        copy_into(folder, place.path(), keep)?;
        Ok(Self(place))
    }

    /// Every file.
    pub(super) fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        list(self.0.path(), &mut found)?;
        Ok(found)
    }

    /// What lies open in the files.
    pub(super) fn in_the_clear(&self, sought: &Sought) -> io::Result<Got> {
        let mut got = Got::default();
        for file in self.files()? {
            got += sought.within(&fs::read(file)?);
        }
        Ok(got)
    }

    /// Every key-like thing in the files.
    pub(super) fn key_like(&self) -> io::Result<BTreeSet<KeyLike>> {
        let mut found = BTreeSet::new();
        for file in self.files()? {
            found.extend(key_like(&fs::read(file)?));
        }
        Ok(found)
    }

    /// Every value in a copied database, as bytes.
    pub(super) fn values(&self, database: &str) -> Result<Vec<Vec<u8>>, DrillError> {
        values(&self.0.path().join(database))
    }

    /// The documents whose ciphertext is here, with what the keeper's database says of them: a thief of the blobs alone
    /// is given that, to be no weaker than one who guessed.
    pub(super) fn documents(&self, known: &[Known]) -> io::Result<Vec<Sealed>> {
        let mut documents = Vec::new();
        for file in self.files()? {
            let ciphertext = fs::read(file)?;
            let Ok(header) = Header::read(&ciphertext) else { continue };
            let Some(known) = known.iter().find(|known| known.document == header.document) else { continue };
            let (context, wrapped) = (known.context(&header), known.wrapped.iter().cloned().collect());
            documents.push(Sealed { document: header.document, context, ciphertext, wrapped });
        }
        Ok(documents)
    }
}

/// Every value in a database, as bytes.
pub(super) fn values(database: &Path) -> Result<Vec<Vec<u8>>, DrillError> {
    let db = open(database)?;
    let mut names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut values = Vec::new();
    for name in names {
        let mut rows = db.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Blob(bytes) | ValueRef::Text(bytes) = row.get_ref(column)? {
                    values.push(bytes.to_vec());
                }
            }
        }
    }
    Ok(values)
}

/// What the keeper's database says of a document.
pub(super) struct Known {
    pub document: DocumentId,
    pub check: CheckId,
    site: SiteName,
    deadline: Timestamp,
    root: Option<u64>,
    pub wrapped: Option<Vec<u8>>,
}

impl Known {
    /// Its deadline, while its key is held.
    pub(super) fn held_until(&self) -> Option<Timestamp> {
        self.wrapped.is_some().then_some(self.deadline)
    }

    /// What its ciphertext is bound to.
    pub(super) fn context(&self, header: &Header) -> Context {
        Context {
            version: header.version,
            keeper: header.keeper,
            site: self.site.clone(),
            check: self.check,
            document: header.document,
            deadline: header.deadline,
        }
    }

    /// The key under which its key is wrapped, for whoever holds the keystore.
    fn wrapping_key(&self, keys: &Keys, keystore: &Keystore) -> Option<KeyLike> {
        let root = Hour(self.root?);
        keys.wrapping_key(keystore.keeper(), root, self.deadline.hour()).map(|key| *key)
    }
}

/// Reads the rows of the keeper's database that lies below `data`.
pub(super) fn known(data: &Path) -> Result<Vec<Known>, DrillError> {
    let db = Connection::open_with_flags(data.join("keeper/keeper.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut keys = wrapped(&db)?;
    let mut rows = db.prepare("SELECT id, check_id, site, deadline FROM document")?;
    let rows = rows.query_map([], |row| {
        let document = DocumentId::from_bytes(row.get(0)?);
        let (root, wrapped) = keys.remove(&document).unzip();
        Ok(Known {
            document,
            check: CheckId::from_bytes(row.get(1)?),
            site: row.get::<_, String>(2)?.parse().map_err(|_| rusqlite::Error::InvalidQuery)?,
            deadline: Timestamp(row.get::<_, i64>(3)? as u64),
            root,
            wrapped,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Bytes of a place in a page of wrapped keys: document, hour of the deadline, key.
const PLACE: usize = 16 + 8 + 60;

/// Every wrapped key in the pages, whether a document's row still leads to it or not: the hour of its root, and itself.
fn wrapped(db: &Connection) -> Result<BTreeMap<DocumentId, (u64, Vec<u8>)>, DrillError> {
    let mut pages = db.prepare("SELECT root_hour, body FROM key_page")?;
    let pages = pages.query_map([], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, Vec<u8>>(1)?)))?;
    let mut found = BTreeMap::new();
    for page in pages {
        let (root, body) = page?;
        for place in body.as_chunks::<PLACE>().0 {
            let (document, rest) = place.split_first_chunk::<16>().ok_or(DrillError::Ground)?;
            found.insert(DocumentId::from_bytes(*document), (root, rest[8..].to_vec()));
        }
    }
    Ok(found)
}

impl Loot {
    /// Reads [`known`] from the copy.
    pub(super) fn known(&self) -> Result<Vec<Known>, DrillError> {
        known(self.0.path())
    }
}

/// The control: the keys that the same attacker would try, had they the keystore and its passphrase too.
pub(super) fn keys_with_the_keystore(house: &House, known: &[Known]) -> Result<BTreeSet<KeyLike>, DrillError> {
    let medium = FileMedium::open(&house.keystore())?;
    let keystore = Keystore::open(Box::new(medium)).map_err(|_| DrillError::Ground)?;
    let (keys, _) = keystore.unlock(&house.passphrase().0).map_err(|_| DrillError::Ground)?;
    Ok(known.iter().filter_map(|known| known.wrapping_key(&keys, &keystore)).collect())
}

/// Opens what can be opened, and counts what that shows.
pub(super) fn open_all(documents: &[Sealed], keys: &BTreeSet<KeyLike>, sought: &Sought) -> Got {
    let mut got = Got::default();
    for plain in documents.iter().filter_map(|document| document.open(keys)) {
        got += sought.within(&plain);
    }
    got
}

fn open(path: &Path) -> Result<Connection, DrillError> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)
}

fn copy_into(from: &Path, to: &Path, keep: &dyn Fn(&Path) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if !keep(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy_into(&path, &target, keep)?;
        } else if entry.file_type()?.is_file() {
            // What is removed meanwhile can't be stolen any more.
            fs::read(&path).and_then(|bytes| fs::write(&target, bytes)).or_else(gone_is_fine)?;
        }
    }
    Ok(())
}

fn gone_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

pub(super) fn list(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), found)?;
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}
