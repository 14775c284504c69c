//! A payment processor's case (M29), made anew: a web shell, three databases, an access log, packets of most of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::{Regex, bytes};
use sekisho_scope::{
    Progress,
    packets::{Answer, FromLog, Kinds, OfStore, Plan, Records, Stores, scope},
};

use crate::{
    account::accounted_for,
    harm::shuffle,
    wire::{Packet, Wire, card, get, pcap, response},
};

/// 2021-08-02T12:00:00+09:00.
const NOON: u64 = 1_627_873_200;

const STORES: &str = "\
store,kind,held,within,reached_by
tokens,card,460395,payments,db=tokens
payments,card,2415750,,db=payments
payments,convenience,824483,,
payments,transfer,170435,,
payments,emoney,980490,,
merchants,merchant,38,,db=merchants
";

pub(crate) struct Case {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) files: Vec<PathBuf>,
}

impl Case {
    /// What the shell was asked at which second, and what it answered.
    fn talk() -> Vec<(u64, String, Vec<u8>)> {
        let cards: Vec<_> =
            (0..434).map(|at| format!("{},{}\n", card(at * 7919), if at % 3 == 0 { "12/27" } else { "-" })).collect();
        let rows =
            |name: &str, count: u64| (0..count).map(|at| format!("{name}-{:08}\n", at * 31 + 7)).collect::<String>();
        let (store, transfer, emoney) = (rows("CV", 109), rows("BT", 17), rows("EM", 33));
        let all = cards.concat();
        // Sub-sets, and cards again, some of them only now with their expiry: nothing of it is one more.
        let again: String = cards.iter().take(50).map(|row| row.replace(",-", ",11/26")).collect();
        let shell = |query: &str| format!("/img/up.php?{query}");
        vec![
            (NOON, shell("db=payments&q=1"), all.into_bytes()),
            (NOON + 60, shell("db=payments&q=2"), [store.as_bytes(), again.as_bytes()].concat()),
            (NOON + 120, shell("db=payments&q=3"), [transfer, emoney].concat().into_bytes()),
            (NOON + 180, shell("db=merchants&q=1"), rows("MER", 38).into_bytes()),
            // In the log, and not in the packets that were kept.
            (NOON + 240, shell("db=tokens&q=1"), Vec::new()),
            (NOON + 300, shell("db=payments&q=4"), Vec::new()),
            // Others' requests, between and outside of those times: a member's own card is none of what was taken.
            (NOON + 30, "/my/cards".into(), format!("{},01/29\n", card(999_999_937)).into_bytes()),
        ]
    }

    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut log = String::new();
        let mut files = Vec::new();
        for (nth, (second, target, body)) in Self::talk().into_iter().enumerate() {
            let time = second - NOON;
            log += &format!(
                "203.0.113.9 - - [02/Aug/2021:12:{:02}:{:02} +0900] \"GET {target} HTTP/1.1\" 200 {} \"-\" \"-\"\n",
                time / 60,
                time % 60,
                body.len()
            );
            if !body.is_empty() {
                let mut wire = Wire::open(40_000 + nth as u16, second);
                wire.exchange(&get(&target), &response(&body, ""));
                files.push(write(folder.path(), nth, &wire.close()));
            }
        }
        fs::write(folder.path().join("access.log"), log).unwrap();
        fs::write(folder.path().join("stores.csv"), STORES).unwrap();
        Self { folder, files }
    }

    pub(crate) fn plan(&self) -> Plan {
        let question = sekisho_scope::Question {
            object: Some(bytes::Regex::new(r"^/img/up\.php").unwrap()),
            ..sekisho_scope::Question::default()
        };
        let log = FromLog { files: vec![self.folder.path().join("access.log")], format: None, question, slack: 5 };
        let pattern = |name: &str, text: &str| (name.to_owned(), Regex::new(text).unwrap());
        let patterns = vec![
            pattern("convenience", "CV-[0-9]{8}"),
            pattern("transfer", "BT-[0-9]{8}"),
            pattern("emoney", "EM-[0-9]{8}"),
            pattern("merchant", "MER-[0-9]{8}"),
        ];
        Plan {
            log: Some(log),
            kinds: Kinds::new(&["card".into()], patterns, Vec::new()).unwrap(),
            stores: Stores::read(&self.folder.path().join("stores.csv")).unwrap(),
            ..Plan::new([7; 32])
        }
    }

    fn ask(&self) -> Answer {
        scope(&self.files, &self.plan(), &Progress::default()).unwrap()
    }
}

fn write(folder: &Path, nth: usize, packets: &[Packet]) -> PathBuf {
    let path = folder.join(format!("{nth}.pcap"));
    fs::write(&path, pcap(packets)).unwrap();
    path
}

