//! The desk of a real installation in a real browser: founding, enrolment, shifts, roles.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/browser.rs"]
mod browser;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use sekisho::{
    app::founding,
    policy_file,
    supervisor::{Config, Handle, Passphrase, Supervisor},
};
use sekisho_core::{budget::Limits, watch};
use sekisho_keeper::{engine::Plan, keystore::Cost};
use sekisho_sys::confine::Options;
use tempfile::TempDir;
use zeroize::Zeroizing;

use browser::Browser;

/// An installation that was founded and serves.
struct Installation {
    place: TempDir,
    origin: String,
    handle: Handle,
}

fn passphrase() -> Passphrase {
    Passphrase(Zeroizing::new(b"for this test".to_vec()))
}

fn found() -> Installation {
    let place = tempfile::tempdir().unwrap();
    // The roles' users pass through here.
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711)).unwrap();
    let config = config(place.path());
    let plan = Plan {
        test: true,
        desk_origin: config.desk_origin.clone(),
        ledger_name: "desk.test/sekisho".into(),
        cost: Cost::TEST,
        budget: Limits::default(),
        watch: watch::Setup::all(watch::Switch::Off),
        policies: policy_file::built_in(),
        sites: Vec::new(),
        people: Vec::new(),
    };
    founding::found(&config.data, &config.keystore, &passphrase(), &plan).unwrap();
    let origin = config.desk_origin.clone();
    Installation { place, origin, handle: Supervisor::start(config).unwrap() }
}

fn config(place: &Path) -> Config {
    let listener = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (gate, desk) = (listener(), listener());
    let origin = |name: &str, listener: &TcpListener| {
        format!("http://{name}.localhost:{}", listener.local_addr().unwrap().port())
    };
    Config {
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))),
        data: place.join("data"),
        keystore: place.join("keys/keystore"),
        passphrase: passphrase(),
        gate_origin: origin("gate", &gate),
        desk_origin: origin("desk", &desk),
        gate,
        desk,
        test: true,
        figures: None,
        identities: Default::default(),
        behind_proxy: false,
        webhook_ports: Vec::new(),
        witnesses: Default::default(),
        budget: None,
        watch: None,
        demo_reviewer: None,
        networks: Default::default(),
        proposes_age: false,
        driven: Default::default(),
        confinement: Options::default(),
    }
}

impl Installation {
    /// The link for the first sign-in, as its owner reads it.
    fn founding_link(&self) -> String {
        let link = fs::read_to_string(self.place.path().join("data/keeper/founding-token")).unwrap();
        link.trim().to_owned()
    }

    /// Makes a passkey with a new authenticator and begins a shift with it.
    fn come_in(&self, browser: &mut Browser, link: &str, home: &str) {
        browser.plug_in_authenticator();
        browser.navigate(link);
        browser.click("button[data-passkey]");
        browser.wait_for_text("パスキーを登録しました");
        browser.click("button[data-passkey]");
        browser.wait_until_loaded(&format!("location.pathname === '{home}'"));
    }

    fn invite(&self, browser: &mut Browser, name: &str, role: &str) -> String {
        browser.navigate(&format!("{}/staff", self.origin));
        browser.type_into("#name", name);
        browser.click(&format!("input[value={role}]"));
        browser.click("form[action='/staff/invite'] .main");
        browser.wait_for_text(&format!("{name}さんへの招待"));
        browser.evaluate("document.querySelector('#link').value").as_str().unwrap().to_owned()
    }

    fn status_of(&self, browser: &mut Browser, path: &str) -> u64 {
        let fetched = format!("fetch('{path}', {{ redirect: 'manual' }}).then((answer) => answer.status)");
        browser.evaluate(&fetched).as_u64().unwrap()
    }
}

/// A browser of one's own, as each person has.
fn person() -> Option<Browser> {
    Browser::start()
}

/// M14, M15, M20: from the founding link to three people at work, over the real processes.
#[test]
fn an_installation_is_founded_and_staffed_and_each_sees_only_what_their_role_allows() {
    let (Some(mut founder), Some(mut officer), Some(mut reviewer)) = (person(), person(), person()) else { return };
    let house = found();
    let link = house.founding_link();
    house.come_in(&mut founder, &link, "/staff");
    let to_officer = house.invite(&mut founder, "中村", "officer");
    let to_reviewer = house.invite(&mut founder, "佐藤", "reviewer");
    house.come_in(&mut reviewer, &to_reviewer, "/work");
    assert!(reviewer.shows("いま待っている書類はありません"));
    house.come_in(&mut officer, &to_officer, "/watch");
    assert!(officer.shows("佐藤 のシフトが始まりました"));
    for role in ["keeper", "gate", "desk", "courier", "upload-inspector", "viewing-inspector"] {
        assert!(officer.shows(role), "{role} is on the board");
    }
    assert!(!officer.shows("囲われていない"));
    let allowed = [("/work", [403, 403, 200]), ("/staff", [200, 200, 403]), ("/watch", [200, 200, 403])];
    for (path, expected) in allowed {
        let seen = [&mut founder, &mut officer, &mut reviewer].map(|browser| house.status_of(browser, path));
        assert_eq!(seen, expected, "{path}");
    }
    house.handle.stop();
}

/// M14: an invitation works once; a removal takes the running shift with it.
#[test]
fn a_used_link_enrols_nobody_and_a_removed_person_is_out_at_once() {
    let (Some(mut founder), Some(mut reviewer)) = (person(), person()) else { return };
    let house = found();
    let link = house.founding_link();
    house.come_in(&mut founder, &link, "/staff");
    let to_reviewer = house.invite(&mut founder, "佐藤", "reviewer");
    house.come_in(&mut reviewer, &to_reviewer, "/work");
    for used in [&link, &to_reviewer] {
        reviewer.navigate(used);
        reviewer.click("button[data-passkey]");
        reviewer.wait_for_text("この招待は使えません");
    }
    founder.navigate(&format!("{}/staff", house.origin));
    // Who enrolled in the same second stand in no order of their own.
    founder.evaluate("[...document.querySelectorAll('tr')].find((row) => row.innerText.includes('佐藤')).id = 'them'");
    founder.click("#them summary");
    founder.click("#them button.grave");
    founder.wait_until_loaded("location.pathname === '/staff' && !document.body.innerText.includes('佐藤')");
    reviewer.navigate(&format!("{}/work", house.origin));
    assert!(reviewer.shows("シフトは終わりました"));
    house.handle.stop();
}
