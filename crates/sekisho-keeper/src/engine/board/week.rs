//! What happened by the quarter of an hour, counted from the ledger's own entries, each read once.
//!
//! It lies in memory and follows the ledger: nothing is written for it, and no viewing waits for it. After a start it
//! goes back through the entries of the last seven days, some at each tick; until it has them the board says since
//! when it counts.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::Connection;
use sekisho_core::time::{HOUR, Timestamp};
use serde::Deserialize;

use super::super::{fault::Fault, turn::Turn};
use crate::wire::{Board, Flow, Quarter};

/// How far back it counts, in seconds.
const REACH: u64 = 7 * 24 * HOUR;
/// Entries that one tick reads of what was there before a start: some five milliseconds of work.
const BACK_AT_ONCE: u64 = 4_000;

const ENTRIES: &str = "SELECT place, body FROM event WHERE place >= ?1 AND place < ?2 ORDER BY place";

/// The counts, and which entries they are of.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Week {
    /// The first entry that is counted.
    first: u64,
    /// The first one after those that are; nothing before anything was counted.
    next: Option<u64>,
    /// Whether it reaches as far back as it is to.
    whole: bool,
    /// The earliest time of what is counted.
    since: Option<Timestamp>,
    quarters: BTreeMap<u64, Quarter>,
    /// Where the newest findings stand and when they were made, the oldest first.
    found: VecDeque<(u64, Timestamp)>,
}

/// As much of an event as is counted.
#[derive(Deserialize)]
struct Seen<'a> {
    at: Timestamp,
    #[serde(borrow)]
    event: &'a str,
}

/// A tick's share of the work. It counts what is durable alone.
pub(super) fn keep(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let mut week = std::mem::take(&mut turn.room.week);
    let kept = week.follow(turn.db, turn.room.ledger.size()).and_then(|()| week.go_back(turn.db, turn.now.at));
    turn.room.week = if kept.is_ok() { week } else { Week::default() };
    kept
}

/// The week with what this turn's transaction holds so far, which may yet come to nothing.
pub(super) fn as_of_this_turn(turn: &mut Turn<'_>, size: u64) -> Result<Week, Fault> {
    keep(turn)?;
    let mut week = turn.room.week.clone();
    week.follow(turn.db, size)?;
    Ok(week)
}

impl Week {
    /// Counts the entries that came since.
    fn follow(&mut self, db: &Connection, size: u64) -> Result<(), Fault> {
        let next = *self.next.get_or_insert_with(|| {
            self.first = size;
            size
        });
        self.read(db, next, size, |week, found| week.found.push_back(found))?;
        let more = self.found.len().saturating_sub(Board::FOUND_MOST);
        self.found.drain(..more);
        self.next = Some(size);
        Ok(())
    }

    /// Counts some of the entries before those that are counted, until they are older than a week.
    fn go_back(&mut self, db: &Connection, now: Timestamp) -> Result<(), Fault> {
        let reach = reach(now);
        self.quarters.retain(|quarter, _| (quarter + 1) * Quarter::SECONDS > reach.0);
        if self.whole {
            return Ok(());
        }
        let (to, from) = (self.first, self.first.saturating_sub(BACK_AT_ONCE));
        let mut found = Vec::new();
        self.read(db, from, to, |_, one| found.push(one))?;
        let room = Board::FOUND_MOST.saturating_sub(self.found.len());
        found.into_iter().rev().take(room).for_each(|one| self.found.push_front(one));
        self.first = from;
        self.whole = from == 0 || self.since.is_some_and(|since| since < reach);
        Ok(())
    }

    fn read(
        &mut self,
        db: &Connection,
        from: u64,
        to: u64,
        mut found: impl FnMut(&mut Self, (u64, Timestamp)),
    ) -> Result<(), Fault> {
        let mut entries = db.prepare_cached(ENTRIES)?;
        let mut rows = entries.query((from as i64, to as i64))?;
        while let Some(row) = rows.next()? {
            // One that can't be read is an entry of a later format: it is none of those that are counted.
            let Ok(seen) = serde_json::from_slice::<Seen<'_>>(row.get_ref(1)?.as_blob().unwrap_or_default()) else {
                continue;
            };
            self.count(seen.at, seen.event);
            if seen.event == "found" {
                found(self, (row.get::<_, i64>(0)? as u64, seen.at));
            }
        }
        Ok(())
    }

    fn count(&mut self, at: Timestamp, event: &str) {
        self.since = Some(self.since.map_or(at, |since| since.min(at)));
        let counted: fn(&mut Quarter) -> &mut u64 = match event {
            "received" => |quarter| &mut quarter.arrived,
            "viewed" => |quarter| &mut quarter.viewed,
            "decided" => |quarter| &mut quarter.decided,
            _ => return,
        };
        let number = at.0 / Quarter::SECONDS;
        let empty = Quarter { start: Timestamp(number * Quarter::SECONDS), ..Quarter::default() };
        *counted(self.quarters.entry(number).or_insert(empty)) += 1;
    }

    /// What the board shows of it.
    pub(super) fn flow(&self, now: Timestamp) -> Flow {
        let reach = reach(now);
        let since = if self.whole { reach } else { self.since.unwrap_or(now).max(reach) };
        Flow { quarters: self.quarters.values().copied().collect(), since }
    }

    /// Where the newest findings of seven days stand, the newest first.
    pub(super) fn found(&self, now: Timestamp) -> Vec<u64> {
        let recent = self.found.iter().rev().filter(|(_, at)| *at >= reach(now));
        recent.map(|(place, _)| *place).collect()
    }
}

/// Since when it is to count.
fn reach(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(REACH))
}
