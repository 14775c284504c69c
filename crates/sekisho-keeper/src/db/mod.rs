//! keeper.db: opening it, and the small things that every statement needs.

pub mod columns;
pub mod key_page;
pub mod meta;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, ffi};

const MIGRATIONS: [&str; 12] = [
    include_str!("../../migrations/0001.sql"),
    include_str!("../../migrations/0002.sql"),
    include_str!("../../migrations/0003.sql"),
    include_str!("../../migrations/0004.sql"),
    include_str!("../../migrations/0005.sql"),
    include_str!("../../migrations/0006.sql"),
    include_str!("../../migrations/0007.sql"),
    include_str!("../../migrations/0008.sql"),
    include_str!("../../migrations/0009.sql"),
    include_str!("../../migrations/0010.sql"),
    include_str!("../../migrations/0011.sql"),
    include_str!("../../migrations/0012.sql"),
];

/// The number of the newest schema that this program knows.
pub const NEWEST: u32 = MIGRATIONS.len() as u32;

/// How many statements stay parsed: more than the keeper has. With fewer than one viewing takes, each would be parsed
/// anew every time, which costs more than to run it.
const STATEMENTS_KEPT: usize = 512;

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
    // the files. temp_store: nothing spills into a file elsewhere. wal_autocheckpoint: whoever waits for a commit
    // seldom waits for the log to be emptied as well; that is done by every tick.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = 8000;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
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

    /// A database as it was before keys had pages of their own, with `count` undecided documents under each of two roots.
    fn before_pages(path: &Path, count: u8) -> Vec<Vec<u8>> {
        let db = Connection::open(path).unwrap();
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON").unwrap();
        MIGRATIONS[..4].iter().for_each(|step| db.execute_batch(step).unwrap());
        db.execute_batch(
            "PRAGMA user_version = 4;
             INSERT INTO checks (id, site, jti, policy, policy_version, state, arrivals, created)
             VALUES (zeroblob(16), 'site-a', 'j', 'p', 1, 'in_review', 1, 5)",
        )
        .unwrap();
        let laid = (0..2 * count).map(|number| {
            let (id, wrapped) = ([number + 1; 16], crate::hash::sha256(&[number]).repeat(2)[..60].to_vec());
            db.execute(
                "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, sha256,
                                       length, root_hour, wrapped)
                 VALUES (?1, zeroblob(16), 'site-a', 'k', 'waiting', 5, ?2, 6, x'00', 1, ?3, ?4)",
                (&id[..], 3600 * i64::from(number), 7 + i64::from(number % 2), &wrapped),
            )
            .unwrap();
            wrapped
        });
        let laid = laid.collect();
        db.execute_batch(
            "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, sha256,
                                   length, shredded)
             VALUES (zeroblob(16), zeroblob(16), 'site-a', 'k', 'shredded', 5, 6, 6, x'00', 1, 9)",
        )
        .unwrap();
        laid
    }

    #[test]
    fn keys_move_into_pages_and_leave_the_rows_that_they_lay_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keeper.db");
        let laid = before_pages(&path, 60);
        let db = open(&path).unwrap();
        truncate_wal(&db).unwrap();
        let mut all = db.prepare("SELECT deadline, root_hour, wrapped FROM document_key ORDER BY document").unwrap();
        let found = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let expected = laid.iter().zip(0..).map(|(key, number)| (3600 * number, 7 + number % 2, key.clone()));
        assert_eq!(found.map(Result::unwrap).collect::<Vec<(i64, i64, Vec<u8>)>>(), expected.collect::<Vec<_>>());
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM key_page"), 4, "60 keys of each root");
        assert_eq!(count("SELECT count(*) FROM document WHERE key_place IS NULL"), 1);
        let bytes = std::fs::read(&path).unwrap();
        let times = |key: &[u8]| bytes.windows(key.len()).filter(|window| *window == key).count();
        assert!(laid.iter().all(|key| times(key) == 1), "moved, not copied");
    }

    #[test]
    fn a_key_that_was_damaged_before_it_moved_is_one_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keeper.db");
        before_pages(&path, 1);
        Connection::open(&path)
            .unwrap()
            .execute("UPDATE document SET wrapped = x'01' WHERE root_hour = 7", [])
            .unwrap();
        let db = open(&path).unwrap();
        let found: Vec<u8> =
            db.query_row("SELECT wrapped FROM document_key WHERE root_hour = 7", [], |row| row.get(0)).unwrap();
        assert_eq!(found, [0; 60]);
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
