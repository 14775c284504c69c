//! keeper.db: opening it, and the small things that every statement needs.

pub mod columns;
pub mod meta;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, ffi};

const MIGRATIONS: [&str; 3] = [
    include_str!("../../migrations/0001.sql"),
    include_str!("../../migrations/0002.sql"),
    include_str!("../../migrations/0003.sql"),
];

/// The number of the newest schema that this program knows.
pub const NEWEST: u32 = MIGRATIONS.len() as u32;

/// Why keeper.db can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// SQLite's own reason.
    #[error("keeper.db failed")]
    Sqlite(#[from] rusqlite::Error),
    /// It was written by a newer version.
    #[error("keeper.db has schema {0}, newer than this program knows")]
    TooNew(usize),
}

/// Opens keeper.db at `path`, making or migrating it where needed.
///
/// # Errors
/// [`DbError`].
pub fn open(path: &Path) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    // FULL: a commit is on the disk when it returns. secure_delete: what is
    // deleted is overwritten; together with a truncating checkpoint it leaves
    // the files. temp_store: nothing spills into a file elsewhere.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )?;
    migrate(&mut db)?;
    Ok(db)
}

fn migrate(db: &mut Connection) -> Result<(), DbError> {
    let done: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = done as usize;
    if done > MIGRATIONS.len() {
        return Err(DbError::TooNew(done));
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = db.transaction()?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", number as u32 + 1)?;
        step.commit()?;
    }
    Ok(())
}

/// Empties the write-ahead log into the database and cuts it to nothing, so that
/// what was deleted is in neither file.
///
/// # Errors
/// SQLite's own; `SQLITE_BUSY` while somebody else reads the database.
pub fn truncate_wal(db: &Connection) -> rusqlite::Result<()> {
    // SQLite tells of a reader in the row, not as a failure.
    let busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    let failure = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None);
    if busy { Err(failure()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deleted_leaves_the_files() {
        let folder = std::env::temp_dir().join(format!("sekisho-db-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("keeper.db");
        let db = open(&path).unwrap();
        let marker = b"\x01a key that must not stay behind\x02";
        db.execute("INSERT INTO site (name, view) VALUES ('a', ?1)", [&marker[..]]).unwrap();
        truncate_wal(&db).unwrap();
        let seen = |name: &str| {
            let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
            bytes.windows(marker.len()).any(|window| window == marker)
        };
        assert!(seen("keeper.db"), "the test sees what it claims to");
        db.execute("DELETE FROM site", []).unwrap();
        truncate_wal(&db).unwrap();
        assert!(!seen("keeper.db") && !seen("keeper.db-wal"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let path = std::env::temp_dir().join(format!("sekisho-newer-{}.db", std::process::id()));
        let db = open(&path).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        assert!(matches!(open(&path), Err(DbError::TooNew(99))));
        std::fs::remove_file(path).unwrap();
    }
}
