//! The same with a clock that is driven.

use std::{
    net::TcpListener,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use sekisho::{
    app::founding,
    policy_file,
    supervisor::{Config, Handle, Passphrase, Supervisor},
};
use sekisho_core::{budget::Limits, watch};
use sekisho_keeper::{engine::Plan, keystore::Cost};
use sekisho_sys::confine::Options;
use zeroize::Zeroizing;

use super::place::{PASSPHRASE, Place};

fn config(place: &Place, keystore_is_test: bool) -> Config {
    let listener = || TcpListener::bind("127.0.0.1:0").unwrap();
    let passphrase = || Passphrase(Zeroizing::new(PASSPHRASE.into()));
    let config = Config {
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))),
        data: place.path("data"),
        keystore: place.path("keys/keystore"),
        passphrase: passphrase(),
        gate: listener(),
        desk: listener(),
        figures: None,
        identities: Default::default(),
        gate_origin: "https://gate.example".into(),
        desk_origin: "https://desk.example".into(),
        test: true,
        behind_proxy: true,
        webhook_ports: Vec::new(),
        witnesses: Default::default(),
        budget: None,
        watch: None,
        demo_reviewer: None,
        networks: Default::default(),
        proposes_age: false,
        driven: Default::default(),
        confinement: Options::default(),
    };
    let plan = Plan {
        test: keystore_is_test,
        desk_origin: config.desk_origin.clone(),
        ledger_name: "serve.example".into(),
        cost: Cost::TEST,
        budget: Limits::default(),
        watch: watch::Setup::all(watch::Switch::Off),
        policies: policy_file::built_in(),
        sites: Vec::new(),
        people: Vec::new(),
    };
    founding::found(&config.data, &config.keystore, &passphrase(), &plan).unwrap();
    config
}

/// Whether the link is still there a while after the clock went half an hour ahead.
fn link_outlives_half_an_hour(place: &Place, handle: &Handle) -> bool {
    assert!(place.token().exists());
    handle.set_clock_ahead(29 * 60);
    thread::sleep(Duration::from_secs(3));
    assert!(place.token().exists(), "its time is not over");
    handle.set_clock_ahead(30 * 60 + 1);
    let limit = Instant::now() + Duration::from_secs(5);
    while place.token().exists() && Instant::now() < limit {
        thread::sleep(Duration::from_millis(100));
    }
    place.token().exists()
}

#[test]
fn the_founding_link_is_gone_after_half_an_hour() {
    let place = Place::new();
    let handle = Supervisor::start(config(&place, true)).unwrap();
    assert!(!link_outlives_half_an_hour(&place, &handle));
    handle.stop();
}

/// M17: only the keystore says what is a test; a supervisor that says otherwise moves no real keeper's time.
#[test]
fn a_keeper_with_a_real_keystore_does_not_believe_a_driven_clock() {
    let place = Place::new();
    let handle = Supervisor::start(config(&place, false)).unwrap();
    assert!(link_outlives_half_an_hour(&place, &handle));
    handle.stop();
}
