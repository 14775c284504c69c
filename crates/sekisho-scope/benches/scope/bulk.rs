//! A ledger of any length as an export has it, from a seed, with the answer to one question known from how it was made.
//!
//! One reviewer looks, over the whole period, at every document of about a third of the members; the question asks about
//! the last two fifths of it. A few entries are left out. Nothing of `sekisho_scope` is used to make it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    io::{self, Write},
};

use crate::{
    chance::mix,
    written::{self, Entry, Step},
};

/// 2018-01-31T00:00:00+09:00, when the first of the documents of 2021 were submitted.
pub(crate) const BEGIN: u64 = 1_517_324_400;
/// Seconds until 2021-04-20: 1,176 days.
const PERIOD: u64 = 1_176 * 86_400;
/// Of five million members so many are affected.
const AFFECTED: (u64, u64) = (1_711_756, 5_000_000);
const SITES: [&str; 3] = ["site-a", "site-b", "site-c"];
const KINDS: [&str; 4] = ["driving-licence", "passport", "residence-card", "my-number-card"];
/// How a member is picked for a document: prime, so that each comes once before any comes again.
const STRIDE: u64 = 2_654_435_761;
/// The number of the reviewer who is asked about.
const THIEF: u64 = 7;

/// The answer, as whoever made the ledger counts it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) entries: u64,
    pub(crate) read: u64,
    pub(crate) documents: u64,
    pub(crate) looks: u64,
    pub(crate) members: u64,
    pub(crate) erased: u64,
    pub(crate) missing: u64,
    pub(crate) by_kind: BTreeMap<String, u64>,
    pub(crate) by_site: BTreeMap<String, u64>,
}

/// Which documents of which members there are, from a seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) documents: u64,
    pub(crate) members: u64,
    affected: u64,
}

impl Shape {
    pub(crate) fn member(&self, document: u64) -> u64 {
        (document % self.members) * STRIDE % self.members
    }

    pub(crate) fn arrives(&self, document: u64) -> u64 {
        BEGIN + document * (PERIOD - 86_400) / self.documents.max(1)
    }

    pub(crate) fn site(&self, document: u64) -> &'static str {
        SITES[(self.member(document) % 3) as usize]
    }

    pub(crate) fn kind(&self, document: u64) -> &'static str {
        KINDS[(mix(document) % 4) as usize]
    }

    pub(crate) const fn is_erased(&self, member: u64) -> bool {
        member % 101 == 5
    }

    fn is_taken(&self, document: u64) -> bool {
        self.member(document) < self.affected
    }

    /// The number of whoever looks at a document.
    pub(crate) fn worker(&self, document: u64) -> u64 {
        if self.is_taken(document) { THIEF } else { 10 + document % 40 }
    }
}

/// The ledger, as far as it was written.
pub(crate) struct Bulk {
    pub(crate) shape: Shape,
    /// The document that arrives next.
    next: u64,
    waiting: BinaryHeap<Reverse<(u64, u64, Step)>>,
    place: u64,
    /// When the last entry was written, and whether some are left out since.
    last: (u64, u64),
    every: u64,
    taken: Vec<u64>,
    pub(crate) known: Known,
}

impl Bulk {
    /// A ledger of about so many entries.
    pub(crate) fn new(entries: u64, seed: u64) -> Self {
        let documents = entries / 5;
        let members = (documents / 4).max(1);
        let shape = Shape { seed, documents, members, affected: members * AFFECTED.0 / AFFECTED.1 };
        let (waiting, known) = Default::default();
        let taken = vec![0; members as usize / 64 + 1];
        Self { shape, next: 0, waiting, place: 0, last: (BEGIN, 0), every: (entries / 500).max(1), taken, known }
    }

    /// The id of the reviewer who is asked about.
    pub(crate) fn thief() -> String {
        format!("stf_{}", written::id(b"stf", THIEF, 0))
    }

    /// The first and the last second that are asked about.
    pub(crate) const fn window() -> (u64, u64) {
        (BEGIN + PERIOD / 5 * 3, BEGIN + PERIOD)
    }

