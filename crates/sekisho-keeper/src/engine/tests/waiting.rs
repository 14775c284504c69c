//! What comes while the keeper has no keys: it waits, dies at its deadline like all else, and is taken over before
//! anything is given out.

use super::{
    house::{
        MEMBER_SECRET, PASSPHRASE,
        waiting::{gate, offered},
    },
    *,
};
use crate::{
    engine::{Ask, Opener, Reply},
    keystore::{Keystore, MemoryMedium},
    wire::{IntakeKeys, OperatorRequest, Receive},
};

const BY_PASSPHRASE: Opener<'_> = Opener::Passphrase(PASSPHRASE);

fn waited(what: &What) -> bool {
    matches!(what, What::Received { waits: true, .. })
}

fn taken_over(what: &What) -> bool {
    matches!(what, What::TakenOver { .. })
}

/// M26: from the upload while the house is shut to the signed claim after it.
#[test]
fn what_came_while_the_house_was_locked_is_reviewed_after_it() {
    let mut house = House::founded();
    let mut locked = house.lock_down();
    let (check, document) = house.wait(&mut locked, "one").unwrap();
    house.pass(5 * HOUR);
    let (_, later) = house.wait(&mut locked, "two").unwrap();
    assert!(house.has_blob(document) && house.has_blob(later));
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!(house.events(waited), 2);
    assert_eq!(house.events(|what| *what == What::TakenOver { documents: 2, damaged: 0 }), 1);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    let Ok(GateAnswer::Proof(receipt)) = house.gate(GateRequest::Proof(check)) else { panic!("no receipt") };
    assert!(receipt::verify(&Receipt::from_json(&receipt).unwrap(), None).is_ok());
    assert!(!house.has_blob(document) && !house.has_blob(later));
}

/// M8: nothing but what waits is sealed to the waiting key, and intake keys of every day end in their time.
#[test]
fn what_waits_is_sealed_to_a_key_of_its_own() {
    let mut house = House::founded();
    let (_, before) = house.submit("one");
    let ordinary = house.intake_keys().keys[0].id;
    let copy = house.copy();
    let mut locked = house.lock_down();
    let key = offered(&mut locked).keys.remove(0);
    assert!(key.id != ordinary);
    house.pass(3 * HOUR);
    locked.tick().unwrap();
    assert!(!house.keystore_holds(ordinary), "overwritten although the house is locked");
    assert_eq!(offered(&mut locked).keys[0].id, key.id);
    assert!(house.attack(&copy, &house.keystore(), before), "undecided, and in time");
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    let keys = IntakeKeys { keys: vec![key], ..house.intake_keys() };
    let refused = house.submit_with("two", &keys).unwrap_err();
    assert_eq!(refused, Refusal::IntakeKeyExpired, "a keeper with keys takes nothing that was sealed to it");
}

/// M8: the copy that a waiting row needs is of that time, with the keystore of that time. Any later one opens nothing.
#[test]
fn a_copy_of_what_waited_opens_with_no_keystore_of_after_the_unlocking() {
    let mut house = House::founded();
    let before = house.keystore();
    let mut locked = house.lock_down();
    let (_, document) = house.wait(&mut locked, "one").unwrap();
    let copy = house.copy();
    assert!(house.attack(&copy, &house.keystore(), document), "the control: with keystore and passphrase of that time");
    assert!(!house.attack(&copy, &before, document), "whoever had all of it before the lockdown has nothing of it");
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert!(!house.attack(&copy, &house.keystore(), document), "before anything was given out");
    let after = house.copy();
    assert!(house.attack(&after, &house.keystore(), document), "the control: it is held like all else");
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    house.pass(HOUR);
    house.tick();
    for copy in [&copy, &after] {
        assert!(!house.attack(copy, &house.keystore(), document));
    }
}

