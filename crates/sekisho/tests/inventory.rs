//! An inventory, checked and held against reports with the commands that people type.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn marketplace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sekisho-scope/tests/inventories/marketplace.toml")
}

fn sekisho(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> Value {
    let said = serde_json::from_slice(&output.stdout);
    said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// M30: the marketplace's inventory has no fault; one whose statements don't add up has, and the command says which.
#[test]
fn an_inventory_is_checked() {
    let file = marketplace();
    let output = sekisho(&["scope", "inventory", "check", "--json", file.to_str().unwrap()]);
    let found = said(&output);
    assert_eq!(
        (output.status.code(), &found["total"], &found["faults"]),
        (Some(0), &27_889.into(), &Value::Array(vec![]))
    );
    let papers = tempfile::tempdir().unwrap();
    let (wrong, none) = (papers.path().join("wrong.toml"), papers.path().join("none.toml"));
    fs::write(&wrong, fs::read_to_string(&file).unwrap().replace("total = 27927", "total = 27900")).unwrap();
    let output = sekisho(&["scope", "inventory", "check", wrong.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("fault: 2021-08-06") && text.contains("27927, its total is 27900"), "{text}");
    fs::write(&none, "colour = 1").unwrap();
    assert_eq!(sekisho(&["scope", "inventory", "check", none.to_str().unwrap()]).status.code(), Some(2));
}

/// A log of which one object is a payout's, one an inquiry's, and one of no kind that anybody wrote down.
fn logs(folder: &Path) -> [String; 2] {
    let line = |minute: u32, path: &str| {
        format!(
            "203.0.113.7 - - [20/Apr/2021:12:{minute:02}:00 +0900] \"GET {path} HTTP/1.1\" 200 512 \"-\" \"curl\"\n"
        )
    };
    let (log, list) = (folder.join("access.log"), folder.join("list.csv"));
    fs::write(&log, line(0, "/a") + &line(1, "/b")).unwrap();
    fs::write(&list, "key,member,kind\n/a,m1,payouts\n/b,m2,inquiries\n").unwrap();
    [log, list].map(|path| path.display().to_string())
}

/// M30: a scope of logs says which stores its question reached and which nobody looked at; and so does its report,
/// held against the inventory later.
#[test]
fn a_scope_of_logs_is_held_against_an_inventory() {
    let papers = tempfile::tempdir().unwrap();
    let ([log, list], file) = (logs(papers.path()), marketplace());
    let ask = ["scope", "logs", &*log, "--join", &*list, "--json", "--no-figures"];
    let with = said(&sekisho(&[&ask[..], &["--object", "^(/a)", "--inventory", file.to_str().unwrap()]].concat()));
    let held = &with["inventory"];
    let reach = |held: &Value, at: usize| held["stores"][at]["reach"].clone();
    assert_eq!([reach(held, 0), reach(held, 1)], ["reached", "not_looked_at"]);
    let classes = &held["stores"][0]["classes"];
    assert_eq!((&classes[0]["reach"], &classes[0]["confirmed"]), (&"reached".into(), &1.into()), "{held}");
    assert_eq!(classes[1]["confirmed"], 0, "the control: what the question excludes was not reached by it");

    let report = papers.path().join("report.json");
    fs::write(&report, sekisho(&[&ask[..], &["--object", "^(/a)"]].concat()).stdout).unwrap();
    let hold = ["scope", "inventory", "hold", file.to_str().unwrap(), report.to_str().unwrap()];
    let output = sekisho(&[&hold[..], &["--json"]].concat());
    assert_eq!((output.status.code(), &said(&output)), (Some(1), held));
    let text = String::from_utf8(sekisho(&hold).stdout).unwrap();
    assert!(text.contains("payouts (members, 2013-08-05 – 2014-01-20): reached"), "{text}");
}

#[test]
fn what_is_no_report_is_refused_with_what_to_give() {
    let file = marketplace();
    let papers = tempfile::tempdir().unwrap();
    let report = papers.path().join("report.json");
    fs::write(&report, "{}").unwrap();
    let output = sekisho(&["scope", "inventory", "hold", file.to_str().unwrap(), report.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("with --json"));
}
