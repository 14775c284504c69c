//! The gate's memory in SQLite: `gate.db`, in a folder of its own.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use sekisho_core::{
    id::{CheckId, SiteName},
    time::Timestamp,
};

use crate::{
    service::ports::{Announced, CheckRow, GateStore, NewSession, Pending, SecretHash, SecretKind, StoreError},
    threads,
};

/// The schema's versions, oldest first; `user_version` counts how many were applied.
const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/sqlite/gate/0001.sql")];

/// Columns in the order in which [`check_row`] reads them.
const COLUMNS: &str = "check_id, site, jti, policy, sub, request, return_url, announced, expires, withdrawn";

/// Why `gate.db` could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is from a later version.
    #[error("gate.db was written by a newer version of this program")]
    Newer,
    /// SQLite failed.
    #[error("gate.db cannot be opened")]
    Sqlite(#[from] rusqlite::Error),
}

/// The gate's memory.
#[derive(Clone)]
pub struct GateSqlite {
    // One writer: SQLite has one anyway, and the gate's transactions take microseconds.
    connection: Arc<Mutex<Connection>>,
}

impl GateSqlite {
    /// Opens `gate.db`, or makes it, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or is newer than this program.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        // Sorting and temporary tables must not need files: the process may not make any elsewhere.
        connection.pragma_update(None, "temp_store", "memory")?;
        migrate(&mut connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` on a thread that may block.
    fn run<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<'a, Result<T, StoreError>> {
        let connection = Arc::clone(&self.connection);
        Box::pin(async move {
            let blocking = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
            threads::blocking(blocking).await.unwrap_or(Err(StoreError::Unavailable))
        })
    }
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let applied: u32 = transaction.query_row("pragma user_version", [], |row| row.get(0))?;
    let missing = MIGRATIONS.get(applied as usize..).ok_or(OpenError::Newer)?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", applied + missing.len() as u32)?;
    Ok(transaction.commit()?)
}

impl From<rusqlite::Error> for StoreError {
    /// SQLite's own message can quote values, so only its code is logged.
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(code = ?error.sqlite_error_code(), "gate.db failed");
        Self::Unavailable
    }
}

fn seconds(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp(u64::try_from(seconds).unwrap_or(0))
}

fn kind_number(kind: SecretKind) -> i64 {
    match kind {
        SecretKind::Start => 0,
        SecretKind::Session => 1,
        SecretKind::Status => 2,
    }
}

fn name<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: usize,
) -> Result<T, rusqlite::Error> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn check_row(row: &Row<'_>) -> Result<CheckRow, rusqlite::Error> {
    Ok(CheckRow {
        check: CheckId::from_bytes(row.get(0)?),
        site: name(row, 1)?,
        jti: row.get(2)?,
        policy: name(row, 3)?,
        sub: row.get(4)?,
        request: row.get(5)?,
        return_url: row.get(6)?,
        announced: timestamp(row.get(7)?),
        expires: timestamp(row.get(8)?),
        withdrawn: row.get::<_, Option<i64>>(9)?.map(timestamp),
    })
}

fn announce(
    connection: &mut Connection,
    row: &CheckRow,
    link: SecretHash,
    until: Timestamp,
) -> Result<Announced, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known: Option<String> = transaction
        .query_row(
            "select request from checks where site = ?1 and jti = ?2",
            params![row.site.as_str(), row.jti],
            |r| r.get(0),
        )
        .optional()?;
    let announced = match known {
        Some(request) if request != row.request => return Err(StoreError::Conflict),
        Some(_) => Announced::Known,
        None => {
            insert_check(&transaction, row)?;
            Announced::New
        }
    };
    transaction.execute("delete from secrets where check_id = ?1 and kind = 0", params![row.check.as_bytes()])?;
    insert_secret(&transaction, link, SecretKind::Start, row.check, until)?;
    transaction.commit()?;
    Ok(announced)
}

fn insert_check(connection: &Connection, row: &CheckRow) -> Result<usize, StoreError> {
    Ok(connection.execute(
        "insert into checks (check_id, site, jti, policy, sub, request, return_url, announced, expires)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            row.check.as_bytes(),
            row.site.as_str(),
            row.jti,
            row.policy.as_str(),
            row.sub,
            row.request,
            row.return_url,
            seconds(row.announced),
            seconds(row.expires),
        ],
    )?)
}

fn insert_secret(
    connection: &Connection,
    hash: SecretHash,
    kind: SecretKind,
    check: CheckId,
    until: Timestamp,
) -> Result<usize, StoreError> {
    Ok(connection.execute(
        "insert into secrets (hash, kind, check_id, until) values (?1, ?2, ?3, ?4)",
        params![hash, kind_number(kind), check.as_bytes(), seconds(until)],
    )?)
}

fn find_secret(
    connection: &Connection,
    hash: SecretHash,
    kind: SecretKind,
    now: Timestamp,
) -> Result<Option<CheckId>, StoreError> {
    let sql = "select check_id from secrets where hash = ?1 and kind = ?2 and until > ?3";
    let found = connection
        .query_row(sql, params![hash, kind_number(kind), seconds(now)], |row| row.get(0).map(CheckId::from_bytes));
    Ok(found.optional()?)
}

fn burn(
    connection: &mut Connection,
    link: SecretHash,
    new: NewSession,
    now: Timestamp,
) -> Result<Option<CheckId>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(check) = find_secret(&transaction, link, SecretKind::Start, now)? else { return Ok(None) };
    transaction.execute("delete from secrets where hash = ?1", params![link])?;
    insert_secret(&transaction, new.session, SecretKind::Session, check, new.session_until)?;
    insert_secret(&transaction, new.status, SecretKind::Status, check, new.status_until)?;
    transaction.commit()?;
    Ok(Some(check))
}

fn member_left(
    connection: &mut Connection,
    site: &SiteName,
    sub: &str,
    erase_at: Timestamp,
) -> Result<u64, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Being told twice must not lengthen the time.
    let marked = transaction.execute(
        "update checks set erase_at = min(coalesce(erase_at, ?3), ?3) where site = ?1 and sub = ?2",
        params![site.as_str(), sub, seconds(erase_at)],
    )?;
    transaction.execute(
        "delete from secrets where kind in (0, 1)
         and check_id in (select check_id from checks where site = ?1 and sub = ?2)",
        params![site.as_str(), sub],
    )?;
    transaction.commit()?;
    Ok(marked as u64)
}

fn sweep(connection: &mut Connection, now: Timestamp) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("delete from calls where until <= ?1", params![seconds(now)])?;
    transaction.execute("delete from secrets where until <= ?1", params![seconds(now)])?;
    transaction.execute(
        "delete from secrets where check_id in (select check_id from checks where erase_at <= ?1)",
        params![seconds(now)],
    )?;
    transaction.execute(
        "update checks set sub = null, request = '', return_url = '', erase_at = null where erase_at <= ?1",
        params![seconds(now)],
    )?;
    Ok(transaction.commit()?)
}

impl GateStore for GateSqlite {
    fn announce(
        &self,
        row: CheckRow,
        link: SecretHash,
        until: Timestamp,
    ) -> Pending<'_, Result<Announced, StoreError>> {
        self.run(move |connection| announce(connection, &row, link, until))
    }

    fn check(&self, check: CheckId) -> Pending<'_, Result<Option<CheckRow>, StoreError>> {
        self.run(move |connection| {
            let sql = format!("select {COLUMNS} from checks where check_id = ?1");
            Ok(connection.query_row(&sql, params![check.as_bytes()], check_row).optional()?)
        })
    }

    fn checks_of(&self, site: SiteName, sub: String, limit: u16) -> Pending<'_, Result<Vec<CheckRow>, StoreError>> {
        self.run(move |connection| {
            let sql = format!(
                "select {COLUMNS} from checks where site = ?1 and sub = ?2 order by announced desc, check_id limit ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![site.as_str(), sub, limit], check_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn withdraw(&self, check: CheckId, at: Timestamp) -> Pending<'_, Result<(), StoreError>> {
        self.run(move |connection| {
            let sql = "update checks set withdrawn = coalesce(withdrawn, ?2) where check_id = ?1";
            connection.execute(sql, params![check.as_bytes(), seconds(at)])?;
            Ok(())
        })
    }

    fn left(&self, site: SiteName, sub: String, erase_at: Timestamp) -> Pending<'_, Result<u64, StoreError>> {
        self.run(move |connection| member_left(connection, &site, &sub, erase_at))
    }

    fn use_call(&self, site: SiteName, jti: String, until: Timestamp) -> Pending<'_, Result<bool, StoreError>> {
        self.run(move |connection| {
            let sql = "insert into calls (site, jti, until) values (?1, ?2, ?3) on conflict do nothing";
            Ok(connection.execute(sql, params![site.as_str(), jti, seconds(until)])? == 1)
        })
    }

    fn peek_link(&self, link: SecretHash, now: Timestamp) -> Pending<'_, Result<Option<CheckId>, StoreError>> {
        self.opens(link, SecretKind::Start, now)
    }

    fn burn_link(
        &self,
        link: SecretHash,
        session: NewSession,
        now: Timestamp,
    ) -> Pending<'_, Result<Option<CheckId>, StoreError>> {
        self.run(move |connection| burn(connection, link, session, now))
    }

    fn opens(
        &self,
        secret: SecretHash,
        kind: SecretKind,
        now: Timestamp,
    ) -> Pending<'_, Result<Option<CheckId>, StoreError>> {
        self.run(move |connection| find_secret(connection, secret, kind, now))
    }

    fn sweep(&self, now: Timestamp) -> Pending<'_, Result<(), StoreError>> {
        self.run(move |connection| sweep(connection, now))
    }
}

#[cfg(test)]
mod tests;
