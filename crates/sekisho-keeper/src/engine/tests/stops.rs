//! Stop switches: each stops what it names, on record with who and why, until it is lifted.

use sekisho_core::{
    author::Author,
    id::{SiteName, StopId},
    stop::{Reach, Stopping, Target},
    watch::{Detector, Verdict},
};

use super::{house::PASSPHRASE, *};
use crate::{
    engine::Opener,
    wire::{Answered, OperatorAnswer, OperatorRequest, Stop},
};

fn stop(house: &mut House, target: &str) -> StopId {
    let shift = house.begin_shift_as(Role::Officer);
    let target: Target = target.parse().unwrap();
    house.desk(DeskRequest::Stop { shift, target, why: "a flood".into() }).unwrap();
    stops(house).last().unwrap().id
}

fn stops(house: &mut House) -> Vec<Stop> {
    match house.desk(DeskRequest::Stops) {
        Ok(DeskAnswer::Stops(stops)) => stops,
        other => panic!("{other:?}"),
    }
}

fn lift(house: &mut House, role: Role, stop: StopId) -> Answered<()> {
    let shift = house.begin_shift_as(role);
    house.desk(DeskRequest::Lift { shift, stop, why: "over".into() }).map(drop)
}

/// M26: taking in stops, and what is here is reviewed; and it goes on when it is lifted.
#[test]
fn stopped_uploads_are_refused_and_reviews_go_on() {
    let mut house = House::founded();
    house.submit("one");
    let id = stop(&mut house, "uploads");
    assert_eq!(house.try_submit("two").err(), Some(Refusal::Stopped));
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
    lift(&mut house, Role::Officer, id).unwrap();
    house.submit("two");
}

/// M26
#[test]
fn stopped_viewings_open_nothing_also_for_whoever_holds_an_assignment() {
    let mut house = House::founded();
    house.submit("one");
    house.submit("two");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    stop(&mut house, "viewings");
    assert_eq!(house.view(&shift, assignment), Err(Refusal::Stopped));
    house.enrol_second_reviewer();
    let second = house.begin_second_reviewers_shift();
    assert_eq!(house.next_refused(&second), Refusal::Stopped);
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 0);
    house.submit("three");
}

/// M26
#[test]
fn stopped_decisions_decide_nothing() {
    let mut house = House::founded();
    house.submit("one");
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    let id = stop(&mut house, "decisions");
    assert_eq!(house.decide(&shift, assignment, Reason::OldEnough), Err(Refusal::Stopped));
    lift(&mut house, Role::Officer, id).unwrap();
    assert_eq!(house.decide(&shift, assignment, Reason::OldEnough), Ok(CheckState::Approved));
}

/// M25, M26: one site and no other; and every other site but one, to reopen in stages.
#[test]
fn a_stopped_site_is_stopped_and_no_other() {
    for (target, stopped) in
        [("site:site-a", true), ("site:site-b", false), ("other-sites:site-b", true), ("other-sites:site-a", false)]
    {
        let mut house = House::founded();
        house.submit("one");
        stop(&mut house, target);
        assert_eq!(house.try_submit("two").is_err(), stopped, "{target}");
        let shift = house.begin_shift();
        assert_eq!(house.try_next_for_test(&shift).is_err(), stopped, "{target}");
    }
}

/// M25: the shift ends at once and no new one begins; others work on.
#[test]
fn a_stopped_persons_shift_ends_and_none_begins() {
    let mut house = House::founded();
    house.submit("one");
    house.enrol_second_reviewer();
    let staff = house.person(Role::Reviewer);
    let shift = house.begin_shift();
    house.next(&shift).unwrap();
    let id = stop(&mut house, &format!("person:{staff}"));
    assert_eq!(house.next_refused(&shift), Refusal::ShiftOver);
    assert_eq!(house.try_begin_shift(Role::Reviewer), Err(Refusal::Stopped));
    let second = house.begin_second_reviewers_shift();
    assert!(house.next(&second).is_some(), "it goes to somebody else");
    lift(&mut house, Role::Officer, id).unwrap();
    assert_eq!(house.try_begin_shift(Role::Reviewer), Ok(()));
}

/// M26: staged reopening: one reviewer alone; officers and administrators come in.
#[test]
fn all_reviewers_but_one_are_stopped_and_officers_are_not() {
    let mut house = House::founded();
    let staff = house.person(Role::Reviewer);
    house.enrol_second_reviewer();
    stop(&mut house, &format!("other-people:{staff}"));
    for role in [Role::Reviewer, Role::Officer, Role::Administrator] {
        assert_eq!(house.try_begin_shift(role), Ok(()), "{role:?}");
    }
    assert_eq!(house.try_begin_second_reviewers_shift(), Err(Refusal::Stopped));
}

