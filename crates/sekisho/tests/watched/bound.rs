//! The vault's own bound: more is asked for than arrived.

use rusqlite::Connection;
use sekisho::demo::{Build, House};
use sekisho_core::{
    budget::{Limits, Windows},
    event::What,
    watch::{Detector, PAUSE_SECONDS, Setup, Switch},
};

use crate::{
    flooded::send,
    ground::{ask_gate, build, fill, found},
    record::events,
    refused::refused,
    until::until,
};

/// Nothing is opened that did not arrive.
fn limits() -> Limits {
    let none = Windows { minute: 0, hour: 0, day: 0, three_days: 0 };
    Limits { slack: none, ..Limits::endless() }
}

fn house(watch: Setup) -> House {
    House::build_as(Build { budget: Some(limits()), ..build(watch) }).unwrap()
}

/// Somebody with the database in their hands makes as if nothing had arrived: the only way to the bound that is known.
fn forget_arrivals(house: &mut House) {
    house.rest();
    let db = Connection::open(house.data().join("keeper/keeper.db")).unwrap();
    let sql = "DELETE FROM metered WHERE series IN (SELECT id FROM series WHERE kind = 'arrived')";
    assert!(db.execute(sql, []).unwrap() > 0);
    drop(db);
    house.revive().unwrap();
}

fn paused(house: &House) -> bool {
    events(&house.data()).iter().any(|what| matches!(what, What::Paused { .. }))
}

/// M19, M26: the pause comes at the first look over the bound; everybody is refused with 503 for a quarter of an hour,
/// also what arrived since; then it is over by itself. The control, where the watch is off, refuses that one look and
/// shows the next document.
#[test]
fn the_vaults_bound_pauses_everything_for_a_quarter_of_an_hour() {
    let mut control = house(Setup::all(Switch::Off));
    fill(&control, 1);
    forget_arrivals(&mut control);
    assert!(refused(&control).is_some(), "the bound itself holds without the watch");
    fill(&control, 1);
    assert_eq!(refused(&control), None, "the control goes on with what arrives");
    assert!(!paused(&control));
    control.clear_away().unwrap();

    let mut house = house(Setup::default());
    fill(&house, 1);
    forget_arrivals(&mut house);
    assert!(refused(&house).is_some());
    assert_eq!(found(&house, Detector::Bound).len(), 1);
    fill(&house, 1);
    assert_eq!(refused(&house), Some(503), "also what arrived since; and intake went on");
    house.pass(PAUSE_SECONDS / 2);
    // Whoever proves presence just then has taken half the pause for it, and begins anew.
    until("it still holds", || refused(&house) == Some(503));
    assert!(house.officer_sees("/watch").unwrap().contains("届いた"), "the officer reads why");
    house.pass(PAUSE_SECONDS / 2);
    until("it ends by itself", || refused(&house).is_none());
    house.clear_away().unwrap();
}

/// M26: what the internet alone does pauses nothing: links and calls by the hundred, from many addresses, and pictures that
/// are none, by the dozen.
#[test]
fn the_internet_alone_pauses_nothing() {
    let house = house(Setup::default());
    fill(&house, 2);
    let links: Vec<_> = (0..40).map(|_| house.ask().unwrap().1).collect();
    assert!(links.iter().all(|link| ["not_a_picture", "denied"].contains(&send(&house, link).as_str())));
    for number in 0..300_usize {
        let from = [127, 0, 1, (number % 60) as u8 + 1];
        let path = [format!("/m/{number:0>42}A"), format!("/s/{number:0>42}A"), format!("/v1/checks/{number}")];
        ask_gate(&house, from, &path[number % 3], "sekisho-call: a.b.c\r\n");
    }
    until("the watch has found somebody", || !found(&house, Detector::Enumeration).is_empty());
    assert!(!paused(&house));
    assert_eq!(refused(&house), None, "a reviewer works on");
    house.clear_away().unwrap();
}
