//! Packets and files as an attacker, a full disk or a busy network leaves them: nothing panics, nothing disappears, and
//! nothing is called confirmed that wasn't captured whole.

use std::fs;

use proptest::prelude::*;
use sekisho_scope::{
    Progress,
    packets::{Answer, Kinds, Plan, scope},
};

use crate::{
    account::accounted_for,
    harm::{self, ALL, CARDS, Harm, shuffle},
    wire::{Packet, Wire, pcap},
};

fn ask(file: &[u8], change: impl FnOnce(&mut Plan)) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pcap");
    fs::write(&path, file).unwrap();
    let mut plan = Plan { kinds: Kinds::new(&["card".into()], vec![], vec![]).unwrap(), ..Plan::new([7; 32]) };
    change(&mut plan);
    let mut answer = scope(&[path], &plan, &Progress::default()).unwrap();
    answer.files.iter_mut().for_each(|file| file.name = "a.pcap".into());
    answer
}

#[test]
fn what_was_captured_whole_is_confirmed_whole() {
    let answer = ask(&pcap(&harm::capture()), |_| {});
    accounted_for(&answer);
    assert_eq!((answer.records.confirmed, answer.records.at_most), (Some(ALL), Some(ALL)), "{answer:?}");
    assert_eq!((answer.bodies.whole, answer.bodies.partial), (4, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// M29.
    #[test]
    fn lost_cut_and_doubled_packets_confirm_nothing_that_was_not_captured_whole(
        harms in proptest::collection::vec(harm::any(), 0..6),
    ) {
        let changes = harms.iter().any(|harm| matches!(harm, Harm::Change(..)));
        let loses = harms.iter().any(|harm| !matches!(harm, Harm::Double(_) | Harm::Shuffle(_)));
        let answer = ask(&pcap(&harm::done(harm::capture(), &harms)), |_| {});
        accounted_for(&answer);
        let (confirmed, possibly) = (answer.records.confirmed.unwrap(), answer.records.possibly);
        // A changed byte may make a number of another, and then one more.
        prop_assert!(changes || confirmed + possibly <= ALL, "{:?}", answer.records);
        prop_assert!(changes || confirmed % CARDS == 0, "a body counts whole or not at all: {:?}", answer.records);
        prop_assert!(loses || (confirmed, possibly) == (ALL, 0), "{:?}", answer);
        // Whatever is missing is told: either all is there, or more is possible.
        prop_assert!(changes || confirmed == ALL || answer.records.at_most.is_none(), "{:?}", answer);
    }

    /// M29.
    #[test]
    fn the_order_of_packets_makes_no_difference(harms in proptest::collection::vec(harm::any(), 0..6), seed in any::<u64>()) {
        let mut packets = harm::done(harm::capture(), &harms);
        let said = |packets: &[Packet], threads| {
            serde_json::to_string(&ask(&pcap(packets), |plan| plan.threads = threads)).unwrap()
        };
        let first = said(&packets, 1);
        shuffle(&mut packets, seed);
        prop_assert_eq!(said(&packets, 2), first);
    }

    /// M29.
    #[test]
    fn files_that_are_cut_or_damaged_are_read_as_far_as_they_make_sense(
        cut in 0usize..40_000, places in proptest::collection::vec((0usize..40_000, any::<u8>()), 0..8),
    ) {
        let mut file = pcap(&harm::capture());
        for (at, byte) in places {
            let at = at % file.len();
            file[at] = byte;
        }
        file.truncate(cut.max(file.len() / 3));
        let answer = ask(&file, |plan| plan.requests = true);
        accounted_for(&answer);
        prop_assert_eq!(answer.files[0].bytes, file.len() as u64);
        prop_assert_eq!(answer.files[0].unread > 0, answer.files[0].broken.is_some());
        prop_assert!(answer.files[0].broken.is_none() || answer.is_finding(), "what was not read is not nothing");
    }

    #[test]
    fn any_bytes_over_a_connection_are_accounted_for(
        talk in proptest::collection::vec((any::<bool>(), said()), 1..12), is_closed in any::<bool>(),
    ) {
        let mut wire = Wire::open(40_000, 1_627_873_200);
        for (from_client, bytes) in &talk {
            wire.say(usize::from(!from_client), bytes);
        }
        let packets = if is_closed { wire.close() } else { wire.packets };
        let answer = ask(&pcap(&packets), |plan| plan.requests = true);
        accounted_for(&answer);
        prop_assert_eq!(answer.payload.read, talk.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
    }
}

/// Pieces of HTTP, whole and broken, and bytes that are none.
fn said() -> impl Strategy<Value = Vec<u8>> {
    const KNOWN: [&[u8]; 16] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"HEAD / HTTP/1.1\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: br\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate, gzip\r\nContent-Length: 18446744073709551615\r\n\r\n",
        b"HTTP/1.1 206 P\r\nContent-Range: bytes 0-4/99999999999999999999\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 206 P\r\nContent-Type: multipart/byteranges; boundary=x\r\n\r\n--x\r\nContent-Range: bytes 5-4/3\r\n\r\n--x--",
        b"HTTP/1.1 101 S\r\n\r\n",
        b"HTTP/1.1 100 C\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"0\r\n",
        b"\x1f\x8b\x08\x00",
        b"\x16\x03\x01\x00\x05",
    ];
    prop_oneof![
        3 => proptest::sample::select(&KNOWN[..]).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..80),
    ]
}
