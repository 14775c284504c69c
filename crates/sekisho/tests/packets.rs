//! `sekisho scope packets`, as an investigator runs it: a log, a capture, and what is told of them.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// A number that card schemes publish for tests.
const CARD: &str = "4111111111111111";
/// 2021-04-20T12:00:00+09:00.
const NOON: u32 = 1_618_887_600;

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

/// One packet: IPv4 and TCP without options, between a client and a server (RFC 791, RFC 9293).
fn packet(from_client: bool, (seq, ack, flags): (u32, u32, u8), data: &[u8]) -> Vec<u8> {
    let (client, server) = (([203, 0, 113, 9], 40_000_u16), ([192, 0, 2, 1], 80_u16));
    let (from, to) = if from_client { (client, server) } else { (server, client) };
    let length = u16::try_from(40 + data.len()).unwrap().to_be_bytes();
    let ip = [&[0x45, 0][..], &length, &[0, 0, 0x40, 0, 64, 6, 0, 0], &from.0, &to.0].concat();
    let ports = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    let tcp = [&ports[..], &seq.to_be_bytes(), &ack.to_be_bytes(), &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat();
    [&ip[..], &tcp, data].concat()
}

/// A capture of raw packets (link type 101), a second between two.
fn capture(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [0xa1b2_c3d4_u32, 0x0002_0004_u32.rotate_left(16), 0, 0, 65_535, 101].map(u32::to_le_bytes).concat();
    for (second, packet) in (0_u32..).zip(packets) {
        let length = u32::try_from(packet.len()).unwrap();
        file.extend([NOON + second, 0, length, length].map(u32::to_le_bytes).concat());
        file.extend(packet);
    }
    file
}

/// A web shell is asked once and answers with one card; `lost` packets of it were not captured.
fn shell(lost: &[usize]) -> Vec<u8> {
    let request = b"GET /img/x.php?q=1 HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    let body = format!("id,card\n1,{CARD}\n");
    let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (head, tail) = response.as_bytes().split_at(response.len() - 10);
    let after = |seq: u32, data: &[u8]| seq + u32::try_from(data.len()).unwrap();
    let (asked, answered) = (after(101, request), after(501, head));
    let all = [
        packet(true, (100, 0, SYN), b""),
        packet(false, (500, 101, SYN | ACK), b""),
        packet(true, (101, 501, ACK), request),
        packet(false, (501, asked, ACK), head),
        packet(false, (answered, asked, ACK), tail),
        packet(false, (after(answered, tail), asked, FIN | ACK), b""),
        packet(true, (asked, after(answered, tail) + 1, FIN | ACK), b""),
    ];
    let kept = all.into_iter().enumerate().filter(|(at, _)| !lost.contains(at)).map(|(_, packet)| packet);
    capture(&kept.collect::<Vec<_>>())
}

fn sekisho(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.current_dir(folder).args(["scope", "packets"]).args(args).output().unwrap()
}

fn told(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {said}"))
}

/// M29: the four steps. What is found is counted and never told, unless somebody asks, and then but for its end.
#[test]
fn a_log_leads_to_the_packets_and_the_packets_to_what_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.pcap"), shell(&[])).unwrap();
    let line = "203.0.113.9 - - [20/Apr/2021:12:00:02 +0900] \"GET /img/x.php?q=1 HTTP/1.1\" 200 26 \"-\" \"x\"\n";
    fs::write(folder.join("access.log"), line).unwrap();
    let steps = ["a.pcap", "--windows-from", "access.log", "--object", "^/img/x\\.php", "--json", "--no-figures"];
    let found = sekisho(folder, &steps);
    let answer = told(&found);
    assert_eq!(found.status.code(), Some(1), "{answer:#}");
    let of = |set: &str| answer["by_kind"]["card"][set].as_u64();
    assert_eq!((of("confirmed"), of("at_most")), (Some(1), Some(1)), "{answer:#}");
    assert_eq!((&answer["requests"], &answer["bodies"]["whole"]), (&1.into(), &1.into()));
    assert_eq!(answer["log"]["without_packets"], 0);
    assert!(!String::from_utf8_lossy(&found.stdout).contains(CARD));
    let revealed = sekisho(folder, &[&steps[..], &["--reveal"]].concat());
    let revealed = String::from_utf8_lossy(&revealed.stdout).into_owned();
    assert!(revealed.contains("************1111") && !revealed.contains(CARD), "{revealed}");
}

/// M29: a response of which a packet is missing confirms nothing.
#[test]
fn what_was_not_captured_whole_is_at_most() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.pcap"), shell(&[4])).unwrap();
    let found = sekisho(folder.path(), &["a.pcap", "--json", "--no-figures"]);
    let answer = told(&found);
    assert_eq!(answer["by_kind"]["card"]["confirmed"].as_u64().unwrap_or(0), 0, "{answer:#}");
    assert_eq!((&answer["bodies"]["whole"], &answer["bodies"]["partial"]), (&0.into(), &1.into()), "{answer:#}");
    assert!(!answer["cannot_tell"]["reasons"].as_array().unwrap().is_empty(), "{answer:#}");
}

/// What is no capture is refused or told as unread, and nothing else is.
#[test]
fn a_file_that_is_no_capture_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.pcap"), "not packets").unwrap();
    let answer = told(&sekisho(folder.path(), &["a.pcap", "--json", "--no-figures"]));
    assert_eq!(answer["files"][0]["unread"], 11, "{answer:#}");
    let missing = sekisho(folder.path(), &["missing.pcap"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("missing.pcap"));
}
