//! What keeper.db says of an installation, for whoever judges it. Reads, and leaves nothing behind: neither a lock nor a
//! file beside it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{alert::Rota, check::Role, policy::Policy, time::Timestamp};

use crate::{
    db::{
        self,
        columns::{At, Packed, Word},
        meta::{self, Installation},
    },
    engine::is_paused,
    wire::SiteView,
};

mod witnesses;

pub use witnesses::Witness;

/// What was read. No member is in it, and of the staff only what a judgement needs.
#[derive(Debug, Clone)]
pub struct Survey {
    /// What was fixed at the founding; nothing if none took place.
    pub installation: Option<Installation>,
    /// The schema's number.
    pub schema: u32,
    /// The newest that this program knows.
    pub newest_schema: u32,
    /// The highest confirmed time.
    pub confirmed: Option<Timestamp>,
    /// Whether the first real check has come.
    pub in_use: bool,
    /// Whether somebody is called when something happens.
    pub has_rota: bool,
    /// Whether openings are paused.
    pub paused: bool,
    /// Everybody who may sign in: a name to compare, never to print, and the role.
    pub staff: Vec<(String, Role)>,
    /// Until when each open invitation works.
    pub invitations: Vec<Timestamp>,
    /// Every site.
    pub sites: Vec<SiteView>,
    /// Every policy in its newest version.
    pub policies: Vec<Policy>,
    /// When each message that still waits for a site was made, with that site's name.
    pub waiting: Vec<(String, Timestamp)>,
    /// The witnesses; none where the schema is too old to have them.
    pub witnesses: Vec<Witness>,
}

/// Why keeper.db was not read.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// SQLite's own reason.
    #[error("keeper.db can't be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A newer version wrote it.
    #[error("keeper.db has schema {0}, newer than the {newest} that this program knows", newest = db::NEWEST)]
    TooNew(u32),
    /// Its path has bytes that no URI has.
    #[error("the path of keeper.db is not UTF-8")]
    Path,
}

/// The version of SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Reads the keeper.db at `path`, whether its keeper runs, has stopped, or was killed.
///
/// # Errors
/// [`SurveyError`].
pub fn survey(path: &Path) -> Result<Survey, SurveyError> {
    match read(&open(path)?) {
        // Its keeper may have stopped, or begun anew, between two of our looks.
        Err(SurveyError::Sqlite(_)) => read(&open(path)?),
        read => read,
    }
}

/// A connection for reading. SQLite would make files beside a database to read it, or write to them. So without a log
/// the database is read as it lies (`immutable`), being whole and nobody's; and with one the log's index is not written
/// to (`readonly_shm`), whether its keeper runs or was killed. A log without an index can't be read that way.
fn open(path: &Path) -> Result<Connection, SurveyError> {
    let log = PathBuf::from(format!("{}-wal", path.to_str().ok_or(SurveyError::Path)?));
    let how = if log.exists() { "readonly_shm=1" } else { "immutable=1" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(format!("file:{}?mode=ro&{how}", escaped(path)?), flags)?)
}

/// A path in a URI: what would end it or mean something is written as its number.
fn escaped(path: &Path) -> Result<String, SurveyError> {
    let text = path.to_str().ok_or(SurveyError::Path)?;
    Ok(text.replace('%', "%25").replace('?', "%3f").replace('#', "%23"))
}

fn read(db: &Connection) -> Result<Survey, SurveyError> {
    let schema = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if schema > db::NEWEST {
        return Err(SurveyError::TooNew(schema));
    }
    Ok(Survey {
        installation: meta::get(db, meta::names::INSTALLATION)?,
        schema,
        newest_schema: db::NEWEST,
        confirmed: meta::get(db, meta::names::CONFIRMED)?,
        in_use: meta::is(db, meta::names::IN_USE)?,
        has_rota: meta::get::<Rota>(db, meta::names::ROTA)?.is_some(),
        paused: is_paused(db, meta::get(db, meta::names::CONFIRMED)?.unwrap_or(Timestamp(0)))?,
        staff: staff(db)?,
        invitations: invitations(db)?,
        sites: sites(db)?,
        policies: policies(db)?,
        waiting: waiting(db)?,
        witnesses: witnesses::read(db)?,
    })
}

