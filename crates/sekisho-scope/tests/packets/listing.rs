//! What was sent, response by response: lists that lead back into the packets, and tell no value.

use std::{fs, path::PathBuf};

use proptest::prelude::*;
use sekisho_scope::{
    Progress,
    packets::{Answer, Kinds, Plan, scope},
};

use crate::{
    account::{listed, lists},
    harm::{self, Harm},
    processor::Case,
    wire::{Wire, card, get, pcap, response},
};

fn asked(files: &[PathBuf], plan: Plan) -> (Answer, [String; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { objects: Some(folder.path().join("list.csv")), ..plan };
    let answer = scope(files, &plan, &Progress::default()).unwrap();
    (answer, lists(&folder.path().join("list.csv")))
}

/// M29. A line for each response: when, between whom, what was asked, which stores, how many records; for each request
/// of the log without packets, that there are none.
#[test]
fn each_response_is_listed_with_what_leads_back_to_it_and_how_many_records_it_held() {
    let case = Case::new();
    let (_, [sent, possibly, open]) = asked(&case.files, case.plan());
    let line = |time: &str, port: u16, rest: &str| {
        format!("2021-08-02T12:{time}.000002000+09:00,response,203.0.113.9:{port},192.0.2.1:80,GET,{rest}\n")
    };
    let payments = "/img/up.php?db=…&q=…,200,,payments";
    let lines = [
        line("00:00", 40_000, &format!("{payments},card=289; card_with_expiry=145")),
        line("01:00", 40_001, &format!("{payments},card_with_expiry=50; convenience=109")),
        line("02:00", 40_002, &format!("{payments},emoney=33; transfer=17")),
        line("03:00", 40_003, "/img/up.php?db=…&q=…,200,,merchants,merchant=38"),
    ];
    assert_eq!(sent, lines.concat());
    assert_eq!(possibly, "");
    let log = |time: &str, stores: &str| {
        format!("2021-08-02T12:{time}.000000000+09:00,log,,,GET,/img/up.php?db=…&q=…,,log_without_packets,{stores},\n")
    };
    assert_eq!(open, log("04:00", "tokens; payments") + &log("05:00", "payments"));
}

/// M29.
#[test]
fn the_lists_are_the_same_whatever_the_order_the_threads_and_the_memory() {
    let case = Case::new();
    let plan = || Plan { reveal: true, ..case.plan() };
    let (_, first) = asked(&case.files, plan());
    let backwards: Vec<_> = case.files.iter().rev().cloned().collect();
    assert_eq!(asked(&backwards, Plan { threads: 3, memory: 60_000, key: [9; 32], ..plan() }).1, first);
}

/// M29. No list tells a value; with `reveal`, all but its end is stars.
#[test]
fn no_value_is_in_a_list_unless_it_is_asked_for_and_then_only_its_end() {
    let case = Case::new();
    let (_, hidden) = asked(&case.files, case.plan());
    let (_, told) = asked(&case.files, Plan { reveal: true, ..case.plan() });
    for number in (0..434).map(|at| card(at * 7919)) {
        assert!(!hidden.concat().contains(&number[8..]) && !told.concat().contains(&number));
        assert!(told[0].contains(&format!("=************{}", &number[12..])), "{number}");
    }
    assert!(!hidden.concat().contains("CV-") && !told.concat().contains("CV-"));
}

/// What a response holds is hidden in its request's target too, in whichever way that is written.
#[test]
fn a_target_that_holds_a_value_does_not_tell_it() {
    let mut wire = Wire::open(40_000, 1_627_873_200);
    let name = "{\"name\":\"山田太郎\"}";
    for target in ["/users/%E5%B1%B1%E7%94%B0%E5%A4%AA%E9%83%8E", "/cards/4111-1111-1111-1111/x", "/plain?q=taro"] {
        wire.exchange(&get(target), &response(name.as_bytes(), ""));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pcap");
    fs::write(&file, pcap(&wire.close())).unwrap();
    let kinds = Kinds::new(&["card".into()], vec![], vec![("name".into(), "name".into())]).unwrap();
    let (_, [sent, ..]) = asked(&[file], Plan { kinds, requests: true, ..Plan::new([7; 32]) });
    let targets: Vec<_> = sent.lines().map(|line| line.split(',').nth(5).unwrap().to_owned()).collect();
    assert_eq!(targets, ["/…", "/cards/…/x", "/cards/…/x", "/plain?q=…"], "{sent}");
    let of = |what: &str| sent.lines().filter(|line| line.split(',').nth(1) == Some(what)).count();
    assert_eq!((of("response"), of("target")), (3, 1), "the one target that holds a card: {sent}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// M29. Whatever happens to packets: every body and every reason has its line, and the lines' records are those that
    /// are counted.
    #[test]
    fn every_body_and_every_reason_has_a_line(harms in proptest::collection::vec(harm::any(), 0..6)) {
        let loses = harms.iter().any(|harm| !matches!(harm, Harm::Double(_) | Harm::Shuffle(_)));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pcap");
        fs::write(&file, pcap(&harm::done(harm::capture(), &harms))).unwrap();
        let kinds = Kinds::new(&["card".into()], vec![], vec![]).unwrap();
        let (answer, lists) = asked(&[file], Plan { kinds, ..Plan::new([7; 32]) });
        listed(&answer, &lists);
        // Each body has cards that no other has.
        let sum = |list: &str, sign: &str| -> u64 {
            let of_line = |line: &str| Some(line.rsplit_once(sign)?.1.parse::<u64>().unwrap());
            list.lines().filter_map(of_line).sum()
        };
        prop_assert_eq!(sum(&lists[0], "card="), answer.records.confirmed.unwrap());
        prop_assert!(loses || lists[1].is_empty() && lists[2].is_empty());
        prop_assert!(!lists.concat().contains("4000000"), "no number is told");
    }
}
