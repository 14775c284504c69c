//! Captures that nobody here made, and what tshark says of them.

use std::fs;

use crate::{account::accounted_for, others};
use sekisho_scope::{
    Progress,
    packets::{Answer, Plan, scope},
};

fn ask(name: &str) -> Option<Answer> {
    let plan = Plan { threads: 2, ..Plan::new([7; 32]) };
    others::file(name).map(|path| scope(&[path], &plan, &Progress::default()).unwrap())
}

/// Packets, requests, responses, those with 200, those with 206.
type Known = (u64, u64, u64, u64, u64);

const KNOWN: [(&str, Known); 18] = [
    ("zeek/100-continue.pcap", (66, 1, 2, 1, 0)),
    ("zeek/206_example_a.pcap", (672, 2, 2, 0, 2)),
    ("zeek/bro.org.pcap", (751, 31, 30, 30, 0)),
    ("zeek/concurrent-range-requests.pcap", (57, 3, 2, 0, 2)),
    ("zeek/content-range-gap.pcap", (26, 1, 0, 0, 0)),
    ("zeek/cooper-grill-dvwa.pcapng", (64, 3, 3, 3, 0)),
    ("zeek/entity_gap.pcap", (13, 1, 0, 0, 0)),
    ("zeek/get-gzip.pcap", (14, 1, 1, 1, 0)),
    ("zeek/get_nosyn.pcap", (11, 1, 1, 1, 0)),
    ("zeek/methods.pcap", (655, 27, 49, 5, 0)),
    ("zeek/multipart-form-data.pcap", (7, 1, 0, 0, 0)),
    ("zeek/pipelined-requests.pcap", (49, 5, 5, 5, 0)),
    ("zeek/x-gzip.pcap", (7, 1, 1, 1, 0)),
    ("suricata-verify/bug-2511-gzip-mixed.pcap", (11, 1, 1, 1, 0)),
    ("suricata-verify/http-all-headers.pcap", (34, 1, 1, 1, 0)),
    ("suricata-verify/http-gap-simple.pcap", (31, 3, 2, 2, 0)),
    ("suricata-verify/http-multiple100.pcap", (48, 1, 3, 1, 0)),
    ("suricata-verify/http-range-file.pcap", (316, 15, 14, 0, 14)),
];

/// Where we differ, by request.
///
/// tshark shows a response where it ends, so one of which packets are missing it doesn't show at all; in the other five
/// files of these that is one response each, whose head anybody can read in the file. In `methods.pcap` 18 of the
/// request lines lack the blanks or the version that RFC 9112 asks for (`GET /HTTP/1.1`, `PUT / HTTP/1.`): tshark takes
/// them for requests, we tell them as `not_http`, and their responses as ones of which the request isn't known.
const DIFFER: [(&str, Known); 7] = [
    ("zeek/bro.org.pcap", (751, 31, 31, 31, 0)),
    ("zeek/concurrent-range-requests.pcap", (57, 3, 3, 0, 3)),
    ("zeek/content-range-gap.pcap", (26, 1, 1, 0, 1)),
    ("zeek/entity_gap.pcap", (13, 1, 1, 1, 0)),
    ("zeek/methods.pcap", (655, 9, 49, 5, 0)),
    ("suricata-verify/http-gap-simple.pcap", (31, 3, 3, 3, 0)),
    ("suricata-verify/http-range-file.pcap", (316, 15, 15, 0, 15)),
];

fn counts(answer: &Answer) -> Known {
    let status = |status: u16| answer.statuses.get(&status).copied().unwrap_or(0);
    (answer.packets.read, answer.requests, answer.responses, status(200), status(206))
}

/// M29.
#[test]
fn captures_of_others_give_the_counts_that_tshark_gives_or_the_file_shows_why_not() {
    let line = regex::bytes::Regex::new(r"(?-u)[A-Z]+ [^ \r\n]+ HTTP/1\.[01]\r?\n").unwrap();
    for (name, known) in KNOWN {
        let Some(answer) = ask(name) else { return };
        let differs = DIFFER.iter().find(|(of, _)| *of == name);
        let expected = differs.map_or(known, |(_, ours)| *ours);
        assert_eq!(counts(&answer), expected, "{name}: {:?}", answer.cannot_tell);
        if differs.is_some() {
            let bytes = fs::read(others::file(name).unwrap()).unwrap();
            let heads = |what: &[u8]| memchr::memmem::find_iter(&bytes, what).count() as u64;
            assert_eq!(heads(b"HTTP/1.1 200 ") + heads(b"HTTP/1.0 200 "), expected.3, "{name}");
            assert_eq!(heads(b"HTTP/1.1 206 "), expected.4, "{name}");
            assert_eq!(line.find_iter(&bytes).count() as u64, expected.1, "{name}: request lines as RFC 9112 has them");
        }
    }
}

/// M29. Every byte of every file is told of.
#[test]
fn nothing_in_captures_of_others_disappears() {
    for (name, _) in KNOWN {
        let Some(answer) = ask(name) else { return };
        accounted_for(&answer);
    }
}

#[test]
fn a_body_of_which_packets_are_missing_is_partial_and_others_are_whole() {
    for (name, whole, partial) in [
        ("zeek/entity_gap.pcap", 0, 1),
        ("zeek/content-range-gap.pcap", 0, 1),
        ("zeek/get-gzip.pcap", 1, 0),
        ("zeek/x-gzip.pcap", 1, 0),
        ("zeek/pipelined-requests.pcap", 5, 0),
        ("zeek/get_nosyn.pcap", 1, 0),
        ("zeek/bro.org.pcap", 30, 1),
    ] {
        let Some(answer) = ask(name) else { return };
        assert_eq!((answer.bodies.whole, answer.bodies.partial), (whole, partial), "{name}: {:?}", answer.cannot_tell);
    }
}
