//! Loosening on a whole installation in use: proposed at the desk, approved by two officers' passkeys, made after a day,
//! or cancelled; and told to all of them.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/record.rs"]
mod record;

use std::{path::PathBuf, sync::Mutex};

use rusqlite::Connection;
use sekisho::{
    client::field_value,
    demo::{Answer, Build, House, OnShift},
    testing::authenticator::SoftAuthenticator,
};
use sekisho_core::{
    change::{Changing, Loosening},
    event::What,
};
use sekisho_keeper::{
    jose::{Jwks, SigningKey},
    keystore::Cost,
};

const HOUR: u64 = 3600;
const SITE: &str = "new-site";

/// In use, as the first real check marks any other installation: in one for trying out nobody's check is real.
fn in_use() -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let people = Build { officer: true, second_officer: true, administrator: true, ..Build::default() };
    let mut house = House::build_as(Build { program, cost: Some(Cost::TEST), ..people }).unwrap();
    house.rest();
    let db = Connection::open(house.data().join("keeper/keeper.db")).unwrap();
    db.execute("INSERT INTO meta (name, value) VALUES ('in_use', 'true')", ()).unwrap();
    drop(db);
    house.revive().unwrap();
    house
}

fn key() -> String {
    Jwks::new(vec![SigningKey::ed25519(&[7; 32]).unwrap().public().clone()]).unwrap().to_json()
}

fn begin(house: &House, passkey: Option<&Mutex<SoftAuthenticator>>) -> OnShift {
    house.begin_shift_of(passkey.unwrap()).unwrap()
}

/// Sends a form with what the page carries.
fn send(session: &mut OnShift, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = field_value(&session.get(page).unwrap().page, "form_token").unwrap();
    let fields: Vec<_> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
    session.post(path, &fields).unwrap()
}

/// The administrator proposes a new site; the id of the change.
fn propose(house: &House) -> String {
    let mut session = begin(house, house.administrator.as_ref());
    let (jwks, back) = (key(), "https://new.example/");
    let site = [
        ("name", SITE),
        ("title_ja", "新しいサイト"),
        ("title_en", "New site"),
        ("jwks", &jwks),
        ("policies", "jp-dating-site"),
        ("return_prefix", back),
    ];
    assert_eq!(send(&mut session, "/sites", "/sites", &site).status, 303);
    let page = session.get("/changes").unwrap().page;
    assert!(page.contains(SITE) && page.contains(back), "{page}");
    assert!(!session.get("/sites").unwrap().page.contains(back), "it isn't there yet");
    field_value(&page, "change").unwrap()
}

/// Both officers approve, each with their passkey.
fn approve(house: &House, change: &str) {
    for passkey in [&house.officer, &house.second_officer] {
        let passkey = passkey.as_ref();
        let mut session = begin(house, passkey);
        assert!(session.get("/alerts").unwrap().page.contains(SITE), "whoever comes in is told");
        assert_eq!(session.approve(passkey.unwrap(), change).unwrap().status, 200);
        assert_eq!(session.approve(passkey.unwrap(), change).unwrap().status, 422, "once");
    }
}

fn make(house: &House, change: &str) -> Answer {
    send(&mut begin(house, house.administrator.as_ref()), "/changes", "/changes/make", &[("change", change)])
}

/// What the ledger says of changes.
fn told(house: &House) -> Vec<&'static str> {
    let of = |what| match what {
        What::Changing { change: Changing::Proposed { what: Loosening::Site { .. }, .. } } => Some("proposed"),
        What::Changing { change: Changing::Approved { .. } } => Some("approved"),
        What::Changing { change: Changing::Cancelled { .. } } => Some("cancelled"),
        What::Changing { change: Changing::Made { .. } } => Some("made"),
        What::SiteRegistered { site } if site.as_str() == SITE => Some("registered"),
        _ => None,
    };
    record::events(&house.data()).into_iter().filter_map(of).collect()
}

/// M15: over real processes and sockets. Before its day is over it is refused, also an hour before; after it, it is
/// made, and the site asks.
#[test]
fn a_site_that_two_officers_approve_is_registered_after_a_day_and_not_before() {
    let house = in_use();
    let change = propose(&house);
    assert_eq!(make(&house, &change).status, 409, "nobody approved it");
    approve(&house, &change);
    assert_eq!(make(&house, &change).status, 409);
    house.pass(23 * HOUR);
    assert_eq!(make(&house, &change).status, 409, "an hour is missing");
    house.pass(HOUR);
    assert_eq!(make(&house, &change).status, 303);
    assert_eq!(told(&house), ["proposed", "approved", "approved", "made", "registered"]);
    let mut officer = begin(&house, house.officer.as_ref());
    assert!(officer.get("/sites").unwrap().page.contains(SITE), "it is there");
    house.clear_away().unwrap();
}

/// M15: one officer's word is enough to end it, also when both were for it.
#[test]
fn a_site_that_an_officer_cancels_is_never_registered() {
    let house = in_use();
    let change = propose(&house);
    approve(&house, &change);
    let mut officer = begin(&house, house.second_officer.as_ref());
    assert_eq!(send(&mut officer, "/changes", "/changes/cancel", &[("change", &change)]).status, 303);
    assert!(!officer.get("/changes").unwrap().page.contains(SITE));
    house.pass(25 * HOUR);
    let mut administrator = begin(&house, house.administrator.as_ref());
    let made = send(&mut administrator, "/sites", "/changes/make", &[("change", &change)]);
    assert_eq!(made.status, 404);
    assert_eq!(told(&house), ["proposed", "approved", "approved", "cancelled"]);
    let mut officer = begin(&house, house.officer.as_ref());
    assert!(officer.get("/watch").unwrap().page.contains("変更を取り消しました"), "and that is told too");
    house.clear_away().unwrap();
}

/// M15, M19: a site's larger budget goes the same way, and a smaller one holds at once.
#[test]
fn a_larger_budget_waits_and_a_smaller_one_holds_at_once() {
    let house = in_use();
    let budget = |day: &'static str| {
        [("site", "sample-site"), ("minute", "2"), ("hour", "20"), ("day", day), ("three_days", "90")]
    };
    let mut officer = begin(&house, house.officer.as_ref());
    assert_eq!(send(&mut officer, "/sites", "/sites/budget", &budget("30")).status, 303);
    assert!(officer.get("/sites").unwrap().page.contains("2 / 20 / 30 / 90"), "at once");
    assert_eq!(send(&mut officer, "/sites", "/sites/budget", &budget("60")).status, 303);
    assert!(officer.get("/sites").unwrap().page.contains("2 / 20 / 30 / 90"), "and no more");
    let page = officer.get("/changes").unwrap().page;
    assert!(page.contains("30 → 60"), "{page}");
    let change = field_value(&page, "change").unwrap();
    for passkey in [&house.officer, &house.second_officer] {
        let passkey = passkey.as_ref();
        assert_eq!(begin(&house, passkey).approve(passkey.unwrap(), &change).unwrap().status, 200);
    }
    assert_eq!(make(&house, &change).status, 409);
    house.pass(24 * HOUR);
    assert_eq!(make(&house, &change).status, 303);
    let mut officer = begin(&house, house.officer.as_ref());
    assert!(officer.get("/sites").unwrap().page.contains("2 / 20 / 60 / 90"));
    house.clear_away().unwrap();
}