    /// For whoever reads it as it comes. Appends lines until there are so many bytes or the ledger is at its end. False: it was there before.
    pub(crate) fn lines(&mut self, bytes: usize, out: &mut Vec<u8>) -> bool {
        let before = self.place;
        while out.len() < bytes {
            match self.event() {
                None => break,
                Some(Some(entry)) => written::line(&self.shape, &entry, out),
                Some(None) => {}
            }
        }
        self.place > before
    }

    /// The next entries, so many at most; none at the ledger's end.
    pub(crate) fn entries(&mut self, most: usize) -> Vec<Entry> {
        let mut all = Vec::with_capacity(most);
        while all.len() < most
            && let Some(entry) = self.event()
        {
            all.extend(entry);
        }
        all
    }

    /// What happens next; the inner nothing if its entry is left out.
    fn event(&mut self) -> Option<Option<Entry>> {
        let arrival = (self.next < self.shape.documents).then(|| self.shape.arrives(self.next));
        let due = self.waiting.peek().map(|Reverse((at, ..))| *at);
        if let Some(arrival) = arrival.filter(|arrival| due.is_none_or(|due| *arrival <= due)) {
            return Some(Some(self.arrive(arrival)));
        }
        let Reverse((at, document, step)) = self.waiting.pop()?;
        Some(self.step(at, document, step))
    }

    fn arrive(&mut self, at: u64) -> Entry {
        let document = self.next;
        self.next += 1;
        let begin = at + 600 + mix(self.shape.seed ^ document) % 20_000;
        let steps: &[(u64, Step)] = match document % 50 {
            7 => &[(0, Step::Withdrawn), (0, Step::CheckEnded)],
            3 | 33 => &[
                (0, Step::Assigned),
                (9, Step::Viewed),
                (14, Step::ViewedAgain),
                (40, Step::Decided),
                (40, Step::Shredded),
            ],
            _ => &[(0, Step::Assigned), (9, Step::Viewed), (40, Step::Decided), (40, Step::Shredded)],
        };
        self.waiting.extend(steps.iter().map(|(later, step)| Reverse((begin + later, document, *step))));
        self.written(at, document, Step::Arrives)
    }

    fn step(&mut self, at: u64, document: u64, step: Step) -> Option<Entry> {
        if step == Step::Assigned && mix(self.shape.seed.wrapping_add(self.place)).is_multiple_of(self.every) {
            self.place += 1;
            self.known.entries += 1;
            self.last.1 += 1;
            return None;
        }
        if matches!(step, Step::Viewed | Step::ViewedAgain) {
            self.look(at, document, step);
        }
        Some(self.written(at, document, step))
    }

    fn look(&mut self, at: u64, document: u64, step: Step) {
        let (from, to) = Self::window();
        if !self.shape.is_taken(document) || at < from || at > to {
            return;
        }
        self.known.looks += 1;
        // Where the first look lies before the window, the second one is the first in it.
        let first = step == Step::Viewed || at - 5 < from;
        if first {
            let member = self.shape.member(document);
            self.known.documents += 1;
            *self.known.by_kind.entry(self.shape.kind(document).into()).or_default() += 1;
            *self.known.by_site.entry(self.shape.site(document).into()).or_default() += 1;
            let (word, bit) = (member as usize / 64, 1 << (member % 64));
            if self.shape.is_erased(member) {
                self.known.erased += 1;
            } else if self.taken[word] & bit == 0 {
                self.taken[word] |= bit;
                self.known.members += 1;
            }
        }
    }

    fn written(&mut self, at: u64, document: u64, step: Step) -> Entry {
        let (from, to) = Self::window();
        if self.last.1 > 0 && at >= from && self.last.0 <= to {
            self.known.missing += self.last.1;
        }
        self.last = (at, 0);
        let place = self.place;
        self.place += 1;
        self.known.entries += 1;
        self.known.read += 1;
        Entry { place, at, document, step }
    }

    /// Writes whose the checks are, as an export has it.
    pub(crate) fn checks(&self, out: &mut dyn Write) -> io::Result<()> {
        (0..self.shape.documents).try_for_each(|document| written::check(&self.shape, document, out))
    }
}