/// M8, M26: with custodians, a thief of everything that lies there during a lockdown opens nothing of what waits, with the
/// passphrase either; nor does one who had all of it before.
#[test]
fn with_custodians_a_thief_of_everything_during_a_lockdown_opens_nothing_that_waits() {
    let mut house = House::founded();
    let (secret, _) = house.deal(2, 3);
    let before = house.keystore();
    let mut locked = house.lock_down();
    let (_, document) = house.wait(&mut locked, "one").unwrap();
    let copy = house.copy();
    let taken = Keystore::open(Box::new(MemoryMedium::from_bytes(house.keystore()))).unwrap();
    assert!(taken.unlock(PASSPHRASE).is_err(), "the passphrase opens nothing now");
    assert!(!house.attack(&copy, &before, document), "what it opened before holds nothing of this");
    house.unlock_by(locked, Opener::Shares(&secret, 2)).unwrap();
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}

/// M26: at its deadline it is gone, the key first; and that is on record, and told, while the house is locked still.
#[test]
fn a_deadline_that_passes_meanwhile_ends_it_and_site_and_member_are_told() {
    let mut house = House::founded();
    let mut locked = house.lock_down();
    let (check, document) = house.wait(&mut locked, "one").unwrap();
    let copy = house.copy();
    house.pass(73 * HOUR);
    locked.tick().unwrap();
    assert!(!house.attack(&copy, &house.keystore(), document));
    assert!(!house.has_blob(document));
    let Ok(GateAnswer::Check(view)) = gate(&mut locked, GateRequest::Check(check)) else { panic!("no check") };
    assert_eq!((view.state, view.arrivals_left, view.locked), (CheckState::AwaitingDocument, 2, true));
    assert_eq!(view.documents[0].state, DocumentState::Shredded);
    let Reply::Courier(Ok(CourierAnswer::Messages(told))) =
        locked.answer(&Ask::Courier(CourierRequest::Pull { limit: 9 }))
    else {
        panic!("nobody is told")
    };
    assert!(told.len() == 1 && told[0].body.contains("check.awaiting_document"), "{told:?}");
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!(house.events(|what| matches!(what, What::Shredded { .. })), 1);
    let shift = house.begin_shift();
    assert_eq!(house.next(&shift), None);
}

/// What comes with less than a day left is not taken in: nobody could look at it in time.
#[test]
fn what_would_have_less_than_a_day_left_is_not_taken_in() {
    let mut house = House::founded();
    let mut locked = house.lock_down();
    let asked = house.sealed_for(&mut locked, "late");
    house.pass(47 * HOUR);
    assert!(house.wait(&mut locked, "in time").is_ok());
    house.pass(2 * HOUR);
    assert!(offered(&mut locked).keys.is_empty());
    assert_eq!(gate(&mut locked, GateRequest::Receive(asked)).unwrap_err(), Refusal::LockedDown);
}

/// A process without keys that dies loses nothing; nor does one that was started without the passphrase at all.
#[test]
fn what_waits_outlives_processes_without_keys() {
    let mut house = House::founded();
    let mut locked = house.restart_locked_after(MINUTE);
    house.wait(&mut locked, "one").unwrap();
    for _ in 0..3 {
        locked = house.again_without_keys(locked, HOUR);
    }
    house.wait(&mut locked, "two").unwrap();
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!((house.events(waited), house.events(taken_over)), (2, 1));
    for _ in 0..2 {
        assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    }
    house.restart_after(MINUTE);
    assert_eq!(house.events(taken_over), 1, "where nothing waits there is nothing to say");
}

/// M20: everything is judged that takes no key.
#[test]
fn a_gate_cannot_invent_work_while_the_house_is_locked() {
    let mut house = House::founded();
    let mut locked = house.lock_down();
    let honest = house.sealed_for(&mut locked, "one");
    type Bend = fn(&mut Receive);
    let bends: [(Bend, Refusal); 6] = [
        (|asked| asked.deadline = asked.deadline + HOUR, Refusal::BadRequest),
        (|asked| asked.intake_key = sekisho_core::id::IntakeKeyId::from_bytes([9; 16]), Refusal::IntakeKeyExpired),
        (|asked| asked.sealed_key.truncate(40), Refusal::Damaged),
        (|asked| asked.ciphertext_len += 1, Refusal::Damaged),
        (|asked| asked.request.push('x'), Refusal::BadRequest),
        (|asked| asked.kind = "jp-something-else".parse().unwrap(), Refusal::KindNotAccepted),
    ];
    for (bend, refusal) in bends {
        let mut bent = honest.clone();
        bend(&mut bent);
        assert_eq!(gate(&mut locked, GateRequest::Receive(bent)).unwrap_err(), refusal);
    }
    let forged = Receive { request: house.forged(&honest.request, 0), ..honest.clone() };
    assert_eq!(gate(&mut locked, GateRequest::Receive(forged)).unwrap_err(), Refusal::BadSignature);
    let again = honest.clone();
    assert!(gate(&mut locked, GateRequest::Receive(honest)).is_ok(), "the control");
    assert_eq!(gate(&mut locked, GateRequest::Receive(again)).unwrap_err(), Refusal::AlreadyReceived);
}