/// M26: who and why; an address stands in no entry, and in no file once it is lifted.
#[test]
fn who_and_why_are_on_record_and_an_address_is_not() {
    let mut house = House::founded();
    let id = stop(&mut house, "network:203.0.113.77");
    let all = stops(&mut house);
    assert_eq!(all[0].why.to_string(), "a flood");
    assert!(house.bodies().iter().all(|body| !String::from_utf8_lossy(body).contains("203.0.113.77")));
    assert!(house.database_holds("203.0.113.77"));
    assert_eq!(lift(&mut house, Role::Administrator, id), Err(Refusal::NotAllowed));
    lift(&mut house, Role::Officer, id).unwrap();
    house.tick();
    assert!(!house.database_holds("203.0.113.77"));
    assert_eq!(
        house.events(|what| matches!(what, What::Stopping { stopping: Stopping::Lifted { stop, .. } } if *stop == id)),
        1
    );
    assert_eq!(lift(&mut house, Role::Officer, id), Err(Refusal::NotFound));
}

/// M26: a lockdown that ended leaves everything stopped; one site and one reviewer go on first, then the others.
#[test]
fn after_a_lockdown_officers_reopen_one_site_and_one_reviewer_first() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    house.submit("one");
    house.submit("two");
    let locked = house.lock_down();
    house.unlock_shut(locked, Opener::Passphrase(PASSPHRASE)).unwrap();
    let all = stops(&mut house);
    assert_eq!((all.len(), &all[0].target, all[0].by), (1, &Target::Everything, Author::Operator));
    assert_eq!(house.try_submit("three").unwrap_err(), Refusal::Stopped);
    let shift = house.begin_shift();
    assert_eq!(house.next_refused(&shift), Refusal::Stopped);
    let (site, staff) = ("site-a".parse().unwrap(), house.person(Role::Reviewer));
    let reopen = |house: &mut House, role, stop, site: &SiteName, staff| {
        let shift = house.begin_shift_as(role);
        house.desk(DeskRequest::Reopen { shift, stop, site: site.clone(), staff, why: "checked".into() }).map(drop)
    };
    assert_eq!(reopen(&mut house, Role::Administrator, all[0].id, &site, staff), Err(Refusal::NotAllowed));
    let unknown: SiteName = "site-b".parse().unwrap();
    assert_eq!(reopen(&mut house, Role::Officer, all[0].id, &unknown, staff), Err(Refusal::BadRequest));
    let officer = house.person(Role::Officer);
    assert_eq!(reopen(&mut house, Role::Officer, all[0].id, &site, officer), Err(Refusal::BadRequest));
    reopen(&mut house, Role::Officer, all[0].id, &site, staff).unwrap();
    assert_eq!(house.try_begin_second_reviewers_shift(), Err(Refusal::Stopped));
    let shift = house.begin_shift();
    assert!(house.next(&shift).is_some(), "the one reviewer, of the one site");
    assert!(house.try_submit("five").is_ok());
    for stop in stops(&mut house) {
        lift(&mut house, Role::Officer, stop.id).unwrap();
    }
    assert_eq!(house.try_begin_second_reviewers_shift(), Ok(()));
    assert_eq!(house.events(|what| matches!(what, What::Stopping { .. })), 6);
}

/// A crash after the lockdown's end was entered and before the keystore was released leaves one stop, not two.
#[test]
fn an_end_that_is_done_twice_stops_everything_once() {
    let mut house = House::founded();
    let locked = house.lock_down();
    let marked = house.keystore();
    house.unlock_shut(locked, Opener::Passphrase(PASSPHRASE)).unwrap();
    house.unmark_keystore(marked);
    let locked = house.restart_locked_after(MINUTE);
    house.unlock_shut(locked, Opener::Passphrase(PASSPHRASE)).unwrap();
    assert_eq!(stops(&mut house).len(), 1);
}

/// However much is stopped already: a lockdown ends, and officers reopen step by step.
#[test]
fn the_bound_of_stops_holds_up_no_end_of_a_lockdown() {
    let mut house = House::founded();
    let mut network = |number: u16| {
        let target: Target = format!("network:10.0.{}.{}", number / 256, number % 256).parse().unwrap();
        let shift = house.begin_shift_as(Role::Officer);
        house.desk(DeskRequest::Stop { shift, target, why: "a flood".into() })
    };
    (0..200).for_each(|number| drop(network(number).unwrap()));
    assert_eq!(network(200).unwrap_err(), Refusal::BadRequest, "more is a slip");
    let locked = house.lock_down();
    house.unlock_shut(locked, Opener::Passphrase(PASSPHRASE)).unwrap();
    let everything = stops(&mut house).into_iter().find(|stop| stop.target == Target::Everything).unwrap();
    let (site, staff) = ("site-a".parse().unwrap(), house.person(Role::Reviewer));
    let shift = house.begin_shift_as(Role::Officer);
    house.desk(DeskRequest::Reopen { shift, stop: everything.id, site, staff, why: "checked".into() }).unwrap();
    assert_eq!(stops(&mut house).len(), 202);
}

