//! `sekisho drill --live` on a running installation of confined processes, as an operator performs it.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/record.rs"]
mod record;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use sekisho::demo::{Build, House, Picture};
use sekisho_core::event::What;
use sekisho_keeper::{keystore::Cost, wire::SiteView};
use serde_json::Value;

fn sekisho(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho")).args(args).output().unwrap()
}

fn own_site(folder: &Path) -> SiteView {
    let (out, policy, back) = (folder.to_str().unwrap(), "jp-dating-site", "https://own.example/");
    let made = sekisho(&["site", "new", "own-site", "--policy", policy, "--return-prefix", back, "--out", out]);
    assert!(made.status.success());
    serde_json::from_slice(&fs::read(folder.join("site.json")).unwrap()).unwrap()
}

/// M11, M39: with the second flag it is performed with a document of nobody's; no document is opened, a member's waits
/// on, and what it said beforehand is what stands in the ledger. Without that flag nothing happens at all.
#[test]
fn a_live_drill_opens_nothing_and_asks_first() {
    let folder = tempfile::tempdir().unwrap();
    let kit = folder.path().join("kit");
    let program = Some(env!("CARGO_BIN_EXE_sekisho").into());
    let sites = vec![own_site(&kit)];
    let house = House::build_as(Build { program, sites, cost: Some(Cost::TEST), ..Build::default() }).unwrap();
    let members = house.submit("photo.jpg", &Picture::specimen()).unwrap();
    let (gate, data) = (format!("http://{}", house.gate.authority), house.data());
    let live = ["drill", "--live", "--gate", &gate, "--kit", kit.to_str().unwrap(), "--data", data.to_str().unwrap()];

    let before = record::events(&house.data()).len();
    let refused = sekisho(&live);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("--i-am-allowed") && said.contains("The ledger will say"), "{said}");
    assert_eq!(record::events(&house.data()).len(), before);
    let other = sekisho(&[&live[..], &["--i-am-allowed", "mass-read"]].concat());
    assert_eq!(other.status.code(), Some(2), "nobody's session is ridden on an installation that is in use");

    let done = sekisho(&[&live[..], &["--i-am-allowed", "--json"]].concat());
    let rows: Value = serde_json::from_slice(&done.stdout).unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{rows:#} {said}");
    let names: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, sekisho::drill::LIVE);
    for row in rows.as_array().unwrap() {
        assert_eq!((&row["kept"], &row["got"]["pictures"]), (&true.into(), &0.into()), "{row:#}");
    }
    for noticed in ["forged-check", "enumeration", "stolen-site-key"] {
        let row = rows.as_array().unwrap().iter().find(|row| row["name"] == noticed).unwrap();
        assert!(row["noticed"]["came"] == true && row["officer"]["ja"].is_string(), "{row:#}");
    }
    assert!(said.contains("The ledger will say"), "said before it is done");

    let events = record::events(&house.data());
    assert!(!events.iter().any(|what| matches!(what, What::Viewed { .. })), "no document was opened");
    let ended = events.iter().filter(|what| matches!(what, What::CheckEnded { withdrawn: true, .. })).count();
    assert_eq!((ended, house.state(members).unwrap().as_str()), (1, "in_review"));
    assert!(house.look(Some("old_enough")).is_ok(), "and the house was not shut for anybody");
    house.clear_away().unwrap();
}
