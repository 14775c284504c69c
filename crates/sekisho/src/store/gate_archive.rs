//! gate.db in a backup and after a restore: who left, and what the keeper has to be told.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sekisho_core::{id::CheckId, time::Timestamp};
use sekisho_keeper::engine::{GateFact, KnownCheck};

/// A copied gate.db failed, and SQLite's own reason.
#[derive(Debug, thiserror::Error)]
#[error("the copied gate.db can't be used: {0}")]
pub struct GateArchiveError(#[from] rusqlite::Error);

/// A copied gate.db.
pub struct GateArchive(Connection);

impl GateArchive {
    /// Opens the copy at `path`.
    ///
    /// # Errors
    /// [`GateArchiveError`].
    pub fn open(path: &Path) -> Result<Self, GateArchiveError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)?;
        db.execute_batch("pragma secure_delete = on; pragma foreign_keys = on; pragma temp_store = memory;")?;
        Ok(Self(db))
    }

    /// Checks that were erased, and those whose member left, with the time when they will be.
    ///
    /// # Errors
    /// [`GateArchiveError`].
    pub fn leaving(&self) -> Result<Vec<(CheckId, Option<Timestamp>)>, GateArchiveError> {
        let sql = "select check_id, erase_at from checks where sub is null or erase_at is not null order by check_id";
        let mut all = self.0.prepare(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            let erase_at = row.get::<_, Option<i64>>(1)?;
            Ok((CheckId::from_bytes(row.get(0)?), erase_at.map(|at| Timestamp(at as u64))))
        };
        Ok(all.query_map([], read)?.collect::<Result<_, _>>()?)
    }

    /// What it knows of a check, for a keeper that doesn't.
    ///
    /// # Errors
    /// [`GateArchiveError`].
    pub fn known(&self, check: CheckId) -> Result<Option<KnownCheck>, GateArchiveError> {
        let mut one = self.0.prepare_cached("select site, jti, sub from checks where check_id = ?1")?;
        let found: Option<(String, String, Option<String>)> =
            one.query_row(params![check.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        Ok(found.and_then(|(site, jti, sub)| Some(KnownCheck { site: site.parse().ok()?, jti, sub })))
    }

    /// Learns what happened after it was copied.
    ///
    /// # Errors
    /// [`GateArchiveError`].
    pub fn learn(&mut self, facts: &[GateFact]) -> Result<(), GateArchiveError> {
        let step = self.0.transaction()?;
        for fact in facts {
            match fact {
                GateFact::Erased(check) => erase(&step, *check)?,
                GateFact::Leaves(check, at) => leave(&step, *check, *at)?,
                GateFact::Withdrawn(check, at) => withdraw(&step, *check, *at)?,
            }
        }
        Ok(step.commit()?)
    }
}

fn seconds(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

fn erase(db: &Connection, check: CheckId) -> rusqlite::Result<()> {
    db.execute("delete from secrets where check_id = ?1", params![check.as_bytes()])?;
    let sql = "update checks set sub = null, request = '', return_url = '', erase_at = null where check_id = ?1";
    db.execute(sql, params![check.as_bytes()]).map(drop)
}

fn leave(db: &Connection, check: CheckId, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "update checks set erase_at = min(coalesce(erase_at, ?2), ?2) where check_id = ?1 and sub is not null";
    db.execute(sql, params![check.as_bytes(), seconds(at)]).map(drop)
}

fn withdraw(db: &Connection, check: CheckId, at: Timestamp) -> rusqlite::Result<()> {
    let sql = "update checks set withdrawn = coalesce(withdrawn, ?2) where check_id = ?1";
    db.execute(sql, params![check.as_bytes(), seconds(at)]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::gate_sqlite::GateSqlite;

    const AT: Timestamp = Timestamp(1_800_000_000);

    fn check(number: u8) -> CheckId {
        CheckId::from_bytes([number; 16])
    }

    fn archive() -> (tempfile::TempDir, GateArchive) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.db");
        drop(GateSqlite::open(&path).unwrap());
        let archive = GateArchive::open(&path).unwrap();
        for number in 1..=3_u8 {
            archive
                .0
                .execute(
                    "insert into checks values (?1, 'site-a', ?2, 'p', 'sub', 'r', 'u', 1, 2, null, null)",
                    params![check(number).as_bytes(), format!("jti-{number}")],
                )
                .unwrap();
        }
        (folder, archive)
    }

    /// M10
    #[test]
    fn what_was_erased_or_withdrawn_since_is_learnt() {
        let (_folder, mut archive) = archive();
        assert_eq!(archive.leaving().unwrap(), []);
        let facts = [GateFact::Erased(check(1)), GateFact::Leaves(check(2), AT), GateFact::Withdrawn(check(3), AT)];
        archive.learn(&facts).unwrap();
        archive.learn(&facts).unwrap();
        assert_eq!(archive.leaving().unwrap(), [(check(1), None), (check(2), Some(AT))]);
        assert_eq!(archive.known(check(1)).unwrap().unwrap().sub, None);
        assert_eq!(archive.known(check(2)).unwrap().unwrap().jti, "jti-2");
        let withdrawn: Option<i64> =
            archive.0.query_row("select max(withdrawn) from checks", [], |row| row.get(0)).unwrap();
        assert_eq!(withdrawn, Some(AT.0 as i64));
    }
}