/// What was stopped since the backup is stopped after a restore; what was lifted since is not.
#[test]
fn a_stop_outlives_a_restore() {
    let mut house = House::founded();
    let before = stop(&mut house, "uploads");
    let backup = house.back_up();
    lift(&mut house, Role::Officer, before).unwrap();
    stop(&mut house, "viewings");
    house.restore_with_journal(&backup).unwrap();
    let all: Vec<Target> = stops(&mut house).into_iter().map(|stop| stop.target).collect();
    assert_eq!(all, [Target::Viewings]);
}

#[test]
fn a_reviewer_stops_nothing_and_nobody_stops_themselves() {
    let mut house = House::founded();
    let shift = house.begin_shift();
    let ask = DeskRequest::Stop { shift, target: Target::Uploads, why: "x".into() };
    assert_eq!(house.desk(ask).unwrap_err(), Refusal::NotAllowed);
    let officer = house.person(Role::Officer);
    let shift = house.begin_shift_as(Role::Officer);
    let ask = DeskRequest::Stop { shift, target: Target::Person(officer), why: "x".into() };
    assert_eq!(house.desk(ask).unwrap_err(), Refusal::BadRequest);
}

/// A stop is durable, and told also while the keeper has no keys.
#[test]
fn a_stop_outlives_the_process_and_is_told_by_a_locked_keeper() {
    let mut house = House::founded();
    stop(&mut house, "api");
    let mut locked = house.restart_locked_after(MINUTE);
    let told = locked.answer(&crate::engine::Ask::Gate(GateRequest::Stops));
    assert!(matches!(told, crate::engine::Reply::Gate(Ok(GateAnswer::Stops(all))) if all == [Target::Api]));
}

// ---------------------------------------------------------------- keys that only stop

fn make_key(house: &mut House, name: &str, may: &[Reach]) -> Answered<String> {
    match house.operator(OperatorRequest::MakeStopKey { name: name.into(), may: may.to_vec() })? {
        OperatorAnswer::StopKey(key) => Ok(key),
        other => panic!("no key: {other:?}"),
    }
}

fn stop_by(house: &mut House, key: &str, target: &str) -> Answered<()> {
    let (key, target) = (key.into(), target.parse().unwrap());
    house.desk(DeskRequest::StopByKey { key, target, why: "a flood".into() }).map(drop)
}

/// M25, M26: a program's key stops what it may, and no more; it lifts nothing, and is gone when it is dropped.
#[test]
fn a_key_that_only_stops_stops_what_it_may_and_nothing_else() {
    let mut house = House::founded();
    let key = make_key(&mut house, "night-watch", &[Reach::Uploads, Reach::Network]).unwrap();
    assert!(key.starts_with("skstop_"));
    for target in ["viewings", "everything", "site:site-a", "network:10.0.0.0/8"] {
        assert_eq!(stop_by(&mut house, &key, target), Err(Refusal::NotAllowed), "{target}");
    }
    let officer = format!("person:{}", house.person(Role::Officer));
    assert_eq!(stop_by(&mut house, &key, &officer), Err(Refusal::NotAllowed));
    assert_eq!(stop_by(&mut house, &key, "uploads"), Ok(()));
    assert_eq!(stop_by(&mut house, &key, "uploads"), Ok(()), "a program says it again and again");
    assert_eq!(stop_by(&mut house, &key, "network:203.0.113.0/24"), Ok(()));
    let stopped = stops(&mut house);
    assert_eq!(stopped.len(), 2);
    assert_eq!((stopped[0].by, stopped[0].why.to_string()), (Author::Operator, "night-watch: a flood".to_owned()));
    house.operator(OperatorRequest::DropStopKey("night-watch".into())).unwrap();
    assert_eq!(stop_by(&mut house, &key, "uploads"), Err(Refusal::BadSignature));
    assert_eq!(house.events(|what| matches!(what, What::Stopping { stopping: Stopping::KeyMade { .. } })), 1);
    assert_eq!(house.events(|what| matches!(what, What::Stopping { stopping: Stopping::KeyDropped { .. } })), 1);
}

/// Whoever guesses keys is told of, as whoever forges signatures is; a key is kept by its hash alone, over a restart.
#[test]
fn a_key_that_only_stops_is_neither_guessed_unseen_nor_kept_as_it_is() {
    let mut house = House::watched();
    let key = make_key(&mut house, "night-watch", &[Reach::Uploads]).unwrap();
    for name in ["night-watch", "", "Night", "a name"] {
        assert_eq!(make_key(&mut house, name, &[Reach::Uploads]).unwrap_err(), Refusal::BadRequest, "{name}");
    }
    assert_eq!(make_key(&mut house, "of-nothing", &[]).unwrap_err(), Refusal::BadRequest);
    for _ in 0..8 {
        assert_eq!(stop_by(&mut house, "skstop_AAAA", "uploads"), Err(Refusal::BadSignature));
    }
    assert_eq!(house.verdicts(Detector::Forgery), [Verdict::Note]);
    house.restart_after(1);
    assert!(!house.bodies().concat().windows(key.len()).any(|window| window == key.as_bytes()));
    assert_eq!(stop_by(&mut house, &key, "uploads"), Ok(()));
}
