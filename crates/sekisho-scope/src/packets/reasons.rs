//! Why there may be more than was found.

use super::counts::Counts;
use crate::answer::Reason;

/// The reasons that hold, in the order of the table.
pub(super) fn reasons(counts: &Counts) -> Vec<Reason> {
    debug_assert!(counts.open.keys().all(|why| KNOWN.iter().any(|(known, _)| known == why)), "{:?}", counts.open);
    let known = |(reason, says): &(&'static str, &'static str)| {
        counts.open.get(reason).map(|count| Reason { reason, count: *count, says })
    };
    KNOWN.iter().filter_map(known).collect()
}

/// Every reason, and what it means.
const KNOWN: [(&str, &str); 44] = [
    ("nothing_read", "no packet of a connection was read: the files say nothing about anybody"),
    ("silence", "no packet was captured in the intervals: whether nothing was sent or nothing captured can't be told"),
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
    ("link_encrypted", "packets that their link carried encrypted (802.11, MACsec)"),
    (
        "tunnel_not_read",
        "packets in tunnels that are encrypted or that we don't open (IPsec, WireGuard, compressed PPP)",
    ),
    ("quic", "packets that open connections in QUIC (HTTP/3), which can't be read without their keys"),
    ("ip_malformed", "packets with a damaged IP head"),
    ("tcp_malformed", "packets with a damaged TCP head"),
    ("astray", "packets too far from all that their connection sent"),
];
