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

fn scope(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.current_dir(folder).arg("scope").args(args).output().unwrap()
}

fn sekisho(folder: &Path, args: &[&str]) -> Output {
    scope(folder, &[&["packets"], args].concat())
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

/// M29: everything the answer tells stands where a program finds it.
#[test]
fn the_answer_has_each_of_its_numbers_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.pcap"), shell(&[])).unwrap();
    let answer = told(&sekisho(folder.path(), &["a.pcap", "--json", "--from", "2021-04-20", "--to", "2021-04-20"]));
    let number = |path: &str| answer.pointer(path).unwrap_or_else(|| panic!("{path}: {answer:#}")).as_u64();
    for (path, known) in [
        ("/flows/read", 1),
        ("/flows/http", 1),
        ("/requests", 1),
        ("/responses", 1),
        ("/bodies/whole", 1),
        ("/bodies/partial", 0),
        ("/by_kind/card/confirmed", 1),
        ("/by_kind/card/possibly", 0),
        ("/packets/read", 7),
        ("/packets/used", 7),
        ("/files/0/packets", 7),
        ("/files/0/unread", 0),
    ] {
        assert_eq!(number(path), Some(known), "{path}");
    }
    assert_eq!((&answer["files"][0]["name"], &answer["files"][0]["format"]), (&"a.pcap".into(), &"pcap".into()));
    assert_eq!(answer["window"]["zone"], "+09:00");
    assert!(number("/ms").is_some() && number("/peak_mb").is_some());
    // Of a day, some seconds were captured: of the rest, nobody can tell.
    let silent = answer["cannot_tell"]["intervals"].as_array().unwrap();
    assert_eq!((silent.len(), &silent[0]["to"]), (2, &"2021-04-20T11:59:59+09:00".into()), "{answer:#}");
    assert_eq!(answer["cannot_tell"]["reasons"][0]["reason"], "silence");
    assert!(answer["by_kind"]["card"]["at_most"].is_null());
    // A line of the log that is not understood is shown, as in a scope of logs.
    fs::write(folder.path().join("access.log"), "nonsense\n").unwrap();
    let answer = told(&sekisho(folder.path(), &["a.pcap", "--windows-from", "access.log", "--json"]));
    let log = &answer["log"];
    assert_eq!((&log["read"], &log["parsed"], &log["unparsed"]), (&1.into(), &0.into(), &1.into()));
    assert_eq!(log["samples"][0]["line"], "nonsense");
}

/// M29: each response is listed, with what leads back to it; what it held stays untold.
#[test]
fn each_response_is_listed_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.pcap"), shell(&[])).unwrap();
    fs::write(folder.join("b.pcap"), shell(&[3, 4])).unwrap();
    let list = |file: &str, more: &[&str]| {
        sekisho(folder, &[&[file, "--objects", "list.csv"], more].concat());
        ["", ".possibly", ".cannot_tell"].map(|set| fs::read_to_string(folder.join(format!("list.csv{set}"))).unwrap())
    };
    let line = "2021-04-20T12:00:02.000000000+09:00,response,203.0.113.9:40000,192.0.2.1:80,GET,/img/x.php?q=…,";
    assert_eq!(list("a.pcap", &[]), [format!("{line}200,,,card=1\n"), String::new(), String::new()]);
    let revealed = list("a.pcap", &["--reveal"]).concat();
    assert_eq!(revealed, format!("{line}200,,,card=1,card=************1111\n"));
    let unanswered = format!("{line},unanswered,,\n");
    assert_eq!(list("b.pcap", &[]), [String::new(), String::new(), unanswered]);
}

const INVENTORY: &str = r#"
name = "a shop"
[[store]]
name = "payments"
seen_by = ["packets"]
[[store.class]]
name = "cards"
whose = "members"
fields = ["number"]
count = 9
kinds = ["card", "card_with_expiry"]
[[store.class]]
name = "telephones"
whose = "members"
fields = ["number"]
count = 5
kinds = ["phone"]
[[store.class]]
name = "names"
whose = "staff"
fields = ["name"]
count = 7
"#;

/// M30: a scope of packets says which stores its question reached, and of which kinds nobody looked for any; and so does
/// its report, held against the inventory later.
#[test]
fn a_scope_of_packets_is_held_against_an_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.pcap"), shell(&[])).unwrap();
    fs::write(folder.join("shop.toml"), INVENTORY).unwrap();
    let with = told(&sekisho(folder, &["a.pcap", "--inventory", "shop.toml", "--json", "--no-figures"]));
    let held = &with["inventory"];
    let class = |at: usize| {
        let class = &held["stores"][0]["classes"][at];
        (class["reach"].as_str().unwrap(), class["confirmed"].as_u64(), class["at_most"].as_u64())
    };
    assert_eq!(class(0), ("reached", Some(1), Some(1)), "{held:#}");
    assert_eq!(class(1), ("not_reached", Some(0), Some(0)), "{held:#}");
    assert_eq!(class(2), ("not_looked_at", Some(0), Some(7)), "{held:#}");
    assert_eq!(held["stores"][0]["why"][0], "packets: nobody looked for names");
    fs::write(folder.join("report.json"), sekisho(folder, &["a.pcap", "--json"]).stdout).unwrap();
    let later = scope(folder, &["inventory", "hold", "shop.toml", "report.json", "--json"]);
    assert_eq!((later.status.code(), &told(&later)), (Some(1), held));
    let words = sekisho(folder, &["a.pcap", "--inventory", "shop.toml"]).stdout;
    assert!(String::from_utf8_lossy(&words).contains("cards (members, … – …): reached; 1 confirmed, 1 at most"));
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
