//! Lockdown: on record first, then the keys are gone, and no start brings them back.

use sekisho_core::{
    author::Author,
    lockdown::{KeystoreChange, Lockdown, Means},
};

use super::{
    house::{PASSPHRASE, is_refused},
    *,
};
use crate::{
    engine::{Ask, Opener, Reply, StartError},
    keystore::Keystore,
};

const BY_PASSPHRASE: Opener<'_> = Opener::Passphrase(PASSPHRASE);

fn is_lockdown(what: &What) -> bool {
    matches!(what, What::LockedDown { .. })
}

/// M26: who and why are on record, and from then on the engine does nothing for anybody.
#[test]
fn an_officers_order_is_on_record_and_nothing_opens_after_it() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.order_lockdown(Role::Officer).unwrap();
    assert_eq!(house.events(is_lockdown), 1);
    assert_eq!(house.view(&shift, assignment), Err(Refusal::LockedDown));
    assert_eq!(house.desk(DeskRequest::Status).unwrap_err(), Refusal::LockedDown);
    assert!(house.engine().is_locked_down());
}

#[test]
fn neither_a_reviewer_nor_an_administrator_can_order_it() {
    let mut house = House::founded();
    for role in [Role::Reviewer, Role::Administrator] {
        assert_eq!(house.order_lockdown(role).unwrap_err(), Refusal::NotAllowed);
    }
    assert!(!house.engine().is_locked_down());
    assert_eq!(house.events(is_lockdown), 0);
}

/// A viewing of the same batch is on record and released to nobody.
#[test]
fn what_was_entered_in_the_same_batch_is_not_released() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    let outcomes = house.view_and_lock_down(&shift, assignment);
    assert!(is_refused(&outcomes[0]) && !is_refused(&outcomes[1]));
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 1);
}

/// M26: a start with the passphrase, as a service manager does it, ends no lockdown.
#[test]
fn a_start_with_the_passphrase_does_not_end_it() {
    let mut house = House::founded();
    house.submit("one");
    drop(house.lock_down());
    for _ in 0..3 {
        let locked = house.restart_locked_after(MINUTE);
        let (still, refused) = locked.unlock(PASSPHRASE).map(drop).unwrap_err();
        assert!(matches!(refused, StartError::LockedDown), "{refused}");
        assert!(still.unwrap().locked_down().unwrap().is_some());
    }
}

/// M26: it ends by the passphrase given for that, where that is all there is; that is on record; and work goes on.
#[test]
fn given_for_that_purpose_the_passphrase_ends_it_and_that_is_on_record() {
    let mut house = House::founded();
    house.submit("one");
    let locked = house.lock_down();
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!(house.events(|what| matches!(what, What::Unlocked { by: Means::Passphrase })), 1);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    house.restart_after(MINUTE);
    assert_eq!(house.events(is_lockdown), 1);
}

/// The mark lies in two places: whichever is put back as it was before, the other one holds.
#[test]
fn a_copy_from_before_of_database_or_keystore_does_not_end_it() {
    let mut house = House::founded();
    drop(house.lock_down());
    house.unmark_database();
    let locked = house.restart_locked_after(MINUTE);
    assert!(matches!(locked.unlock(PASSPHRASE), Err((_, StartError::LockedDown))));
    let mut house = House::founded();
    let before = house.keystore();
    drop(house.lock_down());
    house.unmark_keystore(before);
    let locked = house.restart_locked_after(MINUTE);
    assert!(matches!(locked.unlock(PASSPHRASE), Err((_, StartError::LockedDown))));
}

/// While it lasts deadlines go on: what is overdue is gone, by whoever holds the locked keeper.
#[test]
fn what_is_overdue_is_destroyed_meanwhile() {
    let mut house = House::founded();
    let (_, document) = house.submit("one");
    let (copy, mut locked) = (house.copy(), house.lock_down());
    assert!(house.attack(&copy, &house.keystore(), document), "the control: until then it opens");
    house.pass(73 * HOUR);
    locked.tick().unwrap();
    assert!(!house.attack(&copy, &house.keystore(), document));
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    let shift = house.begin_shift();
    assert_eq!(house.next(&shift), None);
}

/// What the watch orders is the same thing, with its evidence.
#[test]
fn the_watchs_order_carries_its_evidence() {
    let mut house = House::founded();
    let lockdown = Lockdown { by: Author::Watch, why: "two people at once".parse().unwrap(), evidence: vec![1, 2] };
    house.engine().lock_down(lockdown.clone()).unwrap();
    assert_eq!(house.events(|what| *what == What::LockedDown { lockdown: lockdown.clone() }), 1);
    assert!(house.engine().is_locked_down());
    assert!(house.engine().lock_down(lockdown).is_err(), "there is nothing left to lock");
}

