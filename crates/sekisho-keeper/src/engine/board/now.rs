//! What is going on: who is on shift, and which documents somebody has.

use rusqlite::Connection;
use sekisho_core::time::Timestamp;

use super::super::{assign::ASSIGNMENT_SECONDS, turn::Turn};
use crate::{
    db::columns::{At, Id, Word},
    wire::{Board, OpenNow, ShiftNow},
};

// One person has one assignment, so this is as many rows as people at work; the look is one seek for each.
const OPEN: &str = "SELECT a.staff, a.document, d.site, a.until,
        iif(a.viewed, (SELECT max(v.at) FROM viewing AS v WHERE v.document = a.document AND v.staff = a.staff), NULL)
     FROM assignment AS a JOIN document AS d ON d.id = a.document
     WHERE a.state = 'open' ORDER BY a.until, a.staff LIMIT ?1";

/// The documents that somebody has now.
pub(super) fn open(db: &Connection) -> rusqlite::Result<Vec<OpenNow>> {
    let mut open = db.prepare_cached(OPEN)?;
    let found = open.query_map([Board::OPEN_MOST as i64], |row| {
        let until: Timestamp = row.get::<_, At<_>>(3)?.0;
        Ok(OpenNow {
            staff: row.get::<_, Id<_>>(0)?.0,
            document: row.get::<_, Id<_>>(1)?.0,
            site: row.get::<_, Word<_>>(2)?.0,
            given: until - ASSIGNMENT_SECONDS,
            viewed: row.get::<_, Option<At<_>>>(4)?.map(|At(at)| at),
            until,
        })
    })?;
    found.collect()
}

/// The shifts that run.
pub(super) fn shifts(turn: &Turn<'_>) -> Vec<ShiftNow> {
    let now = turn.now.at;
    let running = turn.room.shifts.running().filter(|shift| shift.until > now);
    let mut shifts: Vec<_> = running
        .map(|shift| ShiftNow { shift: shift.id, staff: shift.staff, role: shift.role, until: shift.until })
        .collect();
    shifts.sort_unstable_by_key(|shift| (shift.staff, shift.shift));
    shifts
}
