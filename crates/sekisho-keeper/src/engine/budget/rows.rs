//! What budgets are counted on, as it lies in keeper.db: how many there were until each second at which one was.

use std::{borrow::Cow, cell::RefCell};

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Counts, Kind, Series, Subject, Window},
    time::Timestamp,
};

use crate::db::columns::At;

/// The rows, for one decision: what was read once is not read again.
pub(in crate::engine) struct Rows<'a> {
    db: &'a Connection,
    ids: RefCell<Vec<(Series, Option<i64>)>>,
    read: RefCell<Vec<(i64, Timestamp, u64)>>,
}

/// How many `series` has until a second, that one included.
pub(super) const UNTIL: &str = "SELECT nth FROM metered WHERE series = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1";
pub(super) const LAST: &str = "SELECT max(at) FROM metered WHERE series = ?1";
// Of one series and 72 hours at most, and only for somebody who is refused.
pub(super) const WHEN: &str = "SELECT at FROM metered WHERE series = ?1 AND at > ?3 AND nth >= ?2 ORDER BY at LIMIT 1";

/// How many a series has until five seconds, each a seek in the index.
pub(super) const AHEAD: &str = "SELECT id,
    (SELECT nth FROM metered WHERE series = id AND at <= ?4 ORDER BY at DESC LIMIT 1),
    (SELECT nth FROM metered WHERE series = id AND at <= ?5 ORDER BY at DESC LIMIT 1),
    (SELECT nth FROM metered WHERE series = id AND at <= ?6 ORDER BY at DESC LIMIT 1),
    (SELECT nth FROM metered WHERE series = id AND at <= ?7 ORDER BY at DESC LIMIT 1),
    (SELECT nth FROM metered WHERE series = id AND at <= ?8 ORDER BY at DESC LIMIT 1)
    FROM series WHERE kind = ?1 AND whose = ?2 AND of = ?3";

impl<'a> Rows<'a> {
    pub(in crate::engine) fn of(db: &'a Connection) -> Self {
        Self { db, ids: RefCell::default(), read: RefCell::default() }
    }

    /// Adds a member to `series` at `at`. What is earlier than the last one counts as at its second: time doesn't go
    /// back.
    pub(in crate::engine) fn add(&self, series: &Series, at: Timestamp) -> rusqlite::Result<()> {
        self.read.borrow_mut().clear();
        let id = self.id_made(series)?;
        let last: Option<(At<Timestamp>, i64)> = self
            .db
            .prepare_cached("SELECT at, nth FROM metered WHERE series = ?1 ORDER BY at DESC LIMIT 1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (at, nth) = last.map_or((at, 0), |(At(last), nth)| (at.max(last), nth));
        self.db
            .prepare_cached(
                "INSERT INTO metered (series, at, nth) VALUES (?1, ?2, ?3)
                 ON CONFLICT (series, at) DO UPDATE SET nth = ?3",
            )?
            .execute((id, At(at), nth + 1))?;
        Ok(())
    }

    /// When the last member of `series` was, if that is later than `at`; else `at`.
    pub(super) fn not_before_last(&self, series: &Series, at: Timestamp) -> rusqlite::Result<Timestamp> {
        let Some(id) = self.id(series)? else { return Ok(at) };
        let last: Option<At<Timestamp>> = self.db.prepare_cached(LAST)?.query_row([id], |row| row.get(0))?;
        Ok(last.map_or(at, |At(last)| last.max(at)))
    }

    /// Reads at once what a decision at `now` asks of `series`: until now, and until each window began.
    pub(super) fn read_ahead(&self, series: &Series, now: Timestamp) -> rusqlite::Result<()> {
        let [minute, hour, day, three_days] =
            Window::ALL.map(|window| Timestamp(now.0.saturating_sub(window.seconds())));
        let at = [now, minute, hour, day, three_days];
        let (whose, of) = subject(&series.of);
        let [a, b, c, d, e] = at.map(At);
        let found: Option<(i64, [Option<i64>; 5])> = self
            .db
            .prepare_cached(AHEAD)?
            .query_row((kind(series.kind), whose, of, a, b, c, d, e), |row| {
                let counts = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
                Ok((row.get(0)?, counts))
            })
            .optional()?;
        self.ids.borrow_mut().push((series.clone(), found.map(|(id, _)| id)));
        if let Some((id, counts)) = found {
            let known = at.into_iter().zip(counts).map(|(at, nth)| (id, at, nth.unwrap_or(0) as u64));
            self.read.borrow_mut().extend(known);
        }
        Ok(())
    }

    fn id_made(&self, series: &Series) -> rusqlite::Result<i64> {
        if let Some(id) = self.id(series)? {
            return Ok(id);
        }
        self.ids.borrow_mut().clear();
        let (whose, of) = subject(&series.of);
        self.db
            .prepare_cached("INSERT INTO series (kind, whose, of) VALUES (?1, ?2, ?3) RETURNING id")?
            .query_row((kind(series.kind), whose, of), |row| row.get(0))
    }

    fn id(&self, series: &Series) -> rusqlite::Result<Option<i64>> {
        if let Some((_, id)) = self.ids.borrow().iter().find(|(known, _)| known == series) {
            return Ok(*id);
        }
        let (whose, of) = subject(&series.of);
        let id = self
            .db
            .prepare_cached("SELECT id FROM series WHERE kind = ?1 AND whose = ?2 AND of = ?3")?
            .query_row((kind(series.kind), whose, of), |row| row.get(0))
            .optional()?;
        self.ids.borrow_mut().push((series.clone(), id));
        Ok(id)
    }
}

impl Counts for Rows<'_> {
    type Error = rusqlite::Error;

