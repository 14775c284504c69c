//! Copies a database that may be in use, and of it only what was judged to be taken.
//!
//! What is left out is never written: the copy is made anew, row by row, instead of whole and then emptied. So
//! nothing of it lies in a free page of the copy, or in a block of its disk.

use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{Rows, Table};

/// How long to wait for a database that is being mended after a crash.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a database was not copied. Nothing of the copy is to be used then.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// SQLite's own reason.
    #[error("{path}: {source}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The copy can't be made.
    #[error("{path}: {source}")]
    Io {
        /// The copy.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It holds what nobody judged.
    #[error("{path} has {what}, which this program doesn't know: use the program that serves it")]
    Unjudged {
        /// The database.
        path: PathBuf,
        /// The table or column.
        what: String,
    },
    /// Rows of the copy hang on others that are not there.
    #[error("{0}: rows hang on others that are missing; the database is damaged")]
    Broken(PathBuf),
}

/// Copies what `tables` says of the database at `source` into a new file at `target`, readable by its owner alone, as
/// of one moment. Whoever writes to `source` goes on meanwhile.
///
/// The file is not yet durable on return.
///
/// # Errors
/// [`CopyError`]; then `target` may hold a part.
pub fn copy(source: &Path, target: &Path, tables: &[Table]) -> Result<(), CopyError> {
    create(target).map_err(|error| CopyError::Io { path: target.to_owned(), source: error })?;
    let work = || {
        let db = open(source, target)?;
        let unjudged = unjudged(&db, tables)?;
        if unjudged.is_none() {
            fill(&db, tables)?;
        }
        Ok((unjudged, db.prepare("PRAGMA main.foreign_key_check")?.exists([])?))
    };
    match work() {
        Err(error) => Err(CopyError::Sqlite { path: source.to_owned(), source: error }),
        Ok((Some(what), _)) => Err(CopyError::Unjudged { path: source.to_owned(), what }),
        Ok((None, true)) => Err(CopyError::Broken(source.to_owned())),
        Ok((None, false)) => Ok(()),
    }
}

fn create(target: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(target).map(drop)
}

/// The copy, with the source attached for reading; in a transaction, so that all is of one moment.
fn open(source: &Path, target: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(target, flags)?;
    db.busy_timeout(PATIENCE)?;
    // A half-made copy is never used, so it needs no journal.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    db.execute("ATTACH ?1 AS source", [uri(source)])?;
    db.execute_batch("BEGIN")?;
    Ok(db)
}

/// The path as SQLite takes it with a question mark behind it.
fn uri(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => text.push(char::from(*byte)),
            other => drop(write!(text, "%{other:02x}")),
        }
    }
    text + "?mode=ro"
}

/// The first table or column of the source that is not in `tables`, or that is in them and not in the source.
fn unjudged(db: &Connection, tables: &[Table]) -> rusqlite::Result<Option<String>> {
    let there = columns(db)?;
    let judged: Vec<_> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| format!("{}.{}", table.name, column.name)))
        .collect();
    let other = there.iter().find(|name| !judged.contains(name)).cloned();
    Ok(other.or_else(|| judged.into_iter().find(|name| !there.contains(name)).map(|name| format!("no {name}"))))
}

fn columns(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut all = db.prepare(
        "SELECT t.name || '.' || c.name FROM source.sqlite_schema AS t
         JOIN pragma_table_xinfo(t.name, 'source') AS c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid",
    )?;
    all.query_map([], |row| row.get(0))?.collect()
}

fn fill(db: &Connection, tables: &[Table]) -> rusqlite::Result<()> {
    let schema: Vec<String> = db
        .prepare("SELECT sql FROM source.sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, rowid")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    schema.iter().try_for_each(|sql| db.execute_batch(sql))?;
    for statement in tables.iter().filter_map(insert) {
        db.execute(&statement, [])?;
    }
    let version: u32 = db.query_row("PRAGMA source.user_version", [], |row| row.get(0))?;
    db.pragma_update(None, "user_version", version)?;
    db.execute_batch("COMMIT")
}

