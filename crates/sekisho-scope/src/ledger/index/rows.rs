//! What an index keeps of what entries say: all that any question may need, and nothing that the ledger doesn't hold.
//!
//! Members are not in it: whose a check is stands in no ledger, and is looked up where it can be erased.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use sekisho_core::{
    check::ShredCause,
    id::{CheckId, DeviceId, DocumentId, NetworkId, ShiftId, StaffId},
    time::Timestamp,
};

use crate::ledger::{fact::Book, scan::Told};

/// What kind a row is of; a document's end has one for each cause.
pub(super) const RECEIVED: u8 = 0;
pub(super) const LOOKED: u8 = 1;
pub(super) const BEGAN: u8 = 2;
pub(super) const FROM: u8 = 3;

/// An end's.
const fn ended(cause: ShredCause) -> u8 {
    match cause {
        ShredCause::Decided => 4,
        ShredCause::Withdrawn => 5,
        ShredCause::Retake => 6,
        ShredCause::Overdue => 7,
        ShredCause::Damaged => 8,
    }
}

/// The cause of an end, by its kind.
pub(super) const fn cause(tag: u8) -> Option<ShredCause> {
    Some(match tag {
        4 => ShredCause::Decided,
        5 => ShredCause::Withdrawn,
        6 => ShredCause::Retake,
        7 => ShredCause::Overdue,
        8 => ShredCause::Damaged,
        _ => return None,
    })
}

/// Values, each by a number.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    numbers: HashMap<T, u32, FixedState>,
    pub(super) all: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), all: Vec::new() }
    }
}

impl<T: Eq + Hash + Copy> Numbered<T> {
    fn number(&mut self, one: T) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry(one).or_insert(next);
        if number == next {
            self.all.push(one);
        }
        number
    }

    fn clear(&mut self) {
        self.numbers.clear();
        self.all.clear();
    }
}

/// Rows in the order of their entries, and what they refer to.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Rows {
    pub(super) tags: Vec<u8>,
    /// When each was written, seconds since 1970.
    pub(super) times: Vec<u64>,
    /// Of arrivals, looks and ends: which document, as a place in `subjects`.
    pub(super) documents: Vec<u32>,
    /// Of all but ends: a place in `kinds`, `workers`, `began` or `from`.
    pub(super) others: Vec<u32>,
    /// Documents with their checks.
    pub(super) subjects: Vec<(DocumentId, CheckId)>,
    newest: HashMap<DocumentId, u32, FixedState>,
    pub(super) book: Book,
    /// Sites with kinds, by their numbers in the book.
    pub(super) kinds: Numbered<(u32, u32)>,
    pub(super) workers: Numbered<(StaffId, ShiftId)>,
    pub(super) began: Vec<(ShiftId, Timestamp)>,
    pub(super) from: Vec<(ShiftId, DeviceId, NetworkId)>,
}

impl Rows {
    /// Takes what an entry says. False: it isn't understood after all.
    pub(in crate::ledger) fn take(&mut self, at: Timestamp, told: Told<'_>) -> bool {
        match told {
            Told::Nothing => {}
            Told::Received { check, document, site, kind } => {
                let Some(site) = self.book.sites.number(site) else { return false };
                let Some(kind) = self.book.kinds.number(kind) else { return false };
                let kind = self.kinds.number((site, kind));
                self.about(document, Some(check));
                self.row(RECEIVED, at, Some(kind));
            }
            Told::Looked { check, document, staff, shift } => {
                let worker = self.workers.number((staff, shift));
                self.about(document, Some(check));
                self.row(LOOKED, at, Some(worker));
            }
            Told::Ended { document, cause } => {
                self.about(document, None);
                self.row(ended(cause), at, None);
            }
            Told::Began { shift, until } => {
                self.row(BEGAN, at, Some(self.began.len() as u32));
                self.began.push((shift, until));
            }
            Told::From { shift, device, network } => {
                self.row(FROM, at, Some(self.from.len() as u32));
                self.from.push((shift, device, network));
            }
        }
        true
    }

    fn row(&mut self, tag: u8, at: Timestamp, other: Option<u32>) {
        self.tags.push(tag);
        self.times.push(at.0);
        self.others.extend(other);
    }

    /// The row is about this document. One that is told of another check than before is written down once more; an end
    /// has no check, and whichever stands there isn't read.
    fn about(&mut self, document: DocumentId, check: Option<CheckId>) {
        let known = self.newest.get(&document).copied();
        let fits = |number: &u32| check.is_none_or(|check| self.subjects[*number as usize].1 == check);
        let number = known.filter(fits).unwrap_or_else(|| {
            let next = self.subjects.len() as u32;
            self.subjects.push((document, check.unwrap_or(CheckId::from_bytes([0; 16]))));
            self.newest.insert(document, next);
            next
        });
        self.documents.push(number);
    }

    pub(in crate::ledger) fn clear(&mut self) {
        self.tags.clear();
        self.times.clear();
        self.documents.clear();
        self.others.clear();
        self.subjects.clear();
        self.newest.clear();
        self.book = Book::default();
        self.kinds.clear();
        self.workers.clear();
        self.began.clear();
        self.from.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_kind_of_its_own() {
        use ShredCause::{Damaged, Decided, Overdue, Retake, Withdrawn};
        for one in [Decided, Withdrawn, Retake, Overdue, Damaged] {
            assert_eq!(cause(ended(one)), Some(one));
        }
        assert_eq!([RECEIVED, LOOKED, BEGAN, FROM, 9].map(cause), [None; 5]);
    }

    #[test]
    fn a_document_is_written_down_once_for_each_check_it_is_told_of() {
        let (document, shift) = (DocumentId::from_bytes([1; 16]), ShiftId::from_bytes([2; 16]));
        let check = |number| CheckId::from_bytes([number; 16]);
        let look = |number| Told::Looked { check: check(number), document, staff: StaffId::from_bytes([3; 16]), shift };
        let mut rows = Rows::default();
        let received = Told::Received { check: check(1), document, site: "a", kind: "b" };
        for told in [received, look(1), look(2), Told::Ended { document, cause: ShredCause::Decided }] {
            assert!(rows.take(Timestamp(7), told));
        }
        assert!(!rows.take(Timestamp(8), Told::Received { check: check(1), document, site: "No Site", kind: "b" }));
        assert_eq!((rows.documents, rows.others), (vec![0, 0, 1, 1], vec![0, 0, 0]));
        assert_eq!(rows.subjects, [(document, check(1)), (document, check(2))]);
    }
}
