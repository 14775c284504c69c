//! What budgets are counted on, as it lies in keeper.db: how many there were until each second at which one was.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Kind, Series, Subject, Window},
    id::{DeviceId, StaffId},
    time::Timestamp,
};

use crate::db::columns::At;

/// The rows.
pub(super) struct Rows<'a>(&'a Connection);

const LAST: &str = "SELECT at, nth FROM metered WHERE series = ?1 ORDER BY at DESC LIMIT 1";

impl<'a> Rows<'a> {
    pub(super) fn of(db: &'a Connection) -> Self {
        Self(db)
    }

    /// Adds a member to `series` at `at`. What is earlier than the last one counts as at its second: time doesn't go
    /// back.
    pub(super) fn add(&self, series: &Series, at: Timestamp) -> rusqlite::Result<()> {
        let id = self.id(series)?;
        let last: Option<(At<Timestamp>, i64)> =
            self.0.prepare_cached(LAST)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (at, nth) = last.map_or((at, 0), |(At(last), nth)| (at.max(last), nth));
        self.0
            .prepare_cached(
                "INSERT INTO metered (series, at, nth) VALUES (?1, ?2, ?3)
                 ON CONFLICT (series, at) DO UPDATE SET nth = ?3",
            )?
            .execute((id, At(at), nth + 1))?;
        Ok(())
    }

    /// All of them: of each series how many it has until each second at which one was, oldest first. A series that this
    /// version doesn't know is passed over.
    pub(super) fn each(&self, mut row: impl FnMut(Series, Timestamp, u64)) -> rusqlite::Result<()> {
        let mut all = self.0.prepare_cached(
            "SELECT s.kind, s.whose, s.of, m.at, m.nth FROM metered AS m JOIN series AS s ON s.id = m.series
             ORDER BY m.series, m.at",
        )?;
        let mut rows = all.query([])?;
        while let Some(found) = rows.next()? {
            let [kind, whose] = [found.get_ref(0)?.as_str()?, found.get_ref(1)?.as_str()?];
            if let Some(series) = series(kind, whose, found.get_ref(2)?.as_blob()?) {
                row(series, found.get::<_, At<_>>(3)?.0, found.get::<_, i64>(4)? as u64);
            }
        }
        Ok(())
    }

    fn id(&self, series: &Series) -> rusqlite::Result<i64> {
        let (whose, of) = subject(&series.of);
        let named = (kind(series.kind), whose, of);
        let known = self
            .0
            .prepare_cached("SELECT id FROM series WHERE kind = ?1 AND whose = ?2 AND of = ?3")?
            .query_row((named.0, named.1, &named.2), |row| row.get(0))
            .optional()?;
        known.map_or_else(
            || {
                self.0
                    .prepare_cached("INSERT INTO series (kind, whose, of) VALUES (?1, ?2, ?3) RETURNING id")?
                    .query_row((named.0, named.1, &named.2), |row| row.get(0))
            },
            Ok,
        )
    }
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Opened, "opened"), (Kind::Again, "again"), (Kind::Arrived, "arrived"), (Kind::Ended, "ended")];

fn kind(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).expect("every kind has its word").1
}

fn subject(of: &Subject) -> (&'static str, Cow<'_, [u8]>) {
    match of {
        Subject::Person(staff) => ("person", staff.as_bytes().as_slice().into()),
        Subject::Device(device) => ("device", device.as_bytes().as_slice().into()),
        Subject::Site(site) => ("site", site.as_str().as_bytes().into()),
        Subject::Vault => ("vault", Cow::Borrowed(&[])),
    }
}

fn series(kind: &str, whose: &str, of: &[u8]) -> Option<Series> {
    let kind = KINDS.iter().find(|(_, word)| *word == kind)?.0;
    let of = match whose {
        "person" => Subject::Person(StaffId::from_bytes(of.try_into().ok()?)),
        "device" => Subject::Device(DeviceId::from_bytes(of.try_into().ok()?)),
        "site" => Subject::Site(std::str::from_utf8(of).ok()?.parse().ok()?),
        "vault" => Subject::Vault,
        _ => return None,
    };
    Some(Series::new(of, kind))
}

