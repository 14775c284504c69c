//! What time brings about: deadlines, roots, restarts, doubtful clocks, copies of yesterday.

use sekisho_core::check::ShredCause;

use super::*;
use crate::engine::ending;

/// M9: undecided at its deadline, a document is gone and the member is asked again.
#[test]
fn at_the_deadline_an_undecided_document_is_gone() {
    let mut house = House::founded();
    let (check, document) = house.submit("one");
    let deadline = house.check(check).documents[0].deadline;
    assert!(deadline.since(house.now()) <= 72 * HOUR);
    house.live_until(deadline);
    let view = house.check(check);
    assert_eq!(view.state, CheckState::AwaitingDocument);
    assert_eq!(view.documents[0].state, DocumentState::Shredded);
    assert!(!house.has_blob(document));
    house.submit("one");
    assert_eq!(house.check(check).state, CheckState::InReview);
}

/// M9: forgetting takes no time per document; what there is to say of each is said in parts, so that others are served
/// in between.
#[test]
fn many_overdue_documents_are_gone_at_once_and_ended_in_parts() {
    let mut house = House::founded();
    let (keys, many) = (house.intake_keys(), ending::AT_ONCE + 2);
    let documents: Vec<_> = (0..many).map(|n| house.submit_with(&format!("n{n}"), &keys).unwrap().1).collect();
    let first = house.events(|what| matches!(what, What::Received { .. }));
    let copy = house.copy();
    assert!(house.attack(&copy, &copy.keystore, documents[0]), "the test sees what it claims to");
    house.skip_to(keys.keys[0].deadline);
    let ended =
        |house: &mut House| house.events(|what| matches!(what, What::Shredded { cause: ShredCause::Overdue, .. }));
    assert_eq!((first, ended(&mut house), house.engine().is_behind()), (many, ending::AT_ONCE, true));
    let left: Vec<_> = documents.iter().filter(|document| house.has_blob(**document)).copied().collect();
    assert_eq!(left.len(), 2);
    let keystore = house.keystore();
    assert!(!left.iter().any(|document| house.attack(&copy, &keystore, *document)), "not ended yet, and gone");
    house.tick();
    assert_eq!((ended(&mut house), house.engine().is_behind()), (many, false));
    assert_eq!(house.events(|what| matches!(what, What::Shredded { cause: ShredCause::Damaged, .. })), 0);
    assert!(documents.iter().all(|document| !house.has_blob(*document)));
}

/// M9: the queue is warned at T+48 h, once.
#[test]
fn the_queue_is_warned_before_the_deadline() {
    let mut house = House::founded();
    house.submit("one");
    house.live_until(house.now() + 49 * HOUR);
    assert_eq!(house.events(|what| matches!(what, What::DeadlineNears { .. })), 1);
    let shift = house.begin_shift();
    let Ok(DeskAnswer::Queue(queue)) = house.desk(DeskRequest::Queue(shift)) else { panic!("no queue") };
    assert_eq!((queue.waiting, queue.near_deadline), (1, 1));
}

#[test]
fn documents_are_carried_from_root_to_root_and_still_open() {
    let mut house = House::founded();
    house.submit("one");
    house.live_until(house.now() + 30 * HOUR);
    assert!(house.events(|what| matches!(what, What::RootChanged { .. })) >= 30);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment).unwrap(), house.picture());
}

/// A key that doesn't open any more ends its own document, on record, and its member is asked again.
#[test]
fn a_damaged_key_ends_its_document_at_the_change_of_root_and_no_other() {
    let mut house = House::founded();
    let (check, document) = house.submit("one");
    let (other, _) = house.submit("two");
    house.damage_key(document);
    house.live_until(house.now() + HOUR);
    assert_eq!(house.events(|what| matches!(what, What::Shredded { cause: ShredCause::Damaged, .. })), 1);
    assert_eq!(house.events(|what| matches!(what, What::RootChanged { carried: 1, dropped: 1, .. })), 1);
    assert_eq!(house.check(check).state, CheckState::AwaitingDocument);
    assert_eq!((house.check(other).state, house.has_blob(document)), (CheckState::InReview, false));
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment).unwrap(), house.picture());
}

/// M8: a keeper that is asked every few seconds is never idle; its hour changes all the same, and so do the rest of
/// its dates.
#[test]
fn a_steady_stream_of_requests_puts_off_no_change_of_root() {
    let mut house = House::founded();
    house.submit("one");
    house.live_until(house.now().hour().plus(1).start() - 20);
    let changes = house.events(|what| matches!(what, What::RootChanged { .. }));
    for _ in 0..10 {
        house.pass(4);
        house.tick_as_under_load();
        assert!(house.gate(GateRequest::Status).is_ok());
    }
    assert_eq!(house.events(|what| matches!(what, What::RootChanged { .. })), changes + 1);
    house.leap(HOUR);
    for _ in 0..4 {
        house.pass(4);
        house.tick_as_under_load();
    }
    assert_eq!(house.events(|what| matches!(what, What::TimeDoubted { .. })), 1, "a leap is met without a pause too");
}

