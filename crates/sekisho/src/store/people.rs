//! Whose checks are, and who works here, as the database of an installation or of an export says.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    thread,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sekisho_core::id::{CheckId, StaffId};
use sekisho_scope::ledger::{Exported, Member, Members};
use serde::Deserialize;

/// Why nobody can say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeopleError {
    /// The database.
    #[error("the keeper's database can't be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file of an export.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Who knows.
pub(crate) enum People {
    /// The database of an installation, which may run meanwhile, and the members that were asked for, by numbers.
    Database(Connection, HashMap<String, Member>),
    /// An export: checks and whose they are, people by name.
    Export {
        /// Whose checks are.
        checks: Exported,
        /// Who works here.
        staff: Vec<(String, StaffId)>,
    },
}

impl People {
    /// What the database at `path` knows.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) fn in_database(path: &Path) -> Result<Self, PeopleError> {
        let open = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self::Database(open, HashMap::new()))
    }

    /// What the keeper's tables in an export know, which lie in `folder`.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) fn in_export(folder: &Path) -> Result<Self, PeopleError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let checks = Exported::new(folder.join("checks.jsonl"), threads);
        let mut staff = Vec::new();
        lines(&folder.join("staff.jsonl"), |Person { id, name }| staff.push((name, id)))?;
        Ok(Self::Export { checks, staff })
    }

    /// Everybody of this name.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) fn named(&self, name: &str) -> Result<Vec<StaffId>, PeopleError> {
        match self {
            Self::Export { staff, .. } => {
                Ok(staff.iter().filter(|(known, _)| known == name).map(|(_, id)| *id).collect())
            }
            Self::Database(open, _) => {
                let mut rows = open.prepare("SELECT id FROM staff WHERE name = ?1")?;
                let ids = rows.query_map([name], |row| row.get(0).map(StaffId::from_bytes))?;
                Ok(ids.collect::<Result<_, _>>()?)
            }
        }
    }
}

impl Members for People {
    type Error = PeopleError;

    fn prepare(&mut self, wanted: &mut dyn Iterator<Item = CheckId>) -> Result<(), PeopleError> {
        let Self::Export { checks, .. } = self else { return Ok(()) };
        checks.prepare(wanted).map_err(|source| PeopleError::File { path: checks.file().to_owned(), source })
    }

    fn of(&mut self, check: CheckId) -> Result<Option<Member>, PeopleError> {
        match self {
            Self::Export { checks, .. } => {
                checks.of(check).map_err(|source| PeopleError::File { path: checks.file().to_owned(), source })
            }
            Self::Database(open, members) => {
                let mut row = open.prepare_cached("SELECT sub FROM checks WHERE id = ?1")?;
                let sub = row.query_row([check.as_bytes()], |row| row.get::<_, Option<String>>(0)).optional()?;
                let next = members.len() as Member;
                Ok(sub.flatten().map(|sub| *members.entry(sub).or_insert(next)))
            }
        }
    }
}

#[derive(Deserialize)]
struct Person {
    id: StaffId,
    name: String,
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path, mut see: impl FnMut(T)) -> Result<(), PeopleError> {
    let failed = |source| PeopleError::File { path: path.to_owned(), source };
    for line in BufReader::new(File::open(path).map_err(failed)?).lines() {
        see(serde_json::from_str(&line.map_err(failed)?).map_err(|error| failed(error.into()))?);
    }
    Ok(())
}
