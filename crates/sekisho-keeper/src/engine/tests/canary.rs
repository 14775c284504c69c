//! Bait: refused like what nobody knows, told at the first touch, and told apart by nobody who holds a copy.

use rusqlite::types::Value;
use sekisho_core::{
    canary::{Canary, Lure},
    event::What,
    id::{CanaryId, NetworkId},
    time::HOUR,
    watch::{
        Detector, Verdict,
        observed::{Asker, Observation, Outsider, Room},
    },
};

use super::house::{House, LINK, MINUTE};
use crate::{
    canary::{Laid, SEALED_SIZE},
    hash::sha256,
    jose::SigningKey,
    wire::{GateAnswer, GateRequest, Refused, SiteView},
};

pub(super) fn touches(house: &mut House) -> Vec<(Room, CanaryId, Asker)> {
    let told = house.told().into_iter().filter_map(|what| match what {
        What::Observed { room, seen: Observation::CanaryTouched { canary, asker } } => Some((room, canary, asker)),
        _ => None,
    });
    told.collect()
}

pub(super) fn known(house: &mut House) -> Vec<(CanaryId, Lure, String)> {
    let told = house.told().into_iter().filter_map(|what| match what {
        What::Canary { canary: Canary::Known { canary, lure, laid, .. } } => Some((canary, lure, laid)),
        _ => None,
    });
    told.collect()
}

fn network(byte: u8) -> Asker {
    Asker::Outside(Outsider::Network(NetworkId::from_bytes([byte; 16])))
}

fn directory(house: &mut House) -> Vec<SiteView> {
    let Ok(GateAnswer::Directory(directory)) = house.gate(GateRequest::Directory) else { panic!("no directory") };
    directory.sites
}

fn with_a_laid_key(name: &str) -> (House, CanaryId, SigningKey) {
    let mut house = House::watched();
    let (id, key) = house.lay_key(name);
    house.tick();
    (house, id, key)
}

/// M7, M19, M20: whoever uses the key left for a thief is refused like one whose key nobody knows, and told of.
#[test]
fn a_stolen_key_that_is_bait_is_refused_as_an_unknown_one_and_told_at_once() {
    let (mut house, id, key) = with_a_laid_key("site-b");
    assert!(directory(&mut house).iter().all(|site| site.name.as_str() != "site-b"), "the gate isn't told of it");
    let call = house.signed_with(&key, "site-b");
    house.refused_at_the_gate(Refused::Signed(call.jws.clone()), 9);
    assert_eq!(touches(&mut house), [(Room::Gate, id, network(9))]);
    assert_eq!(known(&mut house), [(id, Lure::SiteKey, "place 2".to_owned())]);
    let found = house.found();
    assert_eq!((found[0].detector, found[0].verdict()), (Detector::Canary, Verdict::Deny));
    let stranger = SigningKey::generate(crate::jose::Alg::ES256, &mut sekisho_seal::testing::SeededEntropy::new(55));
    let unknown = house.signed_with(&stranger, "site-b");
    house.refused_at_the_gate(Refused::Signed(unknown.jws.clone()), 9);
    assert_eq!(touches(&mut house).len(), 1, "another key is no bait");
    // A gate that was taken over and asks the keeper itself learns no more.
    let sub = super::house::sub_text();
    let [bait, unknown] = [call, unknown].map(|call| {
        let answer = house.gate(GateRequest::MemberLeft { sub: sub.clone(), call });
        format!("{:?}", answer.unwrap_err())
    });
    assert_eq!(bait, unknown);
    assert_eq!(touches(&mut house).last().unwrap(), &(Room::Keeper, id, Asker::Outside(Outsider::Others)));
}

/// M7: neither by naming a real site, nor by asking for a check, is the key good for anything.
#[test]
fn the_key_is_bait_whatever_site_it_names() {
    let (mut house, id, key) = with_a_laid_key("site-b");
    let call = house.signed_with(&key, "site-a");
    house.refused_at_the_gate(Refused::Signed(call.jws), 3);
    assert_eq!(touches(&mut house), [(Room::Gate, id, network(3))]);
}

/// M19, M20: a member's link that nobody was given.
#[test]
fn a_link_that_nobody_was_given_is_told_when_it_is_opened() {
    let mut house = House::founded();
    let id = house.lay_link();
    house.refused_at_the_gate(Refused::Link(sha256(&[0x12; 32])), 4);
    assert!(touches(&mut house).is_empty(), "an old link of a member is none");
    house.refused_at_the_gate(Refused::Link(sha256(&LINK)), 4);
    assert_eq!(touches(&mut house), [(Room::Gate, id, network(4))]);
    assert_eq!(known(&mut house), [(id, Lure::Link, "place 1".to_owned())]);
}

/// M20: a thousand touches are not a thousand entries; each asker is entered.
#[test]
fn the_same_asker_is_entered_once_an_hour_and_another_at_once() {
    let mut house = House::founded();
    house.lay_link();
    for from in [1, 1, 1, 2, 1, 2] {
        house.refused_at_the_gate(Refused::Link(sha256(&LINK)), from);
    }
    assert_eq!(touches(&mut house).len(), 2);
    house.pass(HOUR + MINUTE);
    house.refused_at_the_gate(Refused::Link(sha256(&LINK)), 1);
    assert_eq!((touches(&mut house).len(), known(&mut house).len()), (3, 1));
}

/// M20: what was touched is known after a start too.
#[test]
fn a_start_forgets_no_bait() {
    let (mut house, id, key) = with_a_laid_key("site-b");
    house.restart_after(MINUTE);
    let call = house.signed_with(&key, "site-b");
    house.refused_at_the_gate(Refused::Signed(call.jws), 1);
    assert_eq!(touches(&mut house), [(Room::Gate, id, network(1))]);
    assert!(house.book().find(id).unwrap().touched.is_some());
    assert!(directory(&mut house).iter().all(|site| site.name.as_str() != "site-b"));
}

