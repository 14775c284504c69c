//! Founding: an empty folder becomes an installation, before any role runs.

use std::{
    fs, io,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::id::KeeperId;
use sekisho_keeper::{
    blobs::FolderBlobs,
    db,
    engine::{self, FoundError, Ground, Known, Plan},
    keystore::{FileMedium, KEYSTORE_SIZE},
    ledger::DirFiles,
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use serde::{Deserialize, Serialize};

use super::places;
use crate::supervisor::{Passphrase, Role};

/// Whom the gate believes: fixed at the founding, never learnt from whoever answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The keeper.
    pub keeper: KeeperId,
    /// Its Ed25519 identity: 32 bytes in base64url.
    pub identity: String,
}

impl Pinned {
    /// Reads what the founding wrote.
    ///
    /// # Errors
    /// When it is missing or altered.
    pub(super) fn read(data: &Path) -> io::Result<(KeeperId, [u8; 32])> {
        let pinned: Self = serde_json::from_slice(&fs::read(places::pinned(data))?)?;
        let mut identity = [0; 32];
        Base64UrlUnpadded::decode(&pinned.identity, &mut identity).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok((pinned.keeper, identity))
    }
}

/// Why an installation was not founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// A folder or file.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something of an installation is there, but not the whole.
    #[error(
        "{0} is there already, but no installation with it: restore the data folder whole, or move this away before \
         a new one is founded. Nothing was changed"
    )]
    Leftover(PathBuf),
    /// keeper.db.
    #[error(transparent)]
    Db(#[from] db::DbError),
    /// The rest.
    #[error(transparent)]
    Found(#[from] FoundError),
}

/// What is known of the installation in `data` without its keys; nothing if there is none.
///
/// # Errors
/// When its database is there and can't be read.
pub fn known(data: &Path) -> Result<Option<Known>, FoundingError> {
    let database = places::database(data);
    if !database.exists() {
        return Ok(None);
    }
    let unreadable = |cause| FoundingError::Io { path: database.clone(), source: io::Error::other(cause) };
    engine::known(&database).map_err(unreadable)
}

/// Where the link for the first sign-in lies, while there is no administrator and its time is not over.
pub fn token_file(data: &Path) -> PathBuf {
    places::founding_token(data)
}

/// Founds an installation in empty folders. A founding that fails leaves nothing of itself.
///
/// # Errors
/// [`FoundingError`].
pub fn found(data: &Path, keystore: &Path, passphrase: &Passphrase, plan: &Plan) -> Result<KeeperId, FoundingError> {
    let fruits = fruits(data, keystore);
    if let Some(leftover) = fruits.iter().find(|path| path.exists()) {
        return Err(FoundingError::Leftover(leftover.clone()));
    }
    let founded = found_all(data, keystore, passphrase, plan);
    if founded.is_err() {
        fruits.iter().for_each(|path| undo(path));
    }
    founded
}

/// What a founding makes. None of it was there before.
fn fruits(data: &Path, keystore: &Path) -> [PathBuf; 7] {
    let database = places::database(data);
    let beside = |suffix: &str| database.with_extension(suffix);
    let (wal, shm) = (beside("db-wal"), beside("db-shm"));
    [keystore.to_owned(), database, wal, shm, places::ledger(data), places::journal(data), places::pinned(data)]
}

fn undo(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

fn found_all(data: &Path, keystore: &Path, passphrase: &Passphrase, plan: &Plan) -> Result<KeeperId, FoundingError> {
    for folder in [places::database(data), places::pinned(data), keystore.to_owned()] {
        let folder = folder.parent().unwrap_or(data).to_owned();
        at(&folder, || fs::create_dir_all(&folder))?;
    }
    at(&places::blobs(data), || fs::create_dir_all(places::blobs(data)))?;
    at(&places::webhook_secrets(data), || fs::create_dir_all(places::webhook_secrets(data)))?;
    let engine = engine::found(ground(data, keystore)?, plan, &passphrase.0)?;
    let pinned = Pinned { keeper: engine.keeper(), identity: Base64UrlUnpadded::encode_string(&engine.identity()) };
    let text = serde_json::to_vec(&pinned).map_err(io::Error::from);
    at(&places::pinned(data), || fs::write(places::pinned(data), text?))?;
    drop(engine);
    hand_over(data)?;
    Ok(pinned.keeper)
}

fn ground(data: &Path, keystore: &Path) -> Result<Ground, FoundingError> {
    let ledger = DirFiles::open(&places::ledger(data), &places::journal(data));
    Ok(Ground {
        medium: Box::new(at(keystore, || FileMedium::create(keystore, KEYSTORE_SIZE))?),
        ledger: Box::new(at(&places::journal(data), || ledger)?),
        db: db::open(&places::database(data))?,
        blobs: Box::new(FolderBlobs::new(&places::blobs(data))),
        clock: Arc::new(SystemClock),
        entropy: Box::new(SystemEntropy),
    })
}

// Founded as root, each file goes to the role that will use it.
pub(super) fn hand_over(data: &Path) -> Result<(), FoundingError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let rooms = [("keeper", Role::Keeper), ("ledger", Role::Keeper), ("gate", Role::Gate), ("courier", Role::Courier)];
    rooms.into_iter().try_for_each(|(name, role)| give(&data.join(name), role.user()))
}

fn give(path: &Path, user: u32) -> Result<(), FoundingError> {
    at(path, || chown(path, Some(user), Some(user)))?;
    if path.is_dir() {
        for entry in at(path, || fs::read_dir(path))? {
            give(&at(path, || entry)?.path(), user)?;
        }
    }
    Ok(())
}

fn at<T>(path: &Path, work: impl FnOnce() -> io::Result<T>) -> Result<T, FoundingError> {
    work().map_err(|source| FoundingError::Io { path: path.to_owned(), source })
}