fn records(confirmed: Option<u64>, at_most: u64) -> Records {
    Records { confirmed, possibly: 0, at_most: Some(at_most) }
}

fn store<'a>(answer: &'a Answer, name: &str) -> &'a OfStore {
    answer.stores.iter().find(|store| store.store == name).unwrap()
}

/// M29.
#[test]
fn three_databases_are_told_confirmed_beside_at_most_and_nothing_twice() {
    let answer = Case::new().ask();
    accounted_for(&answer);
    assert_eq!(store(&answer, "tokens").records, records(None, 460_395), "nothing of it was captured");
    assert_eq!(store(&answer, "tokens").within.as_deref(), Some("payments"));
    let payments = store(&answer, "payments");
    assert_eq!(payments.records, records(Some(593), 4_391_158));
    let cards = ["card", "card_with_expiry"].map(|kind| payments.by_kind[kind].confirmed.unwrap());
    assert_eq!((cards.iter().sum::<u64>(), cards[1]), (434, 145 + 33), "each once, in its richest kind");
    for (kind, confirmed, at_most) in
        [("convenience", 109, 824_483), ("transfer", 17, 170_435), ("emoney", 33, 980_490)]
    {
        assert_eq!(payments.by_kind[kind], records(Some(confirmed), at_most), "{kind}");
    }
    assert_eq!(store(&answer, "merchants").records, records(Some(38), 38));
    assert_eq!(answer.records, records(Some(593 + 38), 4_391_158 + 38), "what lies within another is not added");
    let log = answer.log.unwrap();
    assert_eq!((log.read, log.requests, log.without_packets), (7, 6, 2));
    assert_eq!((answer.requests, answer.bodies.whole, answer.exchanges.out_of_window), (4, 4, 1));
}

#[test]
fn a_lost_packet_makes_what_its_answer_held_possible_and_leaves_the_rest() {
    let case = Case::new();
    let mut wire = Wire::open(50_000, NOON + 180);
    let body: String = (0..300).map(|at| format!("MER-{at:08}\n")).collect();
    wire.exchange(&get("/img/up.php?db=merchants&q=1"), &response(body.as_bytes(), ""));
    let mut packets = wire.close();
    packets.remove(4);
    let file = write(case.folder.path(), 3, &packets);
    let answer = scope(&[file], &case.plan(), &Progress::default()).unwrap();
    let merchants = store(&answer, "merchants").records;
    assert_eq!((merchants.confirmed, answer.bodies.partial), (None, 1));
    assert!((100..300).contains(&merchants.possibly) && merchants.at_most == Some(merchants.possibly), "{merchants:?}");
}

/// M29. Neither the order of files nor that of packets, nor the threads, nor the room in memory.
#[test]
fn order_threads_and_memory_make_no_difference() {
    let case = Case::new();
    let said = |files: &[PathBuf], plan: &Plan| {
        let mut answer = scope(files, plan, &Progress::default()).unwrap();
        answer.files.clear();
        serde_json::to_string(&answer).unwrap()
    };
    let first = said(&case.files, &case.plan());
    let backwards: Vec<_> = case.files.iter().rev().cloned().collect();
    assert_eq!(said(&backwards, &Plan { threads: 3, ..case.plan() }), first);
    let packets: Vec<_> = Case::talk().into_iter().enumerate().filter(|(_, (.., body))| !body.is_empty()).collect();
    let mut all: Vec<Packet> = Vec::new();
    for (nth, (second, target, body)) in packets {
        let mut wire = Wire::open(40_000 + nth as u16, second);
        wire.exchange(&get(&target), &response(&body, ""));
        all.extend(wire.close());
    }
    shuffle(&mut all, 3);
    let file = write(case.folder.path(), 90, &all);
    assert_eq!(said(std::slice::from_ref(&file), &case.plan()), first, "packets shuffled, all in one file");
    assert_eq!(said(&[file], &Plan { memory: 60_000, threads: 2, key: [8; 32], ..case.plan() }), first);
}

/// Nothing that was found is told, unless that was asked for; and then only its end.
#[test]
fn found_values_are_not_told_and_revealed_ones_end_in_four_characters() {
    let case = Case::new();
    let hidden = serde_json::to_string(&case.ask()).unwrap();
    let revealed = scope(&case.files, &Plan { reveal: true, ..case.plan() }, &Progress::default()).unwrap();
    let told = serde_json::to_string(&revealed).unwrap();
    for at in 0..434 {
        let number = card(at * 7919);
        assert!(!hidden.contains(&number) && !hidden.contains(&number[8..]));
        assert!(!told.contains(&number) && told.contains(&format!("************{}", &number[12..])));
    }
    assert!(!hidden.contains("CV-") && !told.contains("CV-"));
}