/// Lets go of what no window can reach any more: of each series, what lies before its last row that is 72 hours old.
pub(super) fn sweep(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
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
    use sekisho_core::{
        budget::{Counts, Memory},
        testing::Chance,
    };

    use super::{super::tally::Tally, *};
    use crate::db;

    fn all() -> [Series; 5] {
        let (person, site) = (StaffId::from_bytes([1; 16]), "site-a".parse().unwrap());
        [
            Series::new(Subject::Vault, Kind::Arrived),
            Series::new(Subject::Person(person), Kind::Opened),
            Series::new(Subject::Person(person), Kind::Again),
            Series::new(Subject::Device(DeviceId::from_bytes([1; 16])), Kind::Opened),
            Series::new(Subject::Site(site), Kind::Ended),
        ]
    }

    /// M19: rows, what is kept in memory beside them, and what is loaded from them count as memory does, whatever is
    /// swept, taken back, and however often.
    #[test]
    fn rows_and_tally_count_as_memory_does() {
        for seed in 0..24 {
            let (db, mut memory, mut chance) =
                (db::open(":memory:".as_ref()).unwrap(), Memory::default(), Chance::new(seed));
            let (mut now, all, mut tally) = (Timestamp(1_795_000_000), all(), Tally::default());
            for _ in 0..100 {
                now = now + if chance.draw() % 20 == 0 { chance.draw() % 160_000 } else { chance.draw() % 7 };
                let series = &all[chance.draw() as usize % all.len()];
                Rows::of(&db).add(series, now).unwrap();
                memory.add(series.clone(), now);
                tally.add(series.clone(), now);
                tally.settle();
                (0..chance.draw() % 4).for_each(|later| tally.add(all[later as usize].clone(), now + later / 2));
                tally.rollback_to(0);
                if chance.draw() % 20 == 0 {
                    sweep(&db, now).unwrap();
                    tally.forget_before(Timestamp(now.0 - Window::ThreeDays.seconds()));
                }
                let loaded = Tally::load(&db).unwrap();
                assert!(loaded.counts_as(&tally));
                all.iter().for_each(|series| agree(&tally, &memory, series, now));
            }
        }
    }

    fn agree(tally: &Tally, memory: &Memory, series: &Series, now: Timestamp) {
        let until = |at| {
            let (Ok(known), Ok(counted)) = (memory.until(series, at), tally.until(series, at));
            assert_eq!(counted, known, "{series:?} at {at:?}");
            known
        };
        let counts = Window::ALL.map(|window| until(Timestamp(now.0 - window.seconds())));
        for nth in counts[3] + 1..=until(now) {
            assert_eq!(tally.when(series, nth), memory.when(series, nth));
        }
    }

    fn counted(db: &Connection, series: &Series, at: Timestamp) -> u64 {
        Tally::load(db).unwrap().count(series, at)
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
        assert_eq!(counted(&db, &arrived, Timestamp(90 * day)), 10, "how many there were is never forgotten");
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_out_of_a_window() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let [arrived, ..] = all();
        [100, 3].into_iter().for_each(|at| Rows::of(&db).add(&arrived, Timestamp(at)).unwrap());
        assert_eq!([99, 100].map(|at| counted(&db, &arrived, Timestamp(at))), [0, 2]);
    }

    /// After months, what is asked for every viewing has to be as quick as on the first day.
    #[test]
    fn no_count_reads_a_table_through() {
        let db = db::open(":memory:".as_ref()).unwrap();
        let plan = |sql: &str| -> Vec<String> {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            plan.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect()
        };
        for sql in [LAST, super::super::PAST, super::super::REVIEWERS] {
            assert!(plan(sql).iter().all(|step| step.starts_with("SEARCH")), "{sql}: {:?}", plan(sql));
        }
        assert!(plan("SELECT * FROM metered WHERE nth = 5")[0].starts_with("SCAN"), "the control");
    }
}
