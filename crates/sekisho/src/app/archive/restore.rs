//! A restore: an empty folder becomes an installation again, from a backup and from what is known of the time after it.
//!
//! It is made beside its place and moved there at the end, keeper.db last: what was begun and not finished is neither
//! served nor taken for an empty folder.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sekisho_core::{
    entropy::fresh,
    time::{Clock, Timestamp},
};
use sekisho_keeper::{
    archive,
    blobs::FolderBlobs,
    db,
    engine::{self, After, GateFact, Parts, Restored},
    hash::hex,
    keystore::{
        Cost, FileMedium, KEYSTORE_SIZE, Keystore,
        escrow::{self, Bound, EscrowError},
    },
    ledger::{DirFiles, StoredEntry, journal},
};
use sekisho_sys::entropy::SystemEntropy;
use zeroize::Zeroizing;

use super::{
    backup::stamp,
    files::{FileError, at, copy, folder, is_empty, sync, sync_below},
    identity,
    manifest::{self, Manifest},
    refusal::RestoreRefused,
    tombstones::{self, Tombstones},
};
use crate::{
    app::{founding, places},
    store::gate_archive::GateArchive,
    supervisor::{Lock, Passphrase, judge_folders},
};

/// Where it is made, below the new data.
const STAGING: &str = "restoring";
/// What a restore makes below the data, in the order in which it is moved to its place.
const ROOMS: [&str; 5] = ["blobs", "gate", "courier", "ledger", "keeper"];

/// What to restore, and where to.
pub struct Order<'a> {
    /// The backup's folder.
    pub from: &'a Path,
    /// The new data: an empty folder, or none yet.
    pub data: &'a Path,
    /// The keystore that survived, or where a new one is to be.
    pub keystore: &'a Path,
    /// The journal itself, as the installation last wrote it.
    pub journal: Option<&'a Path>,
    /// Further tombstones than those beside the backup.
    pub tombstones: &'a [PathBuf],
}

/// What can be restored: the backup is whole, and there is room for it.
pub struct Judged<'a> {
    order: &'a Order<'a>,
    manifest: Manifest,
    tombstones: Option<Tombstones>,
    journal: Option<Vec<StoredEntry>>,
    survives: bool,
}

/// What was restored.
pub struct Done {
    /// What the keeper says of it.
    pub restored: Restored,
    /// When the backup was taken.
    pub taken: Timestamp,
    /// From when on nobody knows who left: sites have to say it again.
    pub since: Timestamp,
    /// Whether the keystore survived; else a new one was made.
    pub survived: bool,
    /// How many sites' webhook secrets came along.
    pub webhook_secrets: usize,
    /// Whether no tombstones were found.
    pub without_tombstones: bool,
}

/// Judges the backup and the place, and changes nothing but that the outermost folders are there.
///
/// # Errors
/// [`RestoreRefused`].
pub fn judge<'a>(order: &'a Order<'a>) -> Result<Judged<'a>, RestoreRefused> {
    if order.data.join(STAGING).exists() {
        return Err(RestoreRefused::BrokenOff(order.data.to_owned()));
    }
    if !is_empty(order.data)? {
        return Err(RestoreRefused::NotEmpty(order.data.to_owned()));
    }
    let manifest = Manifest::read(order.from)?;
    let survives = order.keystore.exists();
    if !survives && manifest.identity.is_none() {
        return Err(RestoreRefused::NoIdentity { keystore: order.keystore.to_owned() });
    }
    let tombstones = gather(order, &manifest)?;
    let journal = order.journal.map(|path| read_journal(path, &manifest)).transpose()?;
    if let (Some(path), Some(entries), Some(tombstones)) = (order.journal, &journal, &tombstones) {
        require_newest(path, entries, tombstones, order)?;
    }
    judge_folders(order.data, order.keystore)?;
    Ok(Judged { order, manifest, tombstones, journal, survives })
}

fn gather(order: &Order<'_>, manifest: &Manifest) -> Result<Option<Tombstones>, RestoreRefused> {
    let keeper = manifest.content.keeper;
    let beside = order.from.canonicalize().ok().and_then(|folder| Some(folder.parent()?.join(tombstones::NAME)));
    let mut found = beside.map(|path| Tombstones::read(&path, keeper)).transpose()?.flatten();
    for path in order.tombstones {
        let more = Tombstones::read(path, keeper)?.ok_or_else(|| RestoreRefused::NoTombstones(path.clone()))?;
        found.get_or_insert_default().join(more);
    }
    Ok(found)
}

