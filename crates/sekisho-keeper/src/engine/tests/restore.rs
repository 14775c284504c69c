//! Restored from a backup: what was acknowledged is there, and nothing that ended goes on.

use sekisho_core::{
    id::CheckId,
    ledger::receipt::{self, Receipt},
};

use super::{super::RestoreError, house::sub_text, *};
use crate::{engine::StartError, ledger::OpenError};

const DAY: u64 = 24 * HOUR;

fn receipt_of(house: &mut House, check: CheckId) -> String {
    let Ok(GateAnswer::Proof(receipt)) = house.gate(GateRequest::Proof(check)) else { panic!("no receipt") };
    receipt
}

fn holds(receipt: &str, key: &sekisho_core::ledger::VerifierKey) -> bool {
    Receipt::from_json(receipt).and_then(|receipt| receipt::verify(&receipt, Some(key))).is_ok()
}

/// M50: with the journal all that was acknowledged comes back, claims byte for byte, and the same ledger goes on.
#[test]
fn with_the_journal_all_that_was_acknowledged_comes_back() {
    let mut house = House::founded();
    let (one, _) = house.submit("one");
    let backup = house.back_up();
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    let (two, _) = house.submit("two");
    let call = house.signed_withdrawal(two);
    house.gate(GateRequest::Withdraw { check: two, call }).unwrap();
    let (three, _) = house.submit("three");
    let (claim, size, key) = (house.check(one).attestation, house.ledger_size(), house.ledger_key());
    house.tick();
    let restored = house.restore_with_journal(&backup).unwrap();
    assert_eq!((restored.instead_of, restored.lost, restored.unknown), (None, 1, 0));
    assert_eq!((house.check(one).state, house.check(one).attestation), (CheckState::Approved, claim));
    assert_eq!(house.check(two).state, CheckState::Withdrawn);
    assert_eq!((house.check(three).state, house.check(three).arrivals_left), (CheckState::AwaitingDocument, 2));
    assert!(house.ledger_key() == key && house.ledger_size() > size);
    let receipt = receipt_of(&mut house, one);
    assert!(holds(&receipt, &key));
    house.submit("four");
    assert_eq!(house.review(Reason::NotOldEnough), Ok(CheckState::Rejected));
}

/// M16: a journal that is not the newest would make the ledger say two things; the keystore remembers how far it came.
#[test]
fn an_older_copy_of_the_journal_is_refused() {
    let mut house = House::founded();
    house.submit("one");
    let backup = house.back_up();
    house.submit("two");
    let old = house.journal_bytes();
    house.review(Reason::OldEnough).unwrap();
    house.tick();
    let refused = house.restore_with_old_journal(&backup, &old).unwrap_err();
    assert!(matches!(refused, RestoreError::Start(StartError::Ledger(OpenError::Older { .. }))), "{refused:?}");
}

/// M10, M16: without the journal another ledger begins under a name of its own; what the old one signed holds, and
/// what later backups noted is not undone.
#[test]
fn without_the_journal_another_ledger_begins_and_what_ended_stays_ended() {
    let mut house = House::founded();
    let (one, _) = house.submit("one");
    house.tick();
    let backup = house.back_up();
    let (old_key, old_receipt) = (house.ledger_key(), receipt_of(&mut house, one));
    house.review(Reason::OldEnough).unwrap();
    let claim = house.check(one).attestation;
    let (two, _) = house.submit("two");
    house.member_leaves();
    let noted = house.noted_after(&backup);
    house.burn_the_keystore();
    let restored = house.restore_without_journal(&backup, noted).unwrap();
    assert_eq!(restored.instead_of.as_deref(), Some(old_key.name()));
    let new_key = house.ledger_key();
    assert_eq!(new_key.name(), format!("{}/second", old_key.name()));
    assert!(holds(&old_receipt, &old_key) && !holds(&old_receipt, &new_key));
    assert!(holds(&receipt_of(&mut house, one), &new_key));
    assert!(house.closed_checkpoint().unwrap().starts_with(&format!("{}\n", old_key.name())));
    assert_eq!((house.check(one).state, house.check(one).attestation), (CheckState::Approved, claim));
    assert_eq!(house.check(two).state, CheckState::Withdrawn);
    assert!(house.database_holds(&sub_text()), "the test sees what it claims to");
    house.skip_to(house.now() + 90 * DAY + HOUR);
    assert!(!house.database_holds(&sub_text()), "who left is forgotten on the day that was said then");
}

/// M10: an older backup than the last: who was erased meanwhile is erased in it.
#[test]
fn who_was_erased_after_the_backup_does_not_return_with_it() {
    let mut house = House::founded();
    let (one, _) = house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    let backup = house.back_up();
    house.member_leaves();
    house.skip_to(house.now() + 90 * DAY + HOUR);
    assert!(!house.database_holds(&sub_text()));
    let noted = house.noted_after(&backup);
    let restored = house.restore_without_journal(&backup, noted).unwrap();
    assert!(restored.gate.contains(&crate::engine::GateFact::Erased(one)));
    assert!(!house.database_holds(&sub_text()));
    assert_eq!(house.check(one).attestation, None);
    assert_eq!(house.check(one).state, CheckState::Approved, "that a check was made stays");
}

/// The control: with neither journal nor tombstones the member is back, which is why sites say it again.
#[test]
fn without_tombstones_who_left_is_back_until_the_site_says_it_again() {
    let mut house = House::founded();
    let (one, _) = house.submit("one");
    let backup = house.back_up();
    house.member_leaves();
    let restored = house.restore_without_journal(&backup, Vec::new()).unwrap();
    assert_eq!((restored.lost, house.check(one).state), (1, CheckState::AwaitingDocument));
    assert_eq!(restored.sites.len(), 1);
    house.member_leaves();
    assert_eq!(house.check(one).state, CheckState::Withdrawn);
}

/// Nothing that was undecided opens, with whatever is left of the ciphertexts and the keystore.
#[test]
fn a_document_that_was_undecided_is_lost_and_its_last_arrival_ends_the_check() {
    let mut house = House::founded();
    for _ in 0..2 {
        house.submit("one");
        house.review(Reason::Unreadable).unwrap();
    }
    let (check, document) = house.submit("one");
    let (backup, keystore) = (house.back_up(), house.keystore());
    let copy = house.copy();
    assert!(house.attack(&copy, &keystore, document), "the test sees what it claims to");
    house.burn_the_keystore();
    house.restore_with_journal(&backup).unwrap();
    assert_eq!((house.check(check).state, house.check(check).arrivals_left), (CheckState::Expired, 0));
    assert_eq!(house.events(|what| matches!(what, What::Restored { lost: 1, .. })), 1);
    assert!(!house.attack(&copy, &house.keystore(), document), "the new keystore has none of the old keys");
}