/// A backup from before it is restored with what later backups noted: the house stays shut.
#[test]
fn a_restore_of_an_older_backup_does_not_end_it() {
    let mut house = House::founded();
    let backup = house.back_up();
    drop(house.lock_down());
    let noted = house.noted_after(&backup);
    house.burn_the_keystore();
    house.lay_and_restore(&backup, noted);
    let locked = house.restart_locked_after(MINUTE);
    assert!(matches!(locked.unlock(PASSPHRASE), Err((_, StartError::LockedDown))));
}

/// Everybody is called, by a keeper that has no keys any more.
#[test]
fn everybody_is_called_though_the_keys_are_gone() {
    let mut house = House::with_rota(&["aoki", "baba"]);
    let mut locked = house.lock_down();
    let calls = match locked.answer(&Ask::Courier(CourierRequest::Calls { limit: 9 })) {
        Reply::Courier(Ok(CourierAnswer::Calls(calls))) => calls,
        other => panic!("no calls: {other:?}"),
    };
    let called: Vec<_> = calls.iter().map(|call| (call.contact.as_str(), call.words.happened.en.as_str())).collect();
    assert_eq!(called, ["aoki", "baba"].map(|contact| (contact, "The vault was locked down.")));
}

/// The wrapping that only shares open stands in the keystore; the mark alone is heeded besides.
#[test]
fn the_keystore_says_without_a_key_that_it_is_locked_down() {
    let mut house = House::founded();
    drop(house.lock_down());
    let bytes = house.keystore();
    let label = crate::keystore::label(&mut &bytes[..]).unwrap().unwrap();
    assert!(label.locked_down.is_some() && label.shares.is_none());
    assert!(
        Keystore::open(Box::new(crate::keystore::MemoryMedium::from_bytes(bytes))).unwrap().locked_down().is_some()
    );
}

/// M26: with custodians, a lockdown ends by their shares alone; that is on record, and they are to be dealt anew.
#[test]
fn with_custodians_only_their_shares_end_it() {
    let mut house = House::founded();
    house.submit("one");
    let (secret, _) = house.deal(2, 3);
    assert_eq!(
        house.events(|what| matches!(
            what,
            What::KeystoreChanged { change: KeystoreChange::SharesDealt { needed: 2, of: 3 } }
        )),
        1
    );
    drop(house.lock_down());
    let locked = house.restart_locked_after(MINUTE);
    let refused = house.unlock_by(locked, BY_PASSPHRASE).unwrap_err();
    assert!(matches!(refused, StartError::LockedDown), "{refused}");
    let locked = house.restart_locked_after(MINUTE);
    house.unlock_by(locked, Opener::Shares(&secret, 2)).unwrap();
    let by = Means::Shares { given: 2, of: 3 };
    assert_eq!(house.events(|what| *what == What::Unlocked { by }), 1);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    let bytes = house.keystore();
    assert!(crate::keystore::label(&mut &bytes[..]).unwrap().unwrap().shares_used);
    // For every day the passphrase opens it again.
    house.restart_after(MINUTE);
    assert_eq!(house.events(|what| matches!(what, What::KeystoreChanged { .. })), 1, "told once");
}

/// A crash between the entry and the keystore: the next start puts the passphrase away, with the passphrase at hand.
#[test]
fn a_start_finishes_what_a_crash_left_of_a_lockdown() {
    let mut house = House::founded();
    house.deal(2, 3);
    let before = house.keystore();
    drop(house.lock_down());
    house.unmark_keystore(before);
    let locked = house.restart_locked_after(MINUTE);
    assert!(matches!(locked.unlock(PASSPHRASE), Err((_, StartError::LockedDown))));
    house.unmark_database();
    let locked = house.restart_locked_after(MINUTE);
    assert!(locked.unlock(PASSPHRASE).is_err(), "whatever is put back, the passphrase opens nothing");
}

/// One recovery share stands in for a lost passphrase; there are no custodians, so the passphrase ends a lockdown.
#[test]
fn a_recovery_share_opens_what_the_passphrase_opens() {
    let mut house = House::founded();
    house.submit("one");
    let (secret, all) = house.deal(1, 1);
    assert_eq!(all.len(), 1);
    let locked = house.lock_down();
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    let locked = house.restart_locked_after(MINUTE);
    house.unlock_by(locked, Opener::Shares(&secret, 1)).unwrap();
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}
