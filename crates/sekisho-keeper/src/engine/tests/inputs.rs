//! What the watch is fed: from where a shift is worked.

use sekisho_core::watch::{
    Detector, Verdict,
    observed::{Observation, Room},
};

use super::*;

fn worked_from(house: &mut House) -> Vec<(Room, Observation)> {
    let events = house.bodies().iter().map(|body| Event::from_bytes(body).unwrap()).collect::<Vec<_>>();
    let seen = events.into_iter().filter_map(|event| match event.what {
        What::Observed { room, seen: seen @ Observation::ShiftFrom { .. } } => Some((room, seen)),
        _ => None,
    });
    seen.collect()
}

/// M20: officers are told of a shift from another network with another program, over a restart and a day later, and
/// nobody is stopped for it. A replay of the ledger finds the same.
#[test]
fn a_shift_from_another_network_and_program_is_told_and_stops_nobody() {
    let mut house = House::watched();
    house.submit("one");
    for (last, agent) in [(7, "Firefox"), (7, "Firefox"), (8, "Firefox"), (7, "Chromium")] {
        house.begin_shift_from(last, agent);
        house.live_until(house.now() + HOUR);
        house.restart_after(1);
    }
    assert_eq!(house.verdicts(Detector::Newcomer), [], "a network alone changes every day, and so does a program");
    let shift = house.begin_shift_from(9, "curl");
    assert_eq!(house.verdicts(Detector::Newcomer), [Verdict::Note]);
    assert!(house.takes_one(&shift).is_ok());
    assert!(house.watch_is_the_ledgers());
    let said = house.findings()[0].sentence().en;
    assert!(said.contains("from another network and program") && said.ends_with("This is for you to know."), "{said}");
}

/// M47: the ledger names both the same each time, also after a restart, and holds neither.
#[test]
fn the_ledger_holds_neither_an_address_nor_what_a_program_calls_itself() {
    let mut house = House::watched();
    for _ in 0..2 {
        house.begin_shift_from(7, "Mozilla/5.0 (a telephone)");
        house.restart_after(1);
    }
    let all = worked_from(&mut house);
    let names = |seen: &(Room, Observation)| match &seen.1 {
        Observation::ShiftFrom { network, agent, device, .. } => (*network, *agent, *device),
        _ => unreachable!("only these were asked for"),
    };
    assert_eq!((all.len(), names(&all[0])), (2, names(&all[1])));
    assert!(all.iter().all(|(room, _)| *room == Room::Desk));
    let bodies = house.bodies().concat();
    let holds = |text: &[u8]| bodies.windows(text.len()).any(|window| window == text);
    assert!(!holds(b"203.0.113.7") && !holds(b"Mozilla") && holds(b"shift_from"));
    assert!(!holds(&[203, 0, 113, 7]));
}

/// A desk that knows no address tells of none, and nothing is entered; going on with a shift is no beginning.
#[test]
fn what_nobody_saw_is_not_entered() {
    let mut house = House::watched();
    let shift = house.begin_shift();
    house.touch(&shift);
    assert_eq!(worked_from(&mut house), []);
}
