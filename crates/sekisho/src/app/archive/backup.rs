//! A backup of an installation, be it running or not: everything that is not a way to a picture.
//!
//! The order makes the copies consistent without stopping anybody. The published checkpoint is copied first, so it is
//! never newer than the entries; then keeper.db as of one moment; then gate.db, so that it knows every check that the
//! keeper knows. The ledger's journal and tiles are not copied: keeper.db has every entry, and they are derived from it.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sekisho_core::{entropy::Entropy, time::Timestamp};
use sekisho_keeper::{
    archive::{self, CopyError, EventsError, KEEPER_DB},
    keystore::{
        Cost, FileMedium, Keystore, KeystoreError,
        escrow::{self, Bound},
    },
};

use super::{
    files::{FileError, at, folder, real, sync, write},
    identity,
    manifest::{self, Content, Entry, FORMAT, Ledger, Manifest},
    tombstones::{self, TombstonesError},
};
use crate::{
    app::places,
    store::{
        gate_archive::{GateArchive, GateArchiveError},
        judged::GATE_DB,
    },
    supervisor::Passphrase,
};

/// What half a backup is called while it is made.
const PARTIAL: &str = ".partial-";

/// What to back up, and where to.
pub struct Order<'a> {
    /// The folder with the state.
    pub data: &'a Path,
    /// The folder of backups.
    pub to: &'a Path,
    /// The keystore and what opens it, if the identity goes along.
    pub identity: Option<(&'a Path, &'a Passphrase)>,
    /// Now.
    pub now: Timestamp,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Lines that were added to the tombstones.
    pub tombstones: usize,
}