fn read_journal(path: &Path, manifest: &Manifest) -> Result<Vec<StoredEntry>, RestoreRefused> {
    let (found, backup) = (journal::size(path)?, manifest.content.ledger.size);
    if found < backup {
        return Err(RestoreRefused::ShortJournal { journal: path.to_owned(), found, backup });
    }
    Ok(journal::entries_from(path, backup)?)
}

/// A journal that lacks what a later backup noted is not the newest: going on with it would fork the ledger.
fn require_newest(
    path: &Path,
    entries: &[StoredEntry],
    tombstones: &Tombstones,
    order: &Order<'_>,
) -> Result<(), RestoreRefused> {
    let mut known = archive::salts(&order.from.join(manifest::KEEPER_DB))?;
    known.extend(entries.iter().map(|entry| entry.salt));
    let all = tombstones.entries.iter().all(|(salt, _)| known.contains(salt));
    if all { Ok(()) } else { Err(RestoreRefused::OldJournal(path.to_owned())) }
}

impl Judged<'_> {
    /// What the passphrase is of, for whoever asks for it.
    pub const fn survives(&self) -> bool {
        self.survives
    }

    /// Restores. A restore that fails leaves the new data empty and makes no keystore.
    ///
    /// # Errors
    /// [`RestoreRefused`].
    pub fn perform(self, passphrase: &Passphrase, clock: Arc<dyn Clock>) -> Result<Done, RestoreRefused> {
        let (data, keystore, survives) = (self.order.data, self.order.keystore, self.survives);
        let _lock = Lock::take(data)?;
        let done = self.fill(passphrase, clock);
        if done.is_err() {
            let _ = fs::remove_dir_all(data.join(STAGING));
            let _ = fs::remove_file(data.join("lock"));
            if !survives {
                let _ = fs::remove_file(keystore);
            }
        }
        done
    }

    fn fill(mut self, passphrase: &Passphrase, clock: Arc<dyn Clock>) -> Result<Done, RestoreRefused> {
        let staging = self.order.data.join(STAGING);
        ROOMS.iter().try_for_each(|room| folder(&staging.join(room)))?;
        let now = clock.read().wall;
        self.lay_out(&staging)?;
        let (keystore, webhook_secrets) = self.keystore(&staging, passphrase, now)?;
        let after = self.after(&staging, now)?;
        let mut gate = self.gate(&staging)?;
        let known = |check| gate.as_ref().and_then(|gate| gate.known(check).ok().flatten());
        let parts = Parts {
            db: db::open(&places::database(&staging))?,
            keystore,
            ledger: Box::new(open_ledger(&places::ledger(&staging), &places::journal(&staging))?),
            blobs: Box::new(FolderBlobs::new(&places::blobs(&staging))),
            clock,
            entropy: Box::new(SystemEntropy),
        };
        let restored = engine::restore(parts, &passphrase.0, after, &known)?;
        if let Some(gate) = &mut gate {
            gate.learn(&restored.gate)?;
            gate.learn(&self.noted_by_gates())?;
        }
        drop(gate);
        settle(&staging, self.order.data)?;
        Ok(self.done(restored, webhook_secrets))
    }

    /// The backup's files in their places.
    fn lay_out(&self, staging: &Path) -> Result<(), RestoreRefused> {
        let places = [
            (manifest::KEEPER_DB, places::database(staging)),
            (manifest::GATE_DB, places::gate_database(staging)),
            (manifest::PINNED, places::pinned(staging)),
        ];
        for (name, place) in places.into_iter().filter(|(name, _)| self.manifest.content.has(name)) {
            copy(&self.order.from.join(name), &place)?;
        }
        if let Some(journal) = self.order.journal {
            copy(journal, &places::journal(staging))?;
            self.lay_out_checkpoint(&places::ledger(staging))?;
        }
        Ok(())
    }

    fn lay_out_checkpoint(&self, public: &Path) -> Result<(), RestoreRefused> {
        folder(public)?;
        if self.manifest.content.has(manifest::CHECKPOINT) {
            copy(&self.order.from.join(manifest::CHECKPOINT), &public.join("checkpoint"))?;
        }
        Ok(())
    }

    /// The keystore that survived, or a new one with the identity that came along and with fresh keys.
    fn keystore(
        &self,
        staging: &Path,
        passphrase: &Passphrase,
        now: Timestamp,
    ) -> Result<(Keystore, usize), RestoreRefused> {
        let (path, content) = (self.order.keystore, &self.manifest.content);
        if self.survives {
            let keystore = Keystore::open(Box::new(at(path, || FileMedium::open(path))?))?;
            let ours = keystore.keeper() == content.keeper && keystore.is_test() == content.test;
            let packed = self.packed(passphrase).ok().flatten();
            let put = packed.map(|packed| identity::put_secrets(&packed, staging)).transpose()?;
            return if ours {
                Ok((keystore, put.unwrap_or(0)))
            } else {
                Err(RestoreRefused::OtherKeeper(path.to_owned()))
            };
        }
        let packed = self.packed(passphrase)?.ok_or(EscrowError::Damaged)?;
        let seeds = identity::seeds(&packed).ok_or(EscrowError::Damaged)?;
        let medium = Box::new(at(path, || FileMedium::create(path, KEYSTORE_SIZE))?);
        let born = (content.keeper, content.test, now.hour());
        let sealing = (&passphrase.0[..], Cost::STANDARD);
        let keystore = Keystore::create_as(medium, born, &seeds, sealing, &mut SystemEntropy)?;
        Ok((keystore, identity::put_secrets(&packed, staging)?))
    }

    /// What came along sealed; nothing if nothing did.
    fn packed(&self, passphrase: &Passphrase) -> Result<Option<Zeroizing<Vec<u8>>>, RestoreRefused> {
        let Some(entry) = &self.manifest.identity else { return Ok(None) };
        let (path, content) = (self.order.from.join(&entry.name), &self.manifest.content);
        let bytes = at(&path, || fs::read(&path))?;
        let digest = at(&path, || content.digest())?;
        let bound = Bound { keeper: content.keeper, test: content.test, to: &digest };
        Ok(Some(escrow::open(&bytes, bound, &passphrase.0)?))
    }

    /// With the journal the same ledger goes on; without it another begins, and this one is kept as it ended.
    fn after(&mut self, staging: &Path, now: Timestamp) -> Result<After, RestoreRefused> {
        if let Some(entries) = self.journal.take() {
            return Ok(After::Journal(entries));
        }
        let here = archive::salts(&self.order.from.join(manifest::KEEPER_DB))?;
        let noted = self.tombstones.iter().flat_map(|tombstones| &tombstones.entries);
        let noted = noted.filter(|(salt, _)| !here.contains(salt));
        let entries = noted.map(|(salt, body)| StoredEntry { index: 0, salt: *salt, body: body.clone() }).collect();
        let name = stamp(now);
        let place = staging.join("ledger").join("closed").join(&name);
        self.lay_out_checkpoint(&place.join("public"))?;
        let closed = Box::new(open_ledger(&place.join("public"), &place.join("journal"))?);
        // Never used before, even if two restores begin in one second: two ledgers of one name would be a fork.
        let suffix = format!("{name}-{}", hex(&fresh::<4>(&mut SystemEntropy)));
        Ok(After::Noted { entries, suffix, closed })
    }

    fn gate(&self, staging: &Path) -> Result<Option<GateArchive>, RestoreRefused> {
        let here = self.manifest.content.has(manifest::GATE_DB);
        Ok(here.then(|| GateArchive::open(&places::gate_database(staging))).transpose()?)
    }

    fn noted_by_gates(&self) -> Vec<GateFact> {
        let noted = self.tombstones.iter().flat_map(|tombstones| &tombstones.gate);
        noted.map(|(check, at)| at.map_or(GateFact::Erased(*check), |at| GateFact::Leaves(*check, at))).collect()
    }

    fn done(&self, restored: Restored, webhook_secrets: usize) -> Done {
        let taken = self.manifest.content.taken;
        let through = self.tombstones.as_ref().and_then(|tombstones| tombstones.through);
        Done {
            restored,
            taken,
            since: through.map_or(taken, |through| through.max(taken)),
            survived: self.survives,
            webhook_secrets,
            without_tombstones: self.tombstones.is_none(),
        }
    }
}

fn open_ledger(public: &Path, journal: &Path) -> Result<DirFiles, FileError> {
    at(journal, || DirFiles::open(public, journal))
}

/// Gives each file to the role that will use it, and moves all to its place.
fn settle(staging: &Path, data: &Path) -> Result<(), RestoreRefused> {
    sync_below(staging)?;
    founding::hand_over(staging)?;
    for room in ROOMS {
        let place = data.join(room);
        at(&place, || fs::rename(staging.join(room), &place))?;
    }
    at(staging, || fs::remove_dir(staging))?;
    Ok(sync(data)?)
}
