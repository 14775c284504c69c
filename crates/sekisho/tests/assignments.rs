//! One assignment in many hands at once, over the sockets of real processes.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{sync::Barrier, thread};

use sekisho::demo::{Build, House, Look, Picture};
use sekisho_core::watch::{Setup, Switch};

/// How many hands at once, and how often each tries.
const HANDS: usize = 24;
const TRIES: usize = 10;

/// What many hands got: pages with a picture, refusals, and anything else.
fn spent_at_once(look: &Look) -> (usize, usize, usize) {
    let (together, hands) = (Barrier::new(HANDS), (0..HANDS).map(|_| look.copied().unwrap()));
    let pages: Vec<_> = thread::scope(|scope| {
        let spend = |mut hand: Look| {
            together.wait();
            (0..TRIES).map(|_| hand.view().unwrap()).collect::<Vec<_>>()
        };
        let hands: Vec<_> = hands.map(|hand| scope.spawn(move || spend(hand))).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    let shown = pages.iter().filter(|(status, page)| *status == 200 && page.contains(";base64,")).count();
    let refused = pages.iter().filter(|(status, page)| (400..500).contains(status) && !page.contains("base64")).count();
    (shown, refused, pages.len() - shown - refused)
}

/// M19: a session that was copied to twenty-four hands, each asking ten times for the one picture: one of them gets it,
/// once, and the receipt tells of one look. The control: the next document, looked at by one hand.
#[test]
fn an_assignment_in_twenty_four_hands_at_once_shows_one_picture() {
    let program = Some(env!("CARGO_BIN_EXE_sekisho").into());
    // The watch would end the shift at the eighth refusal, and show nothing of what refuses the others.
    let watch = Some(Setup::all(Switch::Off));
    let house = House::build_as(Build { program, watch, ..Build::default() }).unwrap();
    let check = house.submit("one.png", &Picture::specimen()).unwrap();
    let mut look = house.take().unwrap();
    assert_eq!(spent_at_once(&look), (1, HANDS * TRIES - 1, 0));
    look.decide("old_enough").unwrap();
    assert_eq!(spent_at_once(&look).0, 0, "nor after the decision");
    let receipt = house.receipt(check).unwrap();
    assert_eq!(receipt.matches("viewed").count(), 1, "{receipt}");

    house.submit("two.png", &Picture::specimen()).unwrap();
    let page = house.look(Some("old_enough")).unwrap();
    assert!(page.contains(";base64,"));
}
