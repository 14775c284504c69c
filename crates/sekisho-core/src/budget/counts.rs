//! What budgets are counted on: series that only grow.

use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;

use serde::{Deserialize, Serialize};

use crate::{
    id::{DeviceId, SiteName, StaffId},
    time::Timestamp,
};

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A person's, whatever they hold in their hand.
    Person(StaffId),
    /// A passkey's.
    Device(DeviceId),
    /// A site's: what was opened of its members' documents, by anybody.
    Site(SiteName),
    /// All of it.
    Vault,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A document was opened that this subject had not opened before.
    Opened,
    /// A document was opened once more.
    Again,
    /// A document arrived under a site's signature. Only of a site and the vault.
    Arrived,
    /// A document ended: decided, withdrawn, overdue, damaged. Only of a site and the vault.
    Ended,
}

/// One series: each of its members is a second at which something happened, in their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Series {
    /// Of whom.
    pub of: Subject,
    /// What is counted.
    pub kind: Kind,
}

impl Series {
    /// The series of `kind` of `of`.
    pub const fn new(of: Subject, kind: Kind) -> Self {
        Self { of, kind }
    }
}

/// What the durable rows say. Every answer is one seek in an index.
///
/// Rows as they may be kept: `(series, nth, at)`, `nth` counting from 1, with an index over `(series, at)`. What is
/// older than 72 hours may go, but for the last row of a series, which knows how many there were.
pub trait Counts {
    /// Why the rows can't be read.
    type Error;

    /// How many members `series` has until `at`, that second included.
    ///
    /// # Errors
    /// When the rows can't be read.
    fn until(&self, series: &Series, at: Timestamp) -> Result<u64, Self::Error>;

    /// When the `nth` member of `series` was, from 1; nothing if there is none or it is no longer kept.
    ///
    /// # Errors
    /// When the rows can't be read.
    fn when(&self, series: &Series, nth: u64) -> Result<Option<Timestamp>, Self::Error>;
}

/// The error of counts that can't fail.
pub type Never = Infallible;

/// Counts in memory, for a simulation and for replaying a ledger.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<Series, Kept>);

/// The members of one series that are still kept.
#[derive(Debug, Clone, Default)]
struct Kept {
    gone: u64,
    at: Vec<Timestamp>,
}

impl Memory {
    /// Adds a member at `at`. What is earlier than the last one counts as at its second: time doesn't go back.
    pub fn add(&mut self, series: Series, at: Timestamp) {
        let kept = self.0.entry(series).or_default();
        let at = kept.at.last().map_or(at, |last| at.max(*last));
        kept.at.push(at);
    }

    /// Lets go of what lies before `at`. It is to be 72 hours ago or more.
    pub fn forget_before(&mut self, at: Timestamp) {
        for kept in self.0.values_mut() {
            let old = kept.at.partition_point(|member| *member < at);
            kept.gone += old as u64;
            kept.at.drain(..old);
        }
    }
}

impl Counts for Memory {
    type Error = Never;

    fn until(&self, series: &Series, at: Timestamp) -> Result<u64, Never> {
        let count = |kept: &Kept| kept.gone + kept.at.partition_point(|member| *member <= at) as u64;
        Ok(self.0.get(series).map_or(0, count))
    }

    fn when(&self, series: &Series, nth: u64) -> Result<Option<Timestamp>, Never> {
        let place = |kept: &Kept| kept.at.get(nth.checked_sub(kept.gone + 1)? as usize).copied();
        Ok(self.0.get(series).and_then(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARRIVED: Series = Series::new(Subject::Vault, Kind::Arrived);

    #[test]
    fn a_second_counts_as_a_whole() {
        let mut memory = Memory::default();
        [5, 5, 7].into_iter().for_each(|at| memory.add(ARRIVED, Timestamp(at)));
        let until = [4, 5, 6, 7, 99].map(|at| memory.until(&ARRIVED, Timestamp(at)).unwrap());
        assert_eq!(until, [0, 2, 2, 3, 3]);
        let when = [0, 1, 3, 4].map(|nth| memory.when(&ARRIVED, nth).unwrap());
        assert_eq!(when, [None, Some(Timestamp(5)), Some(Timestamp(7)), None]);
    }

    #[test]
    fn what_is_let_go_still_counts() {
        let mut memory = Memory::default();
        (0..100).for_each(|at| memory.add(ARRIVED, Timestamp(at)));
        memory.forget_before(Timestamp(60));
        assert_eq!(memory.until(&ARRIVED, Timestamp(99)), Ok(100));
        assert_eq!((memory.when(&ARRIVED, 60), memory.when(&ARRIVED, 61)), (Ok(None), Ok(Some(Timestamp(60)))));
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_out_of_a_window() {
        let mut memory = Memory::default();
        memory.add(ARRIVED, Timestamp(100));
        memory.add(ARRIVED, Timestamp(3));
        assert_eq!(memory.until(&ARRIVED, Timestamp(99)), Ok(0));
        assert_eq!(memory.until(&ARRIVED, Timestamp(100)), Ok(2));
    }
}
