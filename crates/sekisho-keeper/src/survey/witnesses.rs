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
