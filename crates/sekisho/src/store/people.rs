//! Whose checks are, and who works here, as the database of an installation or of an export says.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension};
use sekisho_core::id::{CheckId, StaffId};
use sekisho_scope::ledger::{Member, Members};
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
    /// The database of an installation, which may run meanwhile.
    Database(Connection),
    /// An export: checks and whose they are, people by name.
    Export {
        /// The site's hash of each check's member.
        members: HashMap<CheckId, Member>,
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
        Ok(Self::Database(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?))
    }

    /// What the keeper's tables in an export know, which lie in `folder`.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub(crate) fn in_export(folder: &Path) -> Result<Self, PeopleError> {
        let mut members = HashMap::new();
        lines(&folder.join("checks.jsonl"), |Check { id, sub }| {
            members.extend(sub.map(|sub| (id, sub.into_bytes().into_boxed_slice())));
        })?;
        let mut staff = Vec::new();
        lines(&folder.join("staff.jsonl"), |Person { id, name }| staff.push((name, id)))?;
        Ok(Self::Export { members, staff })
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
            Self::Database(open) => {
                let mut rows = open.prepare("SELECT id FROM staff WHERE name = ?1")?;
                let ids = rows.query_map([name], |row| row.get(0).map(StaffId::from_bytes))?;
                Ok(ids.collect::<Result<_, _>>()?)
            }
        }
    }
}

impl Members for People {
    type Error = PeopleError;

    fn of(&mut self, check: CheckId) -> Result<Option<Member>, PeopleError> {
        match self {
            Self::Export { members, .. } => Ok(members.get(&check).cloned()),
            Self::Database(open) => {
                let mut row = open.prepare_cached("SELECT sub FROM checks WHERE id = ?1")?;
                let sub = row.query_row([check.as_bytes()], |row| row.get::<_, Option<String>>(0)).optional()?;
                Ok(sub.flatten().map(|sub| sub.into_bytes().into_boxed_slice()))
            }
        }
    }
}

#[derive(Deserialize)]
struct Check {
    id: CheckId,
    sub: Option<String>,
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
