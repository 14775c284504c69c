//! What became of packets, payload, flows and messages, by one thread; threads are added up.

use std::collections::BTreeMap;

use serde::Serialize;

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
        let add = |to: &mut u64, from: u64| *to += from;
        let named = |to: &mut Named, from: Named| from.into_iter().for_each(|(name, count)| more(to, name, count));
        let (packets, payload, flows) = (&mut self.packets, &mut self.payload, &mut self.flows);
        add(&mut packets.read, other.packets.read);
        add(&mut packets.used, other.packets.used);
        add(&mut packets.other, other.packets.other);
        named(&mut packets.unused, other.packets.unused);
        add(&mut payload.read, other.payload.read);
        add(&mut payload.http, other.payload.http);
        add(&mut payload.duplicate, other.payload.duplicate);
        add(&mut payload.astray, other.payload.astray);
        named(&mut payload.unread, other.payload.unread);
        add(&mut flows.read, other.flows.read);
        add(&mut flows.http, other.flows.http);
        named(&mut flows.others, other.flows.others);
        named(&mut self.open, other.open);
        add(&mut self.untold, other.untold);
        self.merge_messages(&other.exchanges, &other.statuses);
        add(&mut self.requests, other.requests);
        add(&mut self.responses, other.responses);
        add(&mut self.bodies.whole, other.bodies.whole);
        add(&mut self.bodies.partial, other.bodies.partial);
        for (at, theirs) in other.stores.into_iter().enumerate() {
            self.of_stores(1 << at, |store| {
                add(&mut store.requests, theirs.requests);
                add(&mut store.whole, theirs.whole);
                add(&mut store.open, theirs.open);
            });
        }
    }

    fn merge_messages(&mut self, theirs: &Exchanges, statuses: &BTreeMap<u16, u64>) {
        let ours = &mut self.exchanges;
        ours.meet += theirs.meet;
        ours.unclear += theirs.unclear;
        ours.out_of_window += theirs.out_of_window;
        ours.other += theirs.other;
        ours.unanswered += theirs.unanswered;
        ours.unpaired += theirs.unpaired;
        statuses.iter().for_each(|(status, count)| *self.statuses.entry(*status).or_default() += count);
    }
}
