//! What budgets are counted on, in memory: as many as the rows of keeper.db say and the looks that are not among them
//! yet.

use std::collections::{BTreeMap, btree_map::Entry};

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Cost, Counts, Never, Series, Window},
    event::{Event, What},
    id::ViewingId,
    time::Timestamp,
};

use super::rows::Rows;
use crate::{
    db::{
        columns::{Id, Packed},
        meta,
    },
    engine::fault::Fault,
};

/// The counts, what of them stands in no row of theirs yet, and what a transaction that fails takes back.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    counts: BTreeMap<Series, Kept>,
    /// Looks whose cost stands in their own rows alone.
    unwritten: Vec<(Cost, Timestamp)>,
    /// What this transaction did, in its order.
    undo: Vec<Done>,
}

/// What a look cost, and at which second it counts, as it stands in the look's own row.
pub(in crate::engine) type Paid = Packed<(Timestamp, Vec<Series>)>;

/// How many there were until each second at which one was, oldest first.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Kept(Vec<(Timestamp, u64)>);

#[derive(Debug, Clone)]
enum Done {
    Added(Series),
    Looked(Cost, Timestamp),
    Written(usize),
}

impl Tally {
    /// As the rows say, and the looks after them.
    ///
    /// # Errors
    /// When keeper.db can't be read.
    pub(in crate::engine) fn load(db: &Connection) -> Result<Self, Fault> {
        let mut tally = Self::default();
        Rows::of(db).each(|series, at, nth| tally.counts.entry(series).or_default().0.push((at, nth)))?;
        for (cost, at) in looks_since(db, meta::get(db, meta::names::METERED)?.unwrap_or(0))? {
            tally.look(cost, at);
        }
        tally.settle();
        Ok(tally)
    }

    /// Adds a member to `series` at `at`, whose row is written by whoever adds it. What is earlier than the last one
    /// counts as at its second: time doesn't go back.
    pub(super) fn add(&mut self, series: Series, at: Timestamp) {
        self.counts.entry(series.clone()).or_default().add(at);
        self.undo.push(Done::Added(series));
    }

    /// A look, whose cost stands in its own row.
    pub(super) fn look(&mut self, cost: Cost, at: Timestamp) {
        cost.0.iter().cloned().for_each(|series| self.add(series, at));
        self.undo.push(Done::Looked(cost, at));
    }

    /// The looks whose counts are to be written, oldest first.
    pub(in crate::engine) fn unwritten(&self) -> &[(Cost, Timestamp)] {
        &self.unwritten
    }

    /// All of them were written in this transaction.
    pub(super) fn written(&mut self) {
        self.undo.push(Done::Written(self.unwritten.len()));
    }

    /// How many members `series` has until `at`, that second included.
    pub(super) fn count(&self, series: &Series, at: Timestamp) -> u64 {
        self.counts.get(series).map_or(0, |kept| kept.until(at))
    }

    /// When the last member of `series` was.
    pub(super) fn last(&self, series: &Series) -> Option<Timestamp> {
        self.counts.get(series)?.0.last().map(|(at, _)| *at)
    }

    /// Every series and when its last member was, for whoever shows them.
    pub(in crate::engine) fn lasts(&self) -> impl Iterator<Item = (&Series, Timestamp)> {
        self.counts.iter().filter_map(|(series, kept)| Some((series, kept.0.last()?.0)))
    }

    /// Lets go of what no window can reach any more.
    pub(super) fn forget_before(&mut self, reach: Timestamp) {
        self.counts.values_mut().for_each(|kept| kept.forget_before(reach));
    }

    /// What to go back to if what comes now fails.
    pub(in crate::engine) fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Takes back what was done since `mark`.
    pub(in crate::engine) fn rollback_to(&mut self, mark: usize) {
        for done in self.undo.split_off(mark).into_iter().rev() {
            if let Done::Added(series) = done {
                self.take_back(series);
            }
        }
    }

    fn take_back(&mut self, series: Series) {
        let Entry::Occupied(mut kept) = self.counts.entry(series) else { return };
        kept.get_mut().take_back();
        if kept.get().0.is_empty() {
            kept.remove();
        }
    }

    /// The transaction is durable.
    pub(in crate::engine) fn settle(&mut self) {
        for done in self.undo.drain(..) {
            match done {
                Done::Added(_) => {}
                Done::Looked(cost, at) => self.unwritten.push((cost, at)),
                Done::Written(count) => drop(self.unwritten.drain(..count)),
            }
        }
    }

