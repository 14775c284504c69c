//! An operator who holds everything: the log's key, the database, the journal, the tiles, the keystore's passphrase.
//! What they change, they change everywhere, and sign anew.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _, chown},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    event::{Event, What},
    id::StaffId,
};
use sekisho_keeper::{
    keystore::{FileMedium, Keystore},
    ledger::{DirFiles, LedgerSigner, StoredEntry, Writer},
};

use super::DrillError;
use crate::demo::House;

/// Where the keystore remembers how far the ledger had come, in records of 512 bytes.
const HEADS: [u64; 2] = [6 * 512, 7 * 512];

/// Who is said to have looked.
pub(super) const ANOTHER: StaffId = StaffId::from_bytes([9; 16]);

/// The forger at an installation that rests.
pub(super) struct Forger<'a>(pub &'a House);

impl Forger<'_> {
    /// Puts somebody else's name into every entry that says who looked. Answers with how many there were.
    pub(super) fn blame_another(&self) -> Result<usize, DrillError> {
        let mut rows = self.rows()?;
        let mut changed = 0;
        for row in &mut rows {
            let Ok(mut event) = Event::from_bytes(&row.body) else { continue };
            if let What::Viewed { staff, .. } = &mut event.what {
                *staff = ANOTHER;
                row.body = event.to_bytes();
                changed += 1;
            }
        }
        self.write(&rows)?;
        Ok(changed)
    }

    /// Cuts the ledger's end off, from the first entry on that says that somebody looked. Answers with how many entries
    /// are gone.
    pub(super) fn cut_before_the_first_look(&self) -> Result<usize, DrillError> {
        let rows = self.rows()?;
        let looked = |row: &StoredEntry| {
            Event::from_bytes(&row.body).is_ok_and(|event| matches!(event.what, What::Viewed { .. }))
        };
        let keep = rows.iter().position(looked).ok_or(DrillError::Ground)?;
        self.write(&rows[..keep])?;
        Ok(rows.len() - keep)
    }

    /// Wipes out what the keystore remembers of the ledger.
    pub(super) fn make_the_keystore_forget(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.0.keystore())?;
        HEADS.iter().try_for_each(|at| file.write_all_at(&[0; 512], *at))?;
        file.sync_all()
    }

    fn db(&self) -> Result<Connection, DrillError> {
        let path = self.0.data().join("keeper/keeper.db");
        Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)
    }

    fn rows(&self) -> Result<Vec<StoredEntry>, DrillError> {
        let db = self.db()?;
        let mut rows = db.prepare("SELECT place, salt, body FROM event ORDER BY place")?;
        let rows = rows.query_map([], |row| {
            Ok(StoredEntry { index: row.get::<_, i64>(0)? as u64, salt: row.get(1)?, body: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes `rows` the whole history: in the database, in the journal, in the tiles, under a signed checkpoint.
    fn write(&self, rows: &[StoredEntry]) -> Result<(), DrillError> {
        let db = self.db()?;
        db.execute("DELETE FROM event WHERE place >= ?1", [rows.len() as i64])?;
        for row in rows {
            db.execute("UPDATE event SET body = ?2 WHERE place = ?1", (row.index as i64, &row.body))?;
        }
        // Nor does the database know any more what a witness has seen.
        db.execute("UPDATE witness SET known = min(known, ?1), cosigned = NULL", [rows.len() as i64])?;
        drop(db);
        let ledger = self.0.data().join("ledger");
        let checkpoint = fs::read_to_string(ledger.join("public/checkpoint"))?;
        let origin = checkpoint.lines().next().ok_or(DrillError::Ground)?;
        emptied(&ledger)?;
        let files = DirFiles::open(&ledger.join("public"), &ledger.join("journal"))?;
        let mut stored = rows.iter().cloned().map(Ok);
        let written =
            Writer::open(Box::new(files), self.signer(origin)?, &mut stored).map_err(|_| DrillError::Ground)?;
        published(written)?;
        owned_like(&ledger, &ledger)?;
        Ok(())
    }

    fn signer(&self, origin: &str) -> Result<LedgerSigner, DrillError> {
        let medium = FileMedium::open(&self.0.keystore())?;
        let keystore = Keystore::open(Box::new(medium)).map_err(|_| DrillError::Ground)?;
        let (_, identity) = keystore.unlock(&self.0.passphrase().0).map_err(|_| DrillError::Ground)?;
        LedgerSigner::from_seed(origin, &identity.ledger).map_err(|_| DrillError::Ground)
    }
}

fn published(mut writer: Writer) -> Result<(), DrillError> {
    writer.publish().map_err(|_| DrillError::Ground)
}

fn emptied(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}

/// Gives everything below `folder` to whoever has `model`, as it was before.
fn owned_like(folder: &Path, model: &Path) -> io::Result<()> {
    let owner = fs::metadata(model)?;
    let mut left: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        chown(&path, Some(owner.uid()), Some(owner.gid()))?;
        if path.is_dir() {
            left.extend(
                fs::read_dir(&path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?,
            );
        }
    }
    Ok(())
}
