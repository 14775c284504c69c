//! `desk.db`: the sessions of the desk in SQLite.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use sekisho_core::{check::Role, id::StaffId, time::Timestamp};

use crate::{
    service::desk_ports::{DeskStore, Pending, SessionHash, SessionRow, StoreDown},
    threads,
};

/// Every schema in order; the database's `user_version` counts those that ran.
const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/sqlite/desk/0001.sql")];

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite says no.
    #[error("desk.db can't be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A newer Sekisho wrote it.
    #[error(
        "desk.db has schema {found}, this program knows {known}: run the newer program, or begin with an empty one"
    )]
    TooNew {
        /// The schema that was found.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
}

/// The desk's store on one SQLite file.
#[derive(Clone)]
pub struct SqliteDeskStore {
    connection: Arc<Mutex<Connection>>,
}

impl SqliteDeskStore {
    /// Opens or creates the file and brings its schema up to date.
    ///
    /// # Errors
    /// When the file can't be used, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::prepare(Connection::open(path)?)
    }

    /// A store that ends with the process.
    ///
    /// # Errors
    /// As for [`SqliteDeskStore::open`].
    pub fn in_memory() -> Result<Self, OpenError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Self, OpenError> {
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;",
        )?;
        migrate(&mut connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs one statement off the runtime's threads, so that a slow disk holds up nobody else.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Pending<'_, Result<T, StoreDown>> {
        let connection = self.connection.clone();
        Box::pin(async move {
            let done = threads::blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
            match done.await {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(error)) => Err(down(&error)),
                Err(error) => Err(down(&error)),
            }
        })
    }
}

fn down(error: &dyn std::error::Error) -> StoreDown {
    tracing::error!(%error, "desk.db failed");
    StoreDown
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    for (number, sql) in (1..=known).zip(MIGRATIONS).skip(found as usize) {
        let step = connection.transaction()?;
        step.execute_batch(sql)?;
        step.pragma_update(None, "user_version", number)?;
        step.commit()?;
    }
    Ok(())
}

impl DeskStore for SqliteDeskStore {
    fn begin(&self, row: SessionRow) -> Pending<'_, Result<(), StoreDown>> {
        self.run(move |connection| {
            connection
                .prepare_cached("INSERT INTO session (hash, staff, role, began, until) VALUES (?, ?, ?, ?, ?)")?
                .execute(params![
                    row.hash,
                    row.staff.as_bytes(),
                    word(row.role),
                    seconds(row.began),
                    seconds(row.until)
                ])
                .map(drop)
        })
    }

    fn find(&self, hash: SessionHash, now: Timestamp) -> Pending<'_, Result<Option<SessionRow>, StoreDown>> {
        self.run(move |connection| {
            connection
                .prepare_cached("SELECT hash, staff, role, began, until FROM session WHERE hash = ? AND until > ?")?
                .query_row(params![hash, seconds(now)], read)
                .optional()
        })
    }

    fn end(&self, hash: SessionHash) -> Pending<'_, Result<(), StoreDown>> {
        self.run(move |connection| {
            connection.prepare_cached("DELETE FROM session WHERE hash = ?")?.execute([hash]).map(drop)
        })
    }

    fn sweep(&self, now: Timestamp) -> Pending<'_, Result<u64, StoreDown>> {
        self.run(move |connection| {
            let gone = connection.prepare_cached("DELETE FROM session WHERE until <= ?")?.execute([seconds(now)])?;
            // The log would keep what was deleted until the next checkpoint: make that now.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(gone as u64)
        })
    }
}

fn seconds(time: Timestamp) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Reviewer => "reviewer",
        Role::Officer => "officer",
    }
}

fn role(word: &str) -> Option<Role> {
    [Role::Administrator, Role::Reviewer, Role::Officer].into_iter().find(|&role| self::word(role) == word)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let time = |column| row.get::<_, i64>(column).map(|seconds| Timestamp(seconds.max(0) as u64));
    Ok(SessionRow {
        hash: row.get(0)?,
        staff: StaffId::from_bytes(row.get(1)?),
        role: role(row.get_ref(2)?.as_str()?).ok_or(rusqlite::Error::InvalidQuery)?,
        began: time(3)?,
        until: time(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(hash: u8, until: u64) -> SessionRow {
        SessionRow {
            hash: [hash; 32],
            staff: StaffId::from_bytes([7; 16]),
            role: Role::Officer,
            began: Timestamp(1),
            until: Timestamp(until),
        }
    }

    #[tokio::test]
    async fn a_session_survives_reopening_the_file_and_ends_on_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        SqliteDeskStore::open(&path).unwrap().begin(row(1, 100)).await.unwrap();
        let store = SqliteDeskStore::open(&path).unwrap();
        assert_eq!(store.find([1; 32], Timestamp(99)).await, Ok(Some(row(1, 100))));
        assert_eq!(store.find([1; 32], Timestamp(100)).await, Ok(None));
    }

    #[tokio::test]
    async fn sweeping_removes_what_is_over_and_leaves_the_rest() {
        let store = SqliteDeskStore::in_memory().unwrap();
        store.begin(row(1, 100)).await.unwrap();
        store.begin(row(2, 200)).await.unwrap();
        assert_eq!(store.sweep(Timestamp(100)).await, Ok(1));
        assert_eq!(store.find([1; 32], Timestamp(0)).await, Ok(None));
        assert!(store.find([2; 32], Timestamp(0)).await.unwrap().is_some());
    }

    /// M47
    #[tokio::test]
    async fn an_ended_session_leaves_no_bytes_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let store = SqliteDeskStore::open(&path).unwrap();
        store.begin(row(0xA7, 100)).await.unwrap();
        store.sweep(Timestamp(0)).await.unwrap();
        assert!(contains(&path, &[0xA7; 32]), "the probe must be able to find it");
        store.end([0xA7; 32]).await.unwrap();
        store.sweep(Timestamp(0)).await.unwrap();
        assert!(!contains(&path, &[0xA7; 32]));
        assert!(!contains(&path.with_extension("db-wal"), &[0xA7; 32]));
    }

    fn contains(path: &Path, needle: &[u8]) -> bool {
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(SqliteDeskStore::prepare(connection), Err(OpenError::TooNew { found: 99, .. })));
    }
}