/// M8, M9: a copy of database and blobs opens nothing without the keystore; with a later keystore and the
/// passphrase it opens nothing that was decided before the last change of root.
#[test]
fn an_old_copy_does_not_open_what_was_decided() {
    let mut house = House::founded();
    let (_, document) = house.submit("one");
    let copy = house.copy();
    assert!(house.attack(&copy, &copy.keystore, document), "before the decision, with keystore and passphrase");
    house.review(Reason::OldEnough).unwrap();
    house.live_until((house.now().hour().plus(1)).start() + 1);
    let now = house.copy();
    assert!(!house.attack(&copy, &now.keystore, document), "yesterday's data, today's keystore");
    assert!(house.attack(&copy, &copy.keystore, document), "the attack is a real one");
}

#[test]
fn an_overdue_slot_is_gone_before_a_locked_keeper_does_anything() {
    let mut house = House::founded();
    let (_, document) = house.submit("one");
    let copy = house.copy();
    let locked = house.restart_locked_after(73 * HOUR);
    drop(locked);
    let keystore = house.copy().keystore;
    assert!(!house.attack(&copy, &keystore, document));
}

/// M9: an intake secret lives two hours, also where nobody gives the passphrase.
#[test]
fn an_expired_intake_secret_is_gone_before_a_locked_keeper_does_anything() {
    let mut house = House::founded();
    let key = house.intake_keys().keys[0].id;
    let mut locked = house.restart_locked_after(2 * HOUR - 1);
    assert!(house.keystore_holds(key));
    house.pass(1);
    locked.tick().unwrap();
    assert!(!house.keystore_holds(key), "at a tick");
    let mut house = House::founded();
    let key = house.intake_keys().keys[0].id;
    drop(house.restart_locked_after(2 * HOUR));
    assert!(!house.keystore_holds(key), "at a start");
}

#[test]
fn a_keeper_that_was_away_past_the_deadline_opens_nothing_and_asks_again() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    house.restart_after(80 * HOUR);
    assert_eq!(house.check(check).state, CheckState::AwaitingDocument);
}

#[test]
fn a_restart_keeps_what_was_acknowledged_and_ends_shifts() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let shift = house.begin_shift();
    house.next(&shift).unwrap();
    house.restart_after(5);
    assert_eq!(house.check(check).state, CheckState::InReview);
    assert_eq!(house.next_refused(&shift), Refusal::ShiftOver);
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}

#[test]
fn a_leap_of_the_clock_stops_opening_and_destroys_nothing() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.leap(365 * 24 * HOUR);
    house.tick();
    assert_eq!(house.view(&shift, assignment), Err(Refusal::TimeInDoubt));
    assert_eq!(house.check(check).state, CheckState::InReview);
    house.leap_back(365 * 24 * HOUR);
    assert!(house.view(&shift, assignment).is_ok());
}

#[test]
fn a_doubt_is_on_record_once_and_an_officer_ends_it() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let officer = house.begin_shift_as(Role::Officer);
    let reviewer = house.begin_shift();
    house.leap(30 * HOUR);
    house.tick();
    house.tick();
    assert_eq!(house.events(|what| matches!(what, What::TimeDoubted { .. })), 1);
    assert_eq!(house.desk(DeskRequest::ConfirmTime(reviewer.clone())).unwrap_err(), Refusal::NotAllowed);
    house.desk(DeskRequest::ConfirmTime(officer)).unwrap();
    house.tick();
    assert_eq!(house.check(check).state, CheckState::InReview, "30 hours are less than 72");
    let shift = house.begin_shift();
    assert!(house.next(&shift).is_some(), "opening goes on");
}

/// M9: a time service steps the clock between the writes of a change of root, within what is believed and beyond it.
#[test]
fn a_step_of_the_clock_in_the_middle_of_a_change_of_root_loses_nothing() {
    for step in [250, -250, 2 * HOUR as i64, -2 * HOUR as i64] {
        for writes in 0..5 {
            let mut house = House::founded();
            house.submit("one");
            house.step_in_the_next_hour(writes, step);
            for _ in 0..8 {
                house.pass(15);
                house.tick();
            }
            assert!(house.has_one_root(), "step {step} at write {writes}: the change is finished");
            house.set_right();
            house.pass(15);
            house.tick();
            let shift = house.begin_shift();
            let assignment = house.next(&shift).unwrap();
            assert_eq!(house.view(&shift, assignment).unwrap(), house.picture(), "step {step} at write {writes}");
        }
    }
}

