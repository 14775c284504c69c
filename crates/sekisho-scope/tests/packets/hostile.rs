//! Packets and files as an attacker, a full disk or a busy network leaves them: nothing panics, nothing disappears, and
//! nothing is called confirmed that wasn't captured whole.

use std::fs;

use proptest::prelude::*;
use sekisho_scope::{
    Progress,
    packets::{Answer, Kinds, Plan, scope},
};

use crate::{
    accounted_for,
    wire::{Dice, Packet, Wire, card, get, pcap, response},
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

/// Bodies of several kinds with cards that are in none of the others: so many in each.
const CARDS: u64 = 150;

fn bodies() -> Vec<Vec<u8>> {
    let rows =
        |nth: u64| (0..CARDS).map(|at| format!("{} row\r\n", card(nth * 1_000_003 + at * 17))).collect::<String>();
    let chunked = |text: &str| {
        let chunks: String = text
            .as_bytes()
            .chunks(999)
            .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
            .collect();
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\nDigest: x\r\n\r\n").into_bytes()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, rows(2).as_bytes()).unwrap();
    vec![
        response(rows(0).as_bytes(), ""),
        chunked(&rows(1)),
        response(&packed.finish().unwrap(), "Content-Encoding: gzip\r\n"),
        format!("HTTP/1.1 200 OK\r\n\r\n{}", rows(3)).into_bytes(),
    ]
}

/// One connection with all of them, the last until it closes.
fn capture() -> Vec<Packet> {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    for (nth, body) in bodies().iter().enumerate() {
        wire.exchange(&get(&format!("/{nth}")), body);
    }
    wire.close()
}

const ALL: u64 = 4 * CARDS;

/// What a network or somebody does to packets.
#[derive(Debug, Clone)]
enum Harm {
    Lose(usize),
    Double(usize),
    /// The capture kept so many bytes of it.
    Cut(usize, usize),
    /// A byte of it was changed.
    Change(usize, usize, u8),
    /// All in another order.
    Shuffle(u64),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        (0usize..999).prop_map(Harm::Lose),
        (0usize..999).prop_map(Harm::Double),
        ((0usize..999), (0usize..1500)).prop_map(|(at, length)| Harm::Cut(at, length)),
        ((0usize..999), (0usize..1500), any::<u8>()).prop_map(|(at, place, byte)| Harm::Change(at, place, byte)),
        any::<u64>().prop_map(Harm::Shuffle),
    ]
}

fn harmed(mut packets: Vec<Packet>, harms: &[Harm]) -> Vec<Packet> {
    for harm in harms {
        let place = |at: &usize| *at % packets.len();
        match harm {
            Harm::Lose(at) => drop(packets.remove(place(at))),
            Harm::Double(at) => packets.push(packets[place(at)].clone()),
            Harm::Cut(at, length) => {
                let at = place(at);
                packets[at].bytes.truncate(*length);
            }
            Harm::Change(at, within, byte) => {
                let at = place(at);
                if let Some(changed) = packets[at].bytes.get_mut(*within) {
                    *changed = *byte;
                }
            }
            Harm::Shuffle(seed) => shuffle(&mut packets, *seed),
        }
    }
    packets
}

fn shuffle(packets: &mut [Packet], seed: u64) {
    let mut dice = Dice(seed);
    for at in (1..packets.len()).rev() {
        packets.swap(at, dice.roll(at as u64 + 1) as usize);
    }
}

#[test]
fn what_was_captured_whole_is_confirmed_whole() {
    let answer = ask(&pcap(&capture()), |_| {});
    accounted_for(&answer);
    assert_eq!((answer.records.confirmed, answer.records.at_most), (Some(ALL), Some(ALL)), "{answer:?}");
    assert_eq!((answer.bodies.whole, answer.bodies.partial), (4, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// M29.
    #[test]
    fn lost_cut_and_doubled_packets_confirm_nothing_that_was_not_captured_whole(
        harms in proptest::collection::vec(harm(), 0..6),
    ) {
        let changes = harms.iter().any(|harm| matches!(harm, Harm::Change(..)));
        let loses = harms.iter().any(|harm| !matches!(harm, Harm::Double(_) | Harm::Shuffle(_)));
        let answer = ask(&pcap(&harmed(capture(), &harms)), |_| {});
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
    fn the_order_of_packets_makes_no_difference(harms in proptest::collection::vec(harm(), 0..6), seed in any::<u64>()) {
        let mut packets = harmed(capture(), &harms);
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
        let mut file = pcap(&capture());
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
