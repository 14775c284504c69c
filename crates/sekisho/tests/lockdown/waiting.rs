//! What comes while the house is locked, through the real gate: it waits, is decided after the unlocking, or dies at its
//! deadline.

use std::time::Duration;

use sekisho::demo::{House, Picture};
use sekisho_core::{id::CheckId, time::HOUR};

use super::{house, lock_down, refused::refused, stops, told, unlock, until::until};

fn submit(house: &House) -> CheckId {
    house.submit("card.jpg", &Picture::small_specimen()).unwrap()
}

fn unlock_by_passphrase(house: &House) {
    let passphrase = house.passphrase().0.clone();
    assert_eq!(told(&unlock(house, &passphrase))["locked"], false);
}

/// M26, M52: from the upload to the claim, over a lockdown and the reopening after it.
#[test]
fn what_is_sent_while_the_house_is_locked_is_decided_after_it() {
    let house = house();
    submit(&house);
    assert!(house.look(Some("old_enough")).is_ok(), "the control: before it all is as ever");
    assert_eq!(told(&lock_down(&house))["locked_down"], true);
    let checks = [submit(&house), submit(&house)];
    for check in checks {
        assert_eq!(house.state(check).unwrap(), "in_review", "the site is told where it stands");
    }
    assert_eq!(refused(&house), Some(503), "and nobody looks");
    unlock_by_passphrase(&house);
    stops::an_officer_reopens_step_by_step(&house);
    assert!(house.look(Some("old_enough")).is_ok());
    for check in checks {
        assert_eq!(house.state(check).unwrap(), "approved");
    }
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("待っていた書類を引き取りました: 2件"), "{board}");
    let receipt = house.receipt(checks[0]).unwrap();
    assert!(receipt.contains("\\\"waits\\\":true"), "the member's receipt says that it waited: {receipt}");
    house.clear_away().unwrap();
}

/// M26, M9: nobody unlocks in time. The document is gone, and its member and the site are told while the house is
/// locked still.
#[test]
fn what_nobody_unlocks_in_time_is_gone_and_the_site_is_told() {
    let house = house();
    submit(&house);
    assert_eq!(told(&lock_down(&house))["locked_down"], true);
    let check = submit(&house);
    assert_eq!(house.blobs().unwrap(), 2);
    house.pass(73 * HOUR);
    until("the document is gone", || {
        house.nudge();
        house.blobs().unwrap() == 0
    });
    assert_eq!(house.state(check).unwrap(), "awaiting_document");
    until("the site heard of it", || {
        house.hear_of(check, Duration::from_secs(1)).as_deref() == Some("check.awaiting_document")
    });
    assert!(
        house.submit("card.jpg", &Picture::small_specimen()).is_err(),
        "the key that it could wait under is gone too"
    );
    unlock_by_passphrase(&house);
    stops::lift_all(&house);
    until("the gate heard that nothing is stopped", || house.state(check).is_ok());
    assert_eq!(house.state(check).unwrap(), "awaiting_document");
    house.clear_away().unwrap();
}