    /// How many members all series of a kind have.
    #[cfg(test)]
    pub(in crate::engine) fn all(&self, which: impl Fn(&Series) -> bool) -> u64 {
        let of = self.counts.iter().filter(|(series, _)| which(series));
        of.filter_map(|(_, kept)| kept.0.last()).map(|(_, nth)| nth).sum()
    }

    /// Whether it counts as another does.
    #[cfg(test)]
    pub(in crate::engine) fn counts_as(&self, other: &Self) -> bool {
        self.counts == other.counts
    }
}

impl Kept {
    fn add(&mut self, at: Timestamp) {
        match self.0.last_mut() {
            Some((last, nth)) if at <= *last => *nth += 1,
            last => {
                let nth = last.map_or(0, |(_, nth)| *nth);
                self.0.push((at, nth + 1));
            }
        }
    }

    fn take_back(&mut self) {
        let before = self.0.len().checked_sub(2).map_or(0, |place| self.0[place].1);
        match self.0.last_mut() {
            Some((_, nth)) if *nth > before + 1 => *nth -= 1,
            _ => drop(self.0.pop()),
        }
    }

    // All but the last row before it, which a window that begins there asks for.
    fn forget_before(&mut self, reach: Timestamp) {
        let old = self.0.partition_point(|(at, _)| *at <= reach);
        self.0.drain(..old.saturating_sub(1));
    }

    fn until(&self, at: Timestamp) -> u64 {
        let rows = self.0.partition_point(|(row, _)| *row <= at);
        rows.checked_sub(1).map_or(0, |place| self.0[place].1)
    }

    fn when(&self, nth: u64) -> Option<Timestamp> {
        let newest = self.0.last()?.0;
        let from = Timestamp(newest.0.saturating_sub(2 * Window::ThreeDays.seconds()));
        let place = self.0.partition_point(|(at, count)| *count < nth || *at <= from);
        self.0.get(place).map(|(at, _)| *at)
    }
}

impl Counts for Tally {
    type Error = Never;

    fn until(&self, series: &Series, at: Timestamp) -> Result<u64, Never> {
        Ok(self.count(series, at))
    }

    fn when(&self, series: &Series, nth: u64) -> Result<Option<Timestamp>, Never> {
        Ok(self.counts.get(series).and_then(|kept| kept.when(nth)))
    }
}

/// What was looked at from a place of the ledger on: what each look cost, and at which second it counts.
fn looks_since(db: &Connection, place: u64) -> Result<Vec<(Cost, Timestamp)>, Fault> {
    let mut entries = db.prepare_cached("SELECT body FROM event WHERE place >= ?1 ORDER BY place")?;
    let bodies = entries.query_map([place as i64], |row| row.get::<_, Vec<u8>>(0))?;
    let mut looks = Vec::new();
    for body in bodies {
        if let Ok(Event { what: What::Viewed { viewing, .. }, .. }) = Event::from_bytes(&body?) {
            looks.extend(cost_of(db, viewing)?);
        }
    }
    Ok(looks)
}

fn cost_of(db: &Connection, viewing: ViewingId) -> rusqlite::Result<Option<(Cost, Timestamp)>> {
    let found: Option<Option<Paid>> = db
        .prepare_cached("SELECT cost FROM viewing WHERE id = ?1")?
        .query_row([Id(viewing)], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().map(|Packed((at, series))| (Cost(series), at)))
}

#[cfg(test)]
mod tests {
    use sekisho_core::budget::{Kind, Subject};

    use super::*;

    const OPENED: Series = Series::new(Subject::Vault, Kind::Opened);

    fn cost() -> Cost {
        Cost(vec![OPENED])
    }

    fn opened(tally: &Tally) -> u64 {
        tally.count(&OPENED, Timestamp(9))
    }

    /// M19: a verb that fails costs nothing, and the one before it in the same transaction all it cost.
    #[test]
    fn what_fails_is_taken_back_and_nothing_else() {
        let mut tally = Tally::default();
        tally.look(cost(), Timestamp(5));
        let mark = tally.mark();
        tally.look(cost(), Timestamp(5));
        tally.look(cost(), Timestamp(6));
        tally.rollback_to(mark);
        assert_eq!(opened(&tally), 1);
        tally.settle();
        assert_eq!(tally.unwritten(), [(cost(), Timestamp(5))]);
    }

    /// What was written down and is not durable is written down again.
    #[test]
    fn what_was_not_written_stays_to_be_written() {
        let mut tally = Tally::default();
        tally.look(cost(), Timestamp(5));
        tally.settle();
        tally.written();
        tally.rollback_to(0);
        assert_eq!(tally.unwritten().len(), 1);
        tally.written();
        tally.settle();
        assert!(tally.unwritten().is_empty());
        assert_eq!(opened(&tally), 1, "written or not");
    }
}
