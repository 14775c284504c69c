//! What became of packets, payload, flows and messages, by one thread; threads are added up.

use std::{collections::BTreeMap, thread};

use serde::Serialize;

use crate::coverage::Coverage;

/// How often each of some names.
pub type Named = BTreeMap<&'static str, u64>;

/// Packets: `read` is `used`, `other` and all of `unused`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Packets {
    /// All of them.
    pub read: u64,
    /// Segments of TCP between those who are asked about, fragments that make one included.
    pub used: u64,
    /// Segments between others.
    pub other: u64,
    /// Those in which there is no segment for us, and why.
    pub unused: Named,
}

/// Captured payload of the packets used, in bytes: `read` is `http`, `duplicate`, `astray` and all of `unread`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Payload {
    /// All of it.
    pub read: u64,
    /// In requests and responses.
    pub http: u64,
    /// Captured again.
    pub duplicate: u64,
    /// Too far from all that its connection sent.
    pub astray: u64,
    /// What could not be read, and why.
    pub unread: Named,
}

/// Connections: `read` is `http` and all of `others`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Flows {
    /// All of them.
    pub read: u64,
    /// With requests or responses.
    pub http: u64,
    /// Without, and what they are.
    pub others: Named,
}

/// Requests with their responses: those that meet the conditions, and those that don't.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Exchanges {
    /// They meet all conditions.
    pub meet: u64,
    /// What a condition asks for was not captured.
    pub unclear: u64,
    /// Before or behind the windows.
    pub out_of_window: u64,
    /// Not what is asked about.
    pub other: u64,
    /// Requests that meet the conditions, of which no response was captured.
    pub unanswered: u64,
    /// Responses that may meet them, of which nobody can tell what they answer.
    pub unpaired: u64,
}

/// Response bodies of exchanges that meet the conditions, or may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bodies {
    /// Reassembled, and their content read, to the last byte.
    pub whole: u64,
    /// Others.
    pub partial: u64,
}

/// What concerns one store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OfStore {
    pub(super) requests: u64,
    pub(super) whole: u64,
    /// Why there may have been more: bodies that aren't whole, requests without response or packets.
    pub(super) open: u64,
}

/// All that one thread counts.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) packets: Packets,
    pub(super) payload: Payload,
    pub(super) flows: Flows,
    pub(super) exchanges: Exchanges,
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) bodies: Bodies,
    /// Why there may be more than was found.
    pub(super) open: Named,
    /// How many of those reasons concern requests that nobody knows: any store's.
    pub(super) untold: u64,
    pub(super) stores: Vec<OfStore>,
    /// When packets were captured.
    pub(super) coverage: Coverage,
}

/// Does the same work on so many threads, and adds up what they count.
pub(super) fn together<E: Send>(
    threads: usize,
    work: impl Fn() -> Result<Counts, E> + Send + Sync,
) -> Result<Counts, E> {
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        let mut all = Counts::default();
        for thread in running {
            all.merge(thread.join().expect("no thread panicked")?);
        }
        Ok(all)
    })
}

pub(super) fn more(all: &mut Named, name: &'static str, count: u64) {
    if count > 0 {
        *all.entry(name).or_default() += count;
    }
}

impl Counts {
    /// One more reason why there may be more, of these stores: a bit for each.
    pub(super) fn open(&mut self, why: &'static str, stores: u32) {
        more(&mut self.open, why, 1);
        self.of_stores(stores, |store| store.open += 1);
    }

    /// The same, if there is a reason.
    pub(super) fn open_if(&mut self, why: Option<&'static str>, stores: u32) {
        if let Some(why) = why {
            self.open(why, stores);
        }
    }

    /// So many more, of which nobody knows what they concern.
    pub(super) fn untold(&mut self, why: &'static str, count: u64) {
        more(&mut self.open, why, count);
        self.untold += count;
    }

    pub(super) fn of_stores(&mut self, stores: u32, mut change: impl FnMut(&mut OfStore)) {
        for at in (0..32).filter(|at| stores >> at & 1 == 1) {
            if self.stores.len() <= at {
                self.stores.resize(at + 1, OfStore::default());
            }
            change(&mut self.stores[at]);
        }
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: Self) {
        self.packets.merge(other.packets);
        self.payload.merge(other.payload);
        self.flows.merge(other.flows);
        self.exchanges.merge(&other.exchanges);
        self.coverage.merge(&other.coverage);
        merge(&mut self.open, other.open);
        other.statuses.iter().for_each(|(status, count)| *self.statuses.entry(*status).or_default() += count);
        self.untold += other.untold;
        self.requests += other.requests;
        self.responses += other.responses;
        self.bodies.whole += other.bodies.whole;
        self.bodies.partial += other.bodies.partial;
        for (at, theirs) in other.stores.into_iter().enumerate() {
            self.of_stores(1 << at, |store| {
                store.requests += theirs.requests;
                store.whole += theirs.whole;
                store.open += theirs.open;
            });
        }
    }
}

fn merge(ours: &mut Named, theirs: Named) {
    theirs.into_iter().for_each(|(name, count)| more(ours, name, count));
}

impl Packets {
    fn merge(&mut self, other: Self) {
        self.read += other.read;
        self.used += other.used;
        self.other += other.other;
        merge(&mut self.unused, other.unused);
    }
}

impl Payload {
    fn merge(&mut self, other: Self) {
        self.read += other.read;
        self.http += other.http;
        self.duplicate += other.duplicate;
        self.astray += other.astray;
        merge(&mut self.unread, other.unread);
    }
}

impl Flows {
    fn merge(&mut self, other: Self) {
        self.read += other.read;
        self.http += other.http;
        merge(&mut self.others, other.others);
    }
}

impl Exchanges {
    fn merge(&mut self, other: &Self) {
        self.meet += other.meet;
        self.unclear += other.unclear;
        self.out_of_window += other.out_of_window;
        self.other += other.other;
        self.unanswered += other.unanswered;
        self.unpaired += other.unpaired;
    }
}
