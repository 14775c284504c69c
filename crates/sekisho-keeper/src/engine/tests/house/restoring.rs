//! A backup, a fire, and a restore.

use std::path::Path;

use super::*;
use crate::{
    archive::{self, KEEPER_DB},
    engine::{After, KnownCheck, RestoreError, Restored, restore},
    ledger::{StoredEntry, journal},
};

/// What was carried away before the fire.
pub(in crate::engine::tests) struct Backup {
    database: PathBuf,
    checkpoint: String,
    size: u64,
}

impl House {
    /// A backup as `sekisho backup` takes it, of a running keeper.
    pub(in crate::engine::tests) fn back_up(&mut self) -> Backup {
        let entries = self.bodies().len();
        let database = self.folder.join(format!("backup-{entries}.db"));
        let checkpoint = self.checkpoint_file();
        archive::copy(&self.folder.join("keeper.db"), &database, KEEPER_DB).unwrap();
        let size = archive::prove(&database, Some(&checkpoint)).unwrap().head.size;
        Backup { database, checkpoint, size }
    }

    /// What later backups noted, as they take it.
    pub(in crate::engine::tests) fn noted_after(&self, backup: &Backup) -> Vec<StoredEntry> {
        let mut noted = archive::tombstones(&self.folder.join("keeper.db")).unwrap();
        noted.retain(|entry| entry.index >= backup.size);
        noted
    }

    /// Everything but the keystore burns; the journal's disk survives.
    pub(in crate::engine::tests) fn restore_with_journal(&mut self, backup: &Backup) -> Result<Restored, RestoreError> {
        let entries = journal::entries_from(&self.folder.join("journal"), backup.size).unwrap();
        self.lay_out(backup);
        fs::write(self.folder.join("ledger/checkpoint"), &backup.checkpoint).unwrap();
        self.restored(After::Journal(entries))
    }

    /// The same with a journal that was copied an hour ago, say: it lacks the newest entries.
    pub(in crate::engine::tests) fn restore_with_old_journal(
        &mut self,
        backup: &Backup,
        old: &[u8],
    ) -> Result<Restored, RestoreError> {
        self.engine = None;
        fs::write(self.folder.join("journal"), old).unwrap();
        self.restore_with_journal(backup)
    }

    pub(in crate::engine::tests) fn journal_bytes(&self) -> Vec<u8> {
        fs::read(self.folder.join("journal")).unwrap()
    }

    /// Everything burns, the journal too.
    pub(in crate::engine::tests) fn restore_without_journal(
        &mut self,
        backup: &Backup,
        noted: Vec<StoredEntry>,
    ) -> Result<Restored, RestoreError> {
        let closed = self.close_ledger(backup);
        self.restored(After::Noted { entries: noted, suffix: "second".into(), closed: Box::new(closed) })
    }

    fn close_ledger(&mut self, backup: &Backup) -> DirFiles {
        self.lay_out(backup);
        fs::remove_file(self.folder.join("journal")).unwrap();
        let place = self.folder.join("closed");
        fs::create_dir_all(place.join("public")).unwrap();
        fs::write(place.join("public/checkpoint"), &backup.checkpoint).unwrap();
        DirFiles::open(&place.join("public"), &place.join("journal")).unwrap()
    }

    /// The keystore burns too; a new one is made with the identity that was in the backup.
    pub(in crate::engine::tests) fn burn_the_keystore(&mut self) {
        let old = Keystore::open(Box::new(self.medium.clone())).unwrap();
        let identity = old.identity(PASSPHRASE).unwrap();
        self.medium = MemoryMedium::new(KEYSTORE_SIZE);
        let born = (old.keeper(), old.is_test(), self.now().hour());
        let medium = Box::new(self.medium.clone());
        let entropy = &mut SeededEntropy::new(99);
        Keystore::create_as(medium, born, &identity, (PASSPHRASE, Cost::TEST), entropy).unwrap();
    }

    fn lay_out(&mut self, backup: &Backup) {
        self.engine = None;
        for name in ["keeper.db", "keeper.db-wal", "keeper.db-shm"] {
            let _ = fs::remove_file(self.folder.join(name));
        }
        for folder in ["ledger", "blobs"] {
            fs::remove_dir_all(self.folder.join(folder)).unwrap();
            fs::create_dir(self.folder.join(folder)).unwrap();
        }
        fs::copy(&backup.database, self.folder.join("keeper.db")).unwrap();
    }

    /// Restores, and starts the keeper as any start does.
    fn restored(&mut self, after: After) -> Result<Restored, RestoreError> {
        // The gate's backup knows every check: each was announced long before.
        let known = |check: CheckId| {
            let jti = format!("of-{check}");
            Some(KnownCheck { site: "site-a".parse().unwrap(), jti, sub: Some(sub_text()) })
        };
        let restored = restore(self.parts(), PASSPHRASE, after, &known)?;
        self.restart_after(0);
        Ok(restored)
    }

    /// Everything burns, the journal too, and no keeper is started after the restore.
    pub(in crate::engine::tests) fn lay_and_restore(&mut self, backup: &Backup, noted: Vec<StoredEntry>) {
        let closed = self.close_ledger(backup);
        let after = After::Noted { entries: noted, suffix: "second".into(), closed: Box::new(closed) };
        restore(self.parts(), PASSPHRASE, after, &|_| None).unwrap();
    }

    /// The ledger that ended, as it is kept.
    pub(in crate::engine::tests) fn closed_checkpoint(&self) -> Option<String> {
        fs::read_to_string(Path::new(&self.folder).join("closed/public/checkpoint")).ok()
    }
}
