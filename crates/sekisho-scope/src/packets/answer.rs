//! What is answered.

use std::collections::BTreeMap;

use serde::Serialize;

use super::counts::{Bodies, Exchanges, Flows, Packets, Payload};
use crate::answer::{Interval, Reason};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Lines.
    pub read: u64,
    /// Lines that were not understood.
    pub unparsed: u64,
    /// Requests that are asked for.
    pub requests: u64,
    /// Those that no packets show.
    pub without_packets: u64,
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
}

/// Records that were sent: confirmed, and at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// All kinds.
    pub records: Records,
    /// Each kind.
    pub by_kind: BTreeMap<String, Records>,
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

/// Every reason, and what it means.
pub(super) const REASONS: [(&str, &str); 40] = [
    ("nothing_read", "no packet of a connection was read: the files say nothing about anybody"),
    ("packets_lost", "bodies lack bytes that were sent and not captured"),
    ("cut_off", "bodies end before their length: they were broken off, or the capture was"),
    ("not_closed", "bodies without a length end where nobody saw the connection close"),
    ("contradictory_packets", "bodies of which packets say two things"),
    ("length_unclear", "bodies of which the head says two lengths, or none that can be used"),
    ("chunks_malformed", "chunked bodies that can't be followed"),
    ("coding_broken", "compressed contents that break off or are damaged"),
    ("coding_not_known", "contents in a coding that we don't read"),
    ("too_many_codings", "contents in more codings, one in the other, than we undo"),
    ("content_too_large", "contents longer than the limit (--content); what came behind it was not searched"),
    ("archive_not_opened", "contents that are archives or documents which we don't open"),
    ("several_parts", "bodies that hold several parts of an object"),
    ("parts_not_joined", "parts of objects for which there was no room where they meet others"),
    ("head_cut_off", "heads of requests or responses that break off"),
    ("thread_lost", "stretches behind lost packets, of which nobody can tell what they belong to"),
    ("messages_lost", "gaps between messages, in which whole requests or responses may have been"),
    ("found_midway", "directions of connections of which the beginning was not captured"),
    ("not_http", "stretches within connections that are no HTTP"),
    ("other_protocol", "connections that went on in another protocol (WebSocket, CONNECT)"),
    ("tls", "connections in TLS, which can't be read without their keys"),
    ("http2", "connections in HTTP/2, which we don't read"),
    ("other", "connections in other protocols; their bytes were searched as they are"),
    ("flow_too_large", "connections larger than the memory that was given (--memory)"),
    ("unanswered", "requests of which no response was captured"),
    ("unclear", "responses of which what a condition asks for was not captured"),
    ("unpaired", "responses of which nobody can tell which request they answer"),
    ("log_without_packets", "requests in the log of which there are no packets"),
    ("log_unparsed", "lines of the log that were not understood; each may be a request that is asked for"),
    ("log_unclear", "requests in the log of which it doesn't say when, or whether they are meant"),
    ("log_damaged", "packed logs that break off"),
    ("files_broken", "files of packets that break off or stop making sense"),
    ("fragments_left", "fragments of packets of which others were not captured"),
    ("fragment_cut_off", "fragments of which the capture kept only the beginning"),
    ("fragment", "fragments of a kind that we can't put together"),
    ("link_cut_off", "packets shorter than the head of their link"),
    ("link_not_known", "packets of a link that we don't read"),
    ("ip_malformed", "packets with a damaged IP head"),
    ("tcp_malformed", "packets with a damaged TCP head"),
    ("astray", "packets too far from all that their connection sent"),
];