/// Why there is no backup. Whatever was half made is removed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no installation.
    #[error("{0} holds no installation: there is nothing to back up")]
    NoInstallation(PathBuf),
    /// A backup below the data would back itself up, and burn with it.
    #[error("{to} lies below the data in {data}: whatever takes the data takes the backup too; choose another disk")]
    InData {
        /// Where to.
        to: PathBuf,
        /// The data.
        data: PathBuf,
    },
    /// Another backup is being made there.
    #[error("{0}: another backup is being made there; wait for it")]
    Busy(PathBuf),
    /// There is one already.
    #[error("{0} is there already: one backup a second")]
    Exists(PathBuf),
    /// A file or folder; a full disk too.
    #[error(transparent)]
    File(#[from] FileError),
    /// A database.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The ledger in it.
    #[error(transparent)]
    Events(#[from] EventsError),
    /// The gate's copy.
    #[error(transparent)]
    Gate(#[from] GateArchiveError),
    /// The tombstones.
    #[error(transparent)]
    Tombstones(#[from] TombstonesError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The keystore is another installation's.
    #[error("{0}: this keystore belongs to another keeper than the data")]
    OtherKeeper(PathBuf),
}

/// Makes a backup in a new folder below `order.to`, named after the time.
///
/// # Errors
/// [`BackupError`].
pub fn make(order: &Order<'_>, entropy: &mut dyn Entropy) -> Result<Made, BackupError> {
    judge(order)?;
    let _lock = lock(order.to)?;
    remove_partials(order.to)?;
    let name = stamp(order.now);
    let (partial, done) = (order.to.join(format!("{PARTIAL}{name}")), order.to.join(&name));
    if done.exists() {
        return Err(BackupError::Exists(done));
    }
    folder(&partial)?;
    let made = fill(order, &partial, entropy).and_then(|(manifest, tombstones)| {
        sync(&partial)?;
        at(&done, || fs::rename(&partial, &done))?;
        sync(order.to)?;
        Ok(Made { folder: done, manifest, tombstones })
    });
    made.inspect_err(|_| drop(fs::remove_dir_all(&partial)))
}

/// A time as a folder's name, e.g. `20261122T091500Z`: it sorts, and no file system minds it.
pub(super) fn stamp(at: Timestamp) -> String {
    let utc = jiff::Timestamp::from_second(i64::try_from(at.0).unwrap_or(i64::MAX)).unwrap_or(jiff::Timestamp::MAX);
    utc.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn judge(order: &Order<'_>) -> Result<(), BackupError> {
    if !places::database(order.data).is_file() {
        return Err(BackupError::NoInstallation(order.data.to_owned()));
    }
    let (to, data) = (real(order.to)?, real(order.data)?);
    if to.starts_with(&data) {
        return Err(BackupError::InData { to: order.to.to_owned(), data: order.data.to_owned() });
    }
    folder(order.to).map_err(Into::into)
}

/// One backup at a time: what lies half made belongs to nobody then.
fn lock(to: &Path) -> Result<File, BackupError> {
    let path = to.join("lock");
    let mut options = File::options();
    let file = at(&path, || options.create(true).truncate(false).write(true).mode(0o600).open(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(to.to_owned())),
        Err(TryLockError::Error(source)) => Err(FileError { path, source }.into()),
    }
}

/// What a crash left half made.
fn remove_partials(to: &Path) -> Result<(), FileError> {
    for entry in at(to, || fs::read_dir(to))? {
        let entry = at(to, || entry)?;
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            at(&entry.path(), || fs::remove_dir_all(entry.path()))?;
        }
    }
    Ok(())
}

fn fill(order: &Order<'_>, partial: &Path, entropy: &mut dyn Entropy) -> Result<(Manifest, usize), BackupError> {
    let files = copy_files(order.data, partial)?;
    let content = content(order, partial, &files)?;
    let identity = order.identity.map(|sealing| seal(order.data, partial, sealing, &content, entropy)).transpose()?;
    let added = note(order, partial, &content)?;
    let manifest = Manifest { format: FORMAT, content, identity };
    let path = partial.join(manifest::NAME);
    let text = at(&path, || Ok(serde_json::to_vec_pretty(&manifest)?))?;
    write(&path, &text)?;
    Ok((manifest, added))
}

/// The order of these copies is what makes them one, see the module's own words.
fn copy_files(data: &Path, partial: &Path) -> Result<Vec<&'static str>, BackupError> {
    let mut files = Vec::new();
    let mut plain = |from: PathBuf, name: &'static str| -> Result<(), BackupError> {
        match fs::read(&from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => write(&partial.join(name), &at(&from, || read)?)?,
        }
        files.push(name);
        Ok(())
    };
    plain(places::ledger(data).join("checkpoint"), manifest::CHECKPOINT)?;
    plain(places::pinned(data), manifest::PINNED)?;
    archive::copy(&places::database(data), &partial.join(manifest::KEEPER_DB), KEEPER_DB)?;
    files.push(manifest::KEEPER_DB);
    let gate = places::gate_database(data);
    if gate.exists() {
        archive::copy(&gate, &partial.join(manifest::GATE_DB), GATE_DB)?;
        files.push(manifest::GATE_DB);
    }
    files.iter().try_for_each(|name| sync(&partial.join(name)))?;
    Ok(files)
}

fn content(order: &Order<'_>, partial: &Path, files: &[&'static str]) -> Result<Content, BackupError> {
    let database = partial.join(manifest::KEEPER_DB);
    let nobody = || BackupError::NoInstallation(order.data.to_owned());
    let installation = archive::installation(&database)?.ok_or_else(nobody)?;
    let checkpoint = fs::read_to_string(partial.join(manifest::CHECKPOINT)).ok();
    let proven = archive::prove(&database, checkpoint.as_deref())?;
    Ok(Content {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken: order.now,
        keeper: installation.keeper,
        test: installation.test,
        ledger: Ledger {
            origin: installation.ledger_origin,
            size: proven.head.size,
            root: proven.head.root.to_string(),
            published: proven.published,
        },
        files: files.iter().map(|name| Entry::of(partial, name)).collect::<Result<_, _>>()?,
    })
}

/// Adds to the tombstones what this copy knows to be over.
fn note(order: &Order<'_>, partial: &Path, content: &Content) -> Result<usize, BackupError> {
    let entries = archive::tombstones(&partial.join(manifest::KEEPER_DB))?;
    let gate = match content.has(manifest::GATE_DB) {
        true => GateArchive::open(&partial.join(manifest::GATE_DB))?.leaving()?,
        false => Vec::new(),
    };
    Ok(tombstones::add(&order.to.join(tombstones::NAME), content.keeper, &entries, &gate, content.taken)?)
}

fn seal(
    data: &Path,
    partial: &Path,
    (keystore, passphrase): (&Path, &Passphrase),
    content: &Content,
    entropy: &mut dyn Entropy,
) -> Result<Entry, BackupError> {
    let path = partial.join(manifest::IDENTITY);
    let opened = Keystore::open(Box::new(at(keystore, || FileMedium::open(keystore))?))?;
    if opened.keeper() != content.keeper || opened.is_test() != content.test {
        return Err(BackupError::OtherKeeper(keystore.to_owned()));
    }
    let identity = opened.identity(&passphrase.0)?;
    let packed = at(&path, || identity::pack(&identity, data))?;
    let digest = at(&path, || content.digest())?;
    let bound = Bound { keeper: content.keeper, test: content.test, to: &digest };
    let sealed = escrow::seal(&packed, bound, (&passphrase.0, Cost::STANDARD), entropy).map_err(KeystoreError::from)?;
    write(&path, &sealed)?;
    Ok(Entry::of(partial, manifest::IDENTITY)?)
}