/// The statement that copies a table's rows; nothing if none is taken.
fn insert(table: &Table) -> Option<String> {
    let which = match table.rows {
        Rows::All => "TRUE",
        Rows::Where { holds, .. } => holds,
        Rows::None { .. } => return None,
    };
    let names: Vec<_> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let values: Vec<_> = names
        .iter()
        .zip(table.columns)
        .map(|(name, column)| if column.left_out.is_some() { "NULL" } else { name.as_str() })
        .collect();
    let (name, names, values) = (table.name, names.join(", "), values.join(", "));
    Some(format!("INSERT INTO main.\"{name}\" ({names}) SELECT {values} FROM source.\"{name}\" WHERE {which}"))
}

#[cfg(test)]
mod tests {
    use super::{super::KEEPER_DB, *};
    use crate::db;

    const KEY: &[u8] = b"\x01a wrapped key that stays where it is\x02";

    fn source() -> (tempfile::TempDir, PathBuf, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a ?#% 関.db");
        let db = db::open(&path).unwrap();
        db.execute_batch(
            "INSERT INTO site VALUES ('site-a', x'00');
             INSERT INTO checks (id, site, jti, policy, policy_version, state, arrivals, created)
             VALUES (zeroblob(16), 'site-a', 'j', 'p', 1, 'in_review', 1, 5);
             INSERT INTO invitation VALUES (x'77616e646572', zeroblob(16), 'n', 'reviewer', 9, NULL);
             INSERT INTO intake_key VALUES (zeroblob(16), 1, x'01', x'02');
             INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, sha256,
                                   length, key_place)
             VALUES (zeroblob(16), zeroblob(16), 'site-a', 'k', 'waiting', 5, 6, 6, x'00', 1, 48);",
        )
        .unwrap();
        db.execute("INSERT INTO key_page VALUES (1, 7, ?1)", [KEY]).unwrap();
        (folder, path, db)
    }

    fn count(db: &Connection, table: &str) -> i64 {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    fn holds(path: &Path, text: &[u8]) -> bool {
        std::fs::read(path).unwrap().windows(text.len()).any(|window| window == text)
    }

    /// M8: the copy of a database in use has its rows, and nothing that would open a document.
    #[test]
    fn what_is_left_out_is_not_in_the_copys_bytes() {
        let (folder, path, live) = source();
        db::truncate_wal(&live).unwrap();
        let target = folder.path().join("copy.db");
        copy(&path, &target, KEEPER_DB).unwrap();
        assert!(holds(&path, KEY) && holds(&path, b"wander"), "the test sees what it claims to");
        assert!(!holds(&target, KEY) && !holds(&target, b"wander"));
        let copied = db::open(&target).unwrap();
        let kept = ["site", "checks", "document"].map(|table| count(&copied, table));
        let left_out = ["invitation", "intake_key", "key_page", "document_key"].map(|table| count(&copied, table));
        assert_eq!((kept, left_out), ([1; 3], [0; 4]));
        assert_eq!(count(&copied, "document WHERE key_place IS NULL"), 1);
    }

    #[test]
    fn the_copy_is_of_one_moment_and_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path, live) = source();
        let target = folder.path().join("copy.db");
        live.execute_batch("BEGIN IMMEDIATE; INSERT INTO site VALUES ('site-b', x'00')").unwrap();
        copy(&path, &target, KEEPER_DB).unwrap();
        live.execute_batch("COMMIT").unwrap();
        assert_eq!(count(&db::open(&target).unwrap(), "site"), 1, "what was not committed is not in it");
        assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// Every table and column is judged: whoever adds one to the schema has to say here what becomes of it.
    #[test]
    fn a_column_or_table_that_nobody_judged_is_refused() {
        for (change, named) in
            [("ALTER TABLE staff ADD COLUMN photo BLOB", "staff.photo"), ("CREATE TABLE keys (k BLOB)", "keys.k")]
        {
            let (folder, path, live) = source();
            live.execute_batch(change).unwrap();
            let refused = copy(&path, &folder.path().join("copy.db"), KEEPER_DB);
            assert!(matches!(&refused, Err(CopyError::Unjudged { what, .. }) if what == named), "{refused:?}");
        }
    }

    #[test]
    fn what_is_no_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = copy(&folder.path().join("none.db"), &folder.path().join("copy.db"), KEEPER_DB).unwrap_err();
        assert!(missing.to_string().contains("none.db"), "{missing}");
    }
}