    fn until(&self, series: &Series, at: Timestamp) -> rusqlite::Result<u64> {
        let Some(id) = self.id(series)? else { return Ok(0) };
        if let Some(&(.., nth)) = self.read.borrow().iter().find(|known| (known.0, known.1) == (id, at)) {
            return Ok(nth);
        }
        let nth: Option<i64> = self.db.prepare_cached(UNTIL)?.query_row((id, At(at)), |row| row.get(0)).optional()?;
        let nth = nth.unwrap_or(0) as u64;
        self.read.borrow_mut().push((id, at, nth));
        Ok(nth)
    }

    fn when(&self, series: &Series, nth: u64) -> rusqlite::Result<Option<Timestamp>> {
        let Some(id) = self.id(series)? else { return Ok(None) };
        let newest: Option<At<Timestamp>> = self.db.prepare_cached(LAST)?.query_row([id], |row| row.get(0))?;
        let Some(At(newest)) = newest else { return Ok(None) };
        let from = Timestamp(newest.0.saturating_sub(2 * Window::ThreeDays.seconds()));
        let found = self.db.prepare_cached(WHEN)?.query_row((id, nth as i64, At(from)), |row| row.get::<_, At<_>>(0));
        Ok(found.optional()?.map(|At(at)| at))
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Opened => "opened",
        Kind::Again => "again",
        Kind::Arrived => "arrived",
        Kind::Ended => "ended",
    }
}

fn subject(of: &Subject) -> (&'static str, Cow<'_, [u8]>) {
    match of {
        Subject::Person(staff) => ("person", staff.as_bytes().as_slice().into()),
        Subject::Device(device) => ("device", device.as_bytes().as_slice().into()),
        Subject::Site(site) => ("site", site.as_str().as_bytes().into()),
        Subject::Vault => ("vault", Cow::Borrowed(&[])),
    }
}