/// M9: a suspended machine. Time since boot bears the sleep out: within the deadline it opens at once, past it nothing
/// does, also before the first tick.
#[test]
fn a_machine_that_slept_opens_within_the_deadline_and_not_past_it() {
    let mut house = House::founded();
    house.submit("one");
    house.pass(30 * HOUR);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    assert_eq!(house.view(&shift, assignment).unwrap(), house.picture());
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    let deadline = house.check(check).documents[0].deadline;
    house.skip_to(deadline - MINUTE);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.pass(2 * MINUTE);
    assert_eq!(house.view(&shift, assignment), Err(Refusal::DocumentGone), "the view comes before the tick");
    assert_eq!(house.events(|what| matches!(what, What::TimeDoubted { .. })), 0);
}

/// M9: whatever the wall clock did before, the deadline comes by time since boot.
#[test]
fn nothing_opens_past_its_deadline_whatever_the_order() {
    let day = 24 * HOUR as i64;
    for order in [[day, -day, 0], [-day, day, 0], [-day, -365 * day, -day], [365 * day, 0, day]] {
        let mut house = House::founded();
        let (check, document) = house.submit("one");
        let (copy, deadline) = (house.copy(), house.check(check).documents[0].deadline);
        let part = deadline.since(house.now()) / 3;
        let right = house.now();
        for (nth, off) in (1..).zip(order) {
            house.pass(part);
            house.set_right_at(right + nth * part, off);
            house.tick();
        }
        house.pass(3);
        house.tick();
        assert!(!house.has_blob(document), "{order:?}");
        assert!(!house.attack(&copy, &house.keystore(), document), "{order:?}");
    }
}

/// A machine that was off for days waits for a word before it opens, and forgets without one.
#[test]
fn after_days_of_darkness_opening_waits_for_an_officer() {
    let mut house = House::founded();
    house.submit("one");
    house.restart_after(30 * HOUR);
    let shift = house.begin_shift();
    assert_eq!(house.next_refused(&shift), Refusal::TimeInDoubt);
    let officer = house.begin_shift_as(Role::Officer);
    house.desk(DeskRequest::ConfirmTime(officer)).unwrap();
    house.tick();
    let shift = house.begin_shift();
    assert!(house.next(&shift).is_some());
}

#[test]
fn an_intake_key_is_accepted_for_its_hour_and_the_next() {
    let mut house = House::founded();
    let keys = house.intake_keys();
    house.live_until(house.now().hour().plus(1).start() + 30 * MINUTE);
    assert!(house.submit_with("one", &keys).is_ok());
    house.live_until(house.now().hour().plus(1).start());
    assert_eq!(house.submit_with("two", &keys).unwrap_err(), Refusal::IntakeKeyExpired);
}

/// M10: what ties a check to a person goes 90 days after leaving; that the check was made stays.
#[test]
fn ninety_days_after_leaving_nothing_ties_the_record_to_a_person() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    house.member_leaves();
    house.skip_to(house.now() + 89 * 24 * HOUR);
    assert!(house.database_holds(&house::sub_text()));
    house.skip_to(house.now() + 24 * HOUR + 60);
    assert!(!house.database_holds(&house::sub_text()));
    assert_eq!(house.check(check).state, CheckState::Approved);
    assert!(house.check(check).attestation.is_none());
}

/// M37: leaving is part of the check's own record, and a receipt that tells of it verifies.
#[test]
fn a_receipt_of_a_member_who_left_verifies() {
    let mut house = House::founded();
    let (check, _) = house.submit("one");
    house.review(Reason::OldEnough).unwrap();
    house.member_leaves();
    let Ok(GateAnswer::Proof(receipt)) = house.gate(GateRequest::Proof(check)) else { panic!("no receipt") };
    let verified = receipt::verify(&Receipt::from_json(&receipt).unwrap(), Some(&house.ledger_key())).unwrap();
    assert!(verified.events.iter().any(|one| matches!(one.event.what, What::MemberLeft { .. })));
}

/// M17: neither a test keystore in production nor a production keystore in a test.
#[test]
fn test_and_production_do_not_mix() {
    assert!(house::start_with_other_keystore_refused());
}

#[test]
fn the_ledger_begins_with_the_founding() {
    let mut house = House::founded();
    let first = Event::from_bytes(&house.bodies()[0]).unwrap();
    assert_eq!(first.what, What::Founded { test: true });
    house.restart_after(5);
    assert_eq!(house.events(|what| matches!(what, What::Founded { .. })), 1);
}

/// An upload that was sealed and never received leaves nothing for long.
#[test]
fn a_ciphertext_that_nobody_knows_is_swept_and_a_known_one_stays() {
    let mut house = House::founded();
    let (_, known) = house.submit("one");
    let orphan = house.leave_an_orphan();
    house.live_until(house.now() + HOUR);
    assert!(house.has_blob(orphan), "it may still be on its way");
    house.live_until(house.now() + 2 * HOUR);
    assert!(!house.has_blob(orphan) && house.has_blob(known));
}
