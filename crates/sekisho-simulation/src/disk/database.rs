//! keeper.db: a real one, with a hook on every commit.

use std::{fs, io, path::Path};

use rusqlite::{
    Connection, Error, OpenFlags,
    ffi::{self, ErrorCode},
};
use sekisho_keeper::db;

use crate::wire::Wire;

const NAMES: [&str; 2] = ["keeper.db", "keeper.db-wal"];
/// A statement is looked at after so many steps of SQLite's machine.
const STATEMENT_STEPS: i32 = 3;

/// The bytes of database and write-ahead log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files([Option<Vec<u8>>; 2]);

impl Files {
    /// All bytes of them, file by file.
    pub fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().flatten().map(Vec::as_slice)
    }
}

/// The files as they lie there now.
pub fn files(folder: &Path) -> Files {
    Files(NAMES.map(|name| fs::read(folder.join(name)).ok()))
}

/// Puts files in place of those that lie there.
///
/// # Errors
/// When they can't be written.
pub fn put_back(folder: &Path, files: &Files) -> io::Result<()> {
    let _ = fs::remove_file(folder.join("keeper.db-shm"));
    for (name, bytes) in NAMES.iter().zip(&files.0) {
        match bytes {
            Some(bytes) => fs::write(folder.join(name), bytes)?,
            None => drop(fs::remove_file(folder.join(name))),
        }
    }
    Ok(())
}

/// Opens the database as the keeper does, and puts it on the wire.
///
/// # Errors
/// The keeper's own.
pub fn open(folder: &Path, wire: &Wire) -> Result<Connection, db::DbError> {
    let mut db = db::open(&folder.join(NAMES[0]))?;
    let met = wire.clone();
    db.commit_hook(Some(move || met.meet_commit()))?;
    let met = wire.clone();
    db.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, _| if met.met_commit() { Err(failure()) } else { Ok(()) }))?;
    let met = wire.clone();
    db.progress_handler(STATEMENT_STEPS, Some(move || met.meet_statement()))?;
    Ok(db)
}

fn failure() -> Error {
    Error::SqliteFailure(
        ffi::Error { code: ErrorCode::SystemIoFailure, extended_code: ffi::SQLITE_IOERR_FSYNC },
        Some("simulated".into()),
    )
}

/// Opens the database beside the keeper, to look and not to touch.
///
/// # Errors
/// SQLite's own.
pub fn look(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(folder.join(NAMES[0]), flags)
}

/// Planted: the counts of budgets go.
///
/// # Errors
/// SQLite's own.
pub fn forget_counts(folder: &Path) -> rusqlite::Result<()> {
    Connection::open(folder.join(NAMES[0]))?.execute_batch("DELETE FROM metered; UPDATE viewing SET cost = NULL")
}

/// How many refusals are counted that the ledger was not told yet.
///
/// # Errors
/// SQLite's own.
pub fn untold_refusals(look: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce(sum(of.value ->> '$[1].seen' - of.value ->> '$[1].told'), 0)
               FROM meta, json_each(meta.value, '$.gate.seen') AS of WHERE meta.name = 'gathered'";
    look.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|untold| untold as u64)
}

/// Planted: refusals that the ledger was not told go.
///
/// # Errors
/// SQLite's own.
pub fn forget_refusals(folder: &Path) -> rusqlite::Result<()> {
    Connection::open(folder.join(NAMES[0]))?.execute_batch("DELETE FROM meta WHERE name = 'gathered'")
}

/// Planted: what the watch remembers is nothing, and said to be up to date.
///
/// # Errors
/// SQLite's own.
pub fn forget_watch(folder: &Path) -> rusqlite::Result<()> {
    let db = Connection::open(folder.join(NAMES[0]))?;
    let next: i64 = db.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
    let nothing = serde_json::json!({ "next": next, "watch": sekisho_core::watch::Watch::default(), "denied": [] });
    let sql = "INSERT OR REPLACE INTO watch (only, next, state) VALUES (1, ?1, ?2)";
    db.execute(sql, (next, nothing.to_string())).map(drop)
}