/// Lets go of what no window can reach any more: of each series, what lies before its last row that is 72 hours old.
pub(in crate::engine) fn sweep(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let reach = Timestamp(now.0.saturating_sub(Window::ThreeDays.seconds()));
    let all: Vec<i64> = db
        .prepare_cached("SELECT id FROM series")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for series in all {
        db.prepare_cached(
            "DELETE FROM metered WHERE series = ?1
             AND at < (SELECT max(at) FROM metered WHERE series = ?1 AND at <= ?2)",
        )?
        .execute((series, At(reach)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sekisho_core::{budget::Memory, id::StaffId, testing::Chance};

    use super::*;
    use crate::db;

    fn all() -> [Series; 4] {
        let person = Subject::Person(StaffId::from_bytes([1; 16]));
        let site = Subject::Site("site-a".parse().unwrap());
        [
            Series::new(Subject::Vault, Kind::Arrived),
            Series::new(person.clone(), Kind::Opened),
            Series::new(person, Kind::Again),
            Series::new(site, Kind::Opened),
        ]
    }

    /// M19: rows count as memory does, whatever is swept and however often.
    #[test]
    fn rows_count_as_memory_does() {
        for seed in 0..24 {
            let (db, mut memory, mut chance) =
                (db::open(":memory:".as_ref()).unwrap(), Memory::default(), Chance::new(seed));
            let (mut now, all) = (Timestamp(1_795_000_000), all());
            for _ in 0..100 {
                now = now + if chance.draw() % 20 == 0 { chance.draw() % 160_000 } else { chance.draw() % 7 };
                let series = &all[chance.draw() as usize % 4];
                Rows::of(&db).add(series, now).unwrap();
                memory.add(series.clone(), now);
                if chance.draw() % 20 == 0 {
                    sweep(&db, now).unwrap();
                }
                all.iter().for_each(|series| agree(&Rows::of(&db), &memory, series, now));
                let ahead = Rows::of(&db);
                all.iter().for_each(|series| ahead.read_ahead(series, now).unwrap());
                all.iter().for_each(|series| agree(&ahead, &memory, series, now));
            }
        }
    }

    fn agree(rows: &Rows<'_>, memory: &Memory, series: &Series, now: Timestamp) {
        let until = |at| {
            let Ok(known) = memory.until(series, at);
            // Twice: read, and remembered.
            assert_eq!([(); 2].map(|()| rows.until(series, at).unwrap()), [known; 2], "{series:?} at {at:?}");
            known
        };
        let counts = Window::ALL.map(|window| until(Timestamp(now.0 - window.seconds())));
        for nth in counts[3] + 1..=until(now) {
            let Ok(known) = memory.when(series, nth);
            assert_eq!(rows.when(series, nth).unwrap(), known);
        }
    }

    #[test]
    fn what_is_swept_is_what_no_window_reaches() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let [arrived, ..] = all();
        let day = Window::Day.seconds();
        for days in 0..10 {
            Rows::of(&db).add(&arrived, Timestamp(days * day)).unwrap();
        }
        sweep(&db, Timestamp(9 * day)).unwrap();
        let left: i64 = db.query_row("SELECT count(*) FROM metered", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 4, "of four days each, and the one at which the longest window begins");
        sweep(&db, Timestamp(90 * day)).unwrap();
        let rows = Rows::of(&db);
        assert_eq!(rows.until(&arrived, Timestamp(90 * day)).unwrap(), 10, "how many there were is never forgotten");
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_out_of_a_window() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let [arrived, ..] = all();
        [100, 3].into_iter().for_each(|at| Rows::of(&db).add(&arrived, Timestamp(at)).unwrap());
        let rows = Rows::of(&db);
        assert_eq!([99, 100].map(|at| rows.until(&arrived, Timestamp(at)).unwrap()), [0, 2]);
    }

    /// After months, what is asked for every viewing has to be as quick as on the first day.
    #[test]
    fn no_count_reads_a_table_through() {
        let db = db::open(":memory:".as_ref()).unwrap();
        const SEEKS: [&str; 2] = ["SEARCH", "CORRELATED SCALAR SUBQUERY"];
        let plan = |sql: &str| -> Vec<String> {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            plan.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect()
        };
        for sql in [UNTIL, AHEAD, LAST, WHEN, super::super::PAST, super::super::REVIEWERS] {
            assert!(
                plan(sql).iter().all(|step| SEEKS.iter().any(|seek| step.starts_with(seek))),
                "{sql}: {:?}",
                plan(sql)
            );
        }
        assert!(plan("SELECT * FROM metered WHERE nth = 5")[0].starts_with("SCAN"), "the control");
    }
}