/// M19: a bait that was given up is refused as before, and nobody is called for it.
#[test]
fn retired_bait_is_quiet_and_opens_nothing() {
    let (mut house, id, key) = with_a_laid_key("site-b");
    let now = house.now();
    house.edit_book(|book| book.find(id).unwrap().retired = Some(now));
    let call = house.signed_with(&key, "site-b");
    house.refused_at_the_gate(Refused::Signed(call.jws), 1);
    assert!(touches(&mut house).is_empty());
    assert!(directory(&mut house).iter().all(|site| site.name.as_str() != "site-b"));
}

/// A bait never takes the place of a real site, nor hides it.
#[test]
fn a_real_site_of_the_same_name_stays_what_it_is() {
    let (mut house, ..) = with_a_laid_key("site-a");
    assert_eq!(directory(&mut house).iter().map(|site| site.name.as_str()).collect::<Vec<_>>(), ["site-a"]);
    house.submit("one");
    assert!(touches(&mut house).is_empty());
}

/// The type and length of each value of a row.
type Shape = Vec<(&'static str, usize)>;

fn shape(value: &Value) -> (&'static str, usize) {
    match value {
        Value::Null => ("null", 0),
        Value::Integer(_) => ("integer", 0),
        Value::Real(_) => ("real", 0),
        Value::Text(text) => ("text", text.len()),
        Value::Blob(bytes) => ("blob", bytes.len()),
    }
}

/// M19: what a thief of keeper.db sees of a site's row is the same for a real site and for bait, to the byte's length.
#[test]
fn the_row_of_a_bait_has_the_shape_of_any_sites() {
    let (house, ..) = with_a_laid_key("site-b");
    let rows = house.rows("site");
    assert_eq!(rows.len(), 2);
    let shapes = rows.iter().map(|row| row.iter().map(shape).collect::<Vec<_>>()).collect::<Vec<_>>();
    assert_eq!(shapes[0], shapes[1]);
}

const TABLES: [&str; 16] = [
    "meta",
    "event",
    "site",
    "policy",
    "staff",
    "invitation",
    "checks",
    "document",
    "key_page",
    "assignment",
    "viewing",
    "intake_key",
    "outbox",
    "used_call",
    "witness",
    "canary_book",
];

/// What a thief counts in a copy: rows, and the lengths of all values, of every table; nothing of what is random.
pub(super) fn counted(house: &House) -> Vec<(String, Vec<Shape>)> {
    // In no order: some rows lie in that of their random ids.
    let shapes = |table: &str| {
        let mut shapes: Vec<Vec<_>> = house.rows(table).iter().map(|row| row.iter().map(shape).collect()).collect();
        shapes.sort();
        shapes
    };
    TABLES.iter().map(|table| (table.to_string(), shapes(table))).collect()
}

/// M19: an installation with links laid and one without look alike, row for row and byte for byte in length, in the
/// book too.
#[test]
fn nobody_who_holds_the_database_can_tell_whether_any_link_is_laid() {
    let lives = |laid: bool| {
        let mut house = House::founded();
        if laid {
            house.lay_link();
            (10..200).for_each(|number| _ = house.lay(number, Laid::Link { sha256: [number; 32] }));
        }
        house.submit("one");
        let until = house.now() + 3 * HOUR;
        house.live_until(until);
        let seen = counted(&house);
        assert_eq!(seen.iter().map(|(table, _)| table.as_str()).collect::<Vec<_>>(), TABLES);
        seen
    };
    assert_eq!(lives(true), lives(false));
}

/// M19: the book is there without any bait, is sealed anew each hour, and what the ledger says of it each hour is the
/// hash of its bytes, changed or not.
#[test]
fn the_book_is_sealed_every_hour_whether_anything_changed_or_not() {
    let mut house = House::founded();
    let mut seen = Vec::new();
    for laid in [false, false, true, false] {
        if laid {
            house.lay_link();
        }
        let until = house.now() + HOUR;
        house.live_until(until);
        let [Value::Integer(1), Value::Blob(sealed)] = &house.rows("canary_book")[0][..] else { panic!("no book") };
        assert_eq!(sealed.len(), SEALED_SIZE);
        let entered = house.told().into_iter().filter_map(|what| match what {
            What::Canary { canary: Canary::Book { sha256 } } => Some(sha256),
            _ => None,
        });
        let entered = entered.collect::<Vec<_>>();
        assert_eq!(entered.last().unwrap(), &crate::hash::hex(&sha256(sealed)));
        seen.push((sealed.clone(), entered.len()));
    }
    assert!(seen.windows(2).all(|pair| pair[0].0 != pair[1].0 && pair[0].1 + 1 == pair[1].1));
}

/// M19: until it is touched, no entry names a bait or where it lies.
#[test]
fn the_ledger_names_no_bait_before_it_is_touched() {
    let (mut house, id, key) = with_a_laid_key("site-b");
    house.lay_link();
    let until = house.now() + 2 * HOUR;
    house.live_until(until);
    let named = |house: &mut House| {
        let bodies = house.bodies().into_iter().map(|body| String::from_utf8(body).unwrap()).collect::<Vec<_>>();
        bodies.iter().any(|body| body.contains(&id.to_string()) || body.contains("place 2"))
    };
    assert!(!named(&mut house) && !house.database_holds("place 2"));
    let call = house.signed_with(&key, "site-b");
    house.refused_at_the_gate(Refused::Signed(call.jws), 1);
    assert!(named(&mut house), "and the search finds what is there");
}
