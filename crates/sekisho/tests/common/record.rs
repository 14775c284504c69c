//! What an installation's own record says, looked at while it runs.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use sekisho_core::event::{Event, What};

/// The keeper's database below `data`, to be read only.
pub(crate) fn database(data: &Path) -> Connection {
    Connection::open_with_flags(data.join("keeper/keeper.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// What each event says, oldest first.
pub(crate) fn events(data: &Path) -> Vec<What> {
    let db = database(data);
    let mut rows = db.prepare("SELECT body FROM event ORDER BY place").unwrap();
    let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    bodies.map(|body| Event::from_bytes(&body.unwrap()).unwrap().what).collect()
}
