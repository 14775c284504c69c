//! The witnesses, as far as keeper.db tells of them.

use rusqlite::Connection;
use sekisho_core::time::Timestamp;

use crate::db::columns::At;

/// One witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name.
    pub name: String,
    /// Since when it is registered.
    pub registered: Timestamp,
    /// Since when it is forgotten, if it is.
    pub forgotten: Option<Timestamp>,
    /// When it last cosigned, by its own clock.
    pub cosigned: Option<Timestamp>,
    /// Whether it contradicts this ledger.
    pub contradicts: bool,
}

/// Those that there are; none where there is no table of them yet.
pub(super) fn read(db: &Connection) -> rusqlite::Result<Vec<Witness>> {
    let table = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'witness'";
    if db.query_row(table, [], |row| row.get::<_, u32>(0))? == 0 {
        return Ok(Vec::new());
    }
    let rows = "SELECT name, registered, forgotten, cosigned_at, contradiction IS NOT NULL FROM witness ORDER BY name";
    let mut rows = db.prepare(rows)?;
    rows.query_map([], |row| {
        let at = |place| row.get::<_, Option<At<Timestamp>>>(place).map(|at| at.map(|At(at)| at));
        Ok(Witness {
            name: row.get(0)?,
            registered: row.get::<_, At<Timestamp>>(1)?.0,
            forgotten: at(2)?,
            cosigned: at(3)?,
            contradicts: row.get(4)?,
        })
    })?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_are_read_from_the_table_that_the_keeper_writes() {
        let folder = tempfile::tempdir().unwrap();
        let db = crate::db::open(&folder.path().join("keeper.db")).unwrap();
        assert_eq!(read(&db).unwrap(), []);
        let put = "INSERT INTO witness (name, key, url, registered, forgotten, known, cosigned_at, contradiction)
                   VALUES (?1, '', '', 10, ?2, 0, ?3, ?4)";
        db.execute(put, ("a.example", None::<i64>, Some(20), None::<&str>)).unwrap();
        db.execute(put, ("b.example", Some(30), None::<i64>, Some("other_ledger"))).unwrap();
        let at = Timestamp;
        let quiet = Witness {
            name: "a.example".into(),
            registered: at(10),
            forgotten: None,
            cosigned: Some(at(20)),
            contradicts: false,
        };
        let other = Witness {
            name: "b.example".into(),
            forgotten: Some(at(30)),
            cosigned: None,
            contradicts: true,
            ..quiet.clone()
        };
        assert_eq!(read(&db).unwrap(), [quiet, other]);
    }
}