fn staff(db: &Connection) -> rusqlite::Result<Vec<(String, Role)>> {
    let mut rows = db.prepare("SELECT name, role FROM staff")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get::<_, Word<Role>>(1)?.0)))?.collect()
}

fn invitations(db: &Connection) -> rusqlite::Result<Vec<Timestamp>> {
    let mut rows = db.prepare("SELECT until FROM invitation")?;
    rows.query_map([], |row| Ok(row.get::<_, At<Timestamp>>(0)?.0))?.collect()
}

fn sites(db: &Connection) -> rusqlite::Result<Vec<SiteView>> {
    let mut rows = db.prepare("SELECT view FROM site ORDER BY name")?;
    rows.query_map([], |row| Ok(row.get::<_, Packed<SiteView>>(0)?.0))?.collect()
}

fn policies(db: &Connection) -> rusqlite::Result<Vec<Policy>> {
    let newest = "SELECT body FROM policy AS p
                  WHERE version = (SELECT max(version) FROM policy WHERE name = p.name) ORDER BY name";
    db.prepare(newest)?.query_map([], |row| Ok(row.get::<_, Packed<Policy>>(0)?.0))?.collect()
}

fn waiting(db: &Connection) -> rusqlite::Result<Vec<(String, Timestamp)>> {
    let mut rows = db.prepare("SELECT site, created FROM outbox")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get::<_, At<Timestamp>>(1)?.0)))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeMap, fs};

    /// Every file of a folder with its bytes.
    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
        named.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
    }

    #[track_caller]
    fn assert_same(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) {
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        let altered: Vec<_> = before.iter().filter(|(name, bytes)| after[*name] != **bytes).collect();
        assert!(altered.is_empty(), "{:?}", altered.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }

    fn with_person(folder: &Path) -> Connection {
        let db = db::open(&folder.join("keeper.db")).unwrap();
        let person = "INSERT INTO staff VALUES (x'01', 'a', 'officer', x'02', x'03', 0, 0)";
        db.execute(person, []).unwrap();
        db
    }

    fn officers(folder: &Path) -> usize {
        let survey = survey(&folder.join("keeper.db")).unwrap();
        survey.staff.iter().filter(|(_, role)| *role == Role::Officer).count()
    }

    #[test]
    fn a_running_keepers_newest_word_is_read_and_its_files_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let db = with_person(folder.path());
        // Two connections of one process share their view of the index; that of another process does not alter it, as
        // the test on a whole installation sees.
        let files = || files(folder.path()).into_iter().filter(|(name, _)| name != "keeper.db-shm").collect();
        let before: BTreeMap<String, Vec<u8>> = files();
        assert!(!before["keeper.db-wal"].is_empty(), "what was said lies in the log alone");
        assert_eq!(officers(folder.path()), 1);
        assert_same(&before, &files());
        // And the keeper is not held up.
        db::truncate_wal(&db).unwrap();
        assert_eq!(officers(folder.path()), 1);
    }

    #[test]
    fn a_stopped_keepers_database_is_read_without_a_file_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        drop(with_person(folder.path()));
        let before = files(folder.path());
        assert_eq!(before.keys().collect::<Vec<_>>(), ["keeper.db"]);
        assert_eq!(officers(folder.path()), 1);
        assert_same(&before, &files(folder.path()));
    }

    #[test]
    fn a_killed_keepers_log_is_read_and_left_as_it_is() {
        let (folder, dead) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let _db = with_person(folder.path());
        for (name, bytes) in files(folder.path()) {
            fs::write(dead.path().join(name), bytes).unwrap();
        }
        let before = files(dead.path());
        assert_eq!(officers(dead.path()), 1);
        assert_same(&before, &files(dead.path()));
        fs::remove_file(dead.path().join("keeper.db-shm")).unwrap();
        assert!(survey(&dead.path().join("keeper.db")).is_err(), "rather no answer than a file made");
        assert_eq!(files(dead.path()).len(), 2);
    }

    #[test]
    fn a_newer_schema_is_named() {
        let folder = tempfile::tempdir().unwrap();
        with_person(folder.path()).pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(survey(&folder.path().join("keeper.db")), Err(SurveyError::TooNew(99))));
    }
}