/// M2: what is withdrawn while the house is locked is gone at once, with what waited of it; and only by whose it is.
#[test]
fn a_member_withdraws_from_a_locked_house() {
    let mut house = House::founded();
    let (before, held) = house.submit("before");
    let mut locked = house.lock_down();
    let (check, document) = house.wait(&mut locked, "one").unwrap();
    let copy = house.copy();
    let stranger = GateRequest::WithdrawByMember { check, secret: [1; 32] };
    assert_eq!(gate(&mut locked, stranger).unwrap_err(), Refusal::NotFound);
    for check in [check, before, check] {
        let ask = GateRequest::WithdrawByMember { check, secret: MEMBER_SECRET };
        assert!(matches!(gate(&mut locked, ask), Ok(GateAnswer::Done)));
    }
    assert!(!house.has_blob(document) && !house.has_blob(held));
    let now = house.copy();
    assert!(house.attack(&copy, &house.keystore(), document), "the control: in the copy of before it waits");
    assert!(!now.has_key(document) && !now.has_key(held), "no key of it is left");
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!(house.events(|what| matches!(what, What::CheckEnded { withdrawn: true, .. })), 2);
    assert!(!house.attack(&copy, &house.keystore(), document));
}

/// A gate that seals badly, or to a key of its own, costs the member another picture and nobody anything else.
#[test]
fn what_does_not_open_at_the_unlocking_ends_and_its_member_is_asked_again() {
    let mut house = House::founded();
    let mut locked = house.lock_down();
    let mut bent = house.sealed_for(&mut locked, "bent");
    bent.sealed_key[7] ^= 1;
    let Ok(GateAnswer::Received(received)) = gate(&mut locked, GateRequest::Receive(bent)) else { panic!("refused") };
    house.wait(&mut locked, "good").unwrap();
    house.unlock_by(locked, BY_PASSPHRASE).unwrap();
    assert_eq!(house.events(|what| *what == What::TakenOver { documents: 1, damaged: 1 }), 1);
    assert_eq!(house.check(received.check).state, CheckState::AwaitingDocument);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}

/// What may be kept for less time than the waiting key lasts does not wait: its row would open past its deadline.
#[test]
fn what_may_be_kept_for_a_shorter_time_does_not_wait() {
    let mut house = House::founded();
    house.keep_pictures_for(5);
    let mut locked = house.lock_down();
    assert_eq!(house.wait(&mut locked, "one").unwrap_err(), Refusal::LockedDown);
}

/// A stop of uploads is heeded, and a second document of a check is not taken.
#[test]
fn stopped_uploads_are_not_taken_in_while_the_house_is_locked() {
    let mut house = House::founded();
    house.operator(OperatorRequest::Stop { target: "uploads".parse().unwrap(), why: "a flood".into() }).unwrap();
    let mut locked = house.lock_down();
    assert_eq!(house.wait(&mut locked, "one").unwrap_err(), Refusal::Stopped);
}

/// M26: during a pause the keys stay, so all is as ever but looking.
#[test]
fn during_a_pause_documents_are_taken_in_as_ever() {
    let mut house = House::founded();
    let shift = house.begin_shift_as(Role::Officer);
    house.desk(DeskRequest::Pause { shift, minutes: 15 }).unwrap();
    house.submit("one");
    assert_eq!(house.events(waited), 0);
    house.pass(16 * MINUTE);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}
