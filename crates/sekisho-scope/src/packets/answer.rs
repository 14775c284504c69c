//! What is answered.

use std::collections::BTreeMap;

use serde::Serialize;

use super::counts::{Bodies, Exchanges, Flows, Packets, Payload};
use crate::{
    answer::{Interval, Reason},
    tally::Sample,
};

/// So many records, counted once each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Records {
    /// In bodies that were reassembled and read whole. `None`: whether any were sent can't be told, for nothing of what
    /// was sent could be read whole.
    pub confirmed: Option<u64>,
    /// Only in others.
    pub possibly: u64,
    /// The most that can have been sent: what was found, or what the store holds where more may have been sent. `None`:
    /// more may have been sent, and nobody said how much there was.
    pub at_most: Option<u64>,
}

/// What was read from one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfStore {
    /// Its name.
    pub store: String,
    /// The store that contains it: its records are among that one's.
    pub within: Option<String>,
    /// Requests that reach it, in the packets or only in the log.
    pub requests: u64,
    /// All kinds.
    #[serde(flatten)]
    pub records: Records,
    /// Each kind.
    pub by_kind: BTreeMap<String, Records>,
}

/// The windows that were asked about; all seconds lie within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first second, if one was said or the log gives it.
    pub from: Option<String>,
    /// The last second, if one was said or the log gives it.
    pub to: Option<String>,
    /// The zone in which times are told.
    pub zone: &'static str,
    /// Each window by itself, if the log gives them.
    pub windows: Vec<Interval>,
}

/// The access log from which the windows come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Lines.
    pub read: u64,
    /// Understood.
    pub parsed: u64,
    /// Not understood.
    pub unparsed: u64,
    /// Requests that are asked for.
    pub requests: u64,
    /// Those that no packets show.
    pub without_packets: u64,
    /// Some lines that were not understood: the first by file and place.
    pub samples: Vec<Sample>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    /// Its name as it was given.
    pub name: String,
    /// `pcap`, `pcapng` or `unknown`.
    pub format: &'static str,
    /// Its bytes, unpacked.
    pub bytes: u64,
    /// Those behind the place where it stopped making sense.
    pub unread: u64,
    /// Why it stopped.
    pub broken: Option<&'static str>,
    /// Its packets.
    pub packets: u64,
    /// The second of the earliest.
    pub first: Option<String>,
    /// The second of the latest.
    pub last: Option<String>,
}

/// What can't be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Open {
    /// Why there may be more.
    pub reasons: Vec<Reason>,
    /// When no packet was captured, within the windows.
    pub intervals: Vec<Interval>,
}

/// Records that were sent: confirmed, and at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// All kinds.
    pub records: Records,
    /// Each kind.
    pub by_kind: BTreeMap<String, Records>,
    /// The kinds that were looked for: of others, nothing can be told.
    pub looked_for: Vec<String>,
    /// Confirmed cards that may have been sent with an expiry too.
    pub possibly_with_expiry: u64,
    /// Each store, in the order of the list.
    pub stores: Vec<OfStore>,
    /// What can't be told.
    pub cannot_tell: Open,
    /// What was asked about.
    pub window: Window,
    /// The log that gave the windows.
    pub log: Option<Log>,
    /// Connections.
    pub flows: Flows,
    /// Requests with their responses.
    pub exchanges: Exchanges,
    /// Requests that meet the conditions, or may.
    pub requests: u64,
    /// Responses, likewise; interim ones (1xx) too.
    pub responses: u64,
    /// Those responses by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Their bodies.
    pub bodies: Bodies,
    /// Packets.
    pub packets: Packets,
    /// Their payload.
    pub payload: Payload,
    /// What was read, by name.
    pub files: Vec<FileRead>,
    /// Found values, all but the last characters as stars; only if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revealed: Option<BTreeMap<String, Vec<String>>>,
    /// How long it took; whoever asked knows.
    pub ms: Option<u64>,
    /// The most memory that was used; whoever asked knows.
    pub peak_mb: Option<u64>,
}

impl Answer {
    /// Whether the answer is not simply nothing: records were found, or can't be ruled out.
    pub fn is_finding(&self) -> bool {
        self.records.at_most != Some(0)
    }
}
