//! The watch inside the keeper: what it finds is on record, obeyed, and the same as a replay finds.

use sekisho_core::watch::{Cause, DENY_SECONDS, Detector, PersonVerdict, Setup, Switch, Verdict, observed::Outsider};

use super::*;
use crate::wire::{Closed, ShiftToken};

fn fill(house: &mut House, count: usize) {
    let from = house.events(|what| matches!(what, What::Received { .. }));
    (0..count).for_each(|number| {
        house.submit(&format!("check-{}", from + number));
    });
}

/// Takes one document a second until refused; how many pictures came, and the refusal.
fn take_fast(house: &mut House, shift: &ShiftToken, most: usize) -> (usize, Option<Refusal>) {
    let mut pictures = 0;
    for _ in 0..most {
        house.pass(1);
        if house.try_next(shift) == Err(Refusal::TouchNeeded) {
            house.touch(shift);
        }
        let seen = house.try_next(shift).and_then(|next| {
            let assignment = next.expect("enough waits");
            house.view(shift, assignment)?;
            pictures += 1;
            house.decide(shift, assignment, Reason::OldEnough)
        });
        match seen {
            Ok(_) => {}
            Err(refusal) => return (pictures, Some(refusal)),
        }
    }
    (pictures, None)
}

fn ended(house: &mut House) -> usize {
    house.events(|what| matches!(what, What::ShiftEnded { .. }))
}

/// M19, M26: the control, without the watch, gets all of them.
#[test]
fn a_session_faster_than_any_person_loses_its_shift_and_no_other_does() {
    let mut open = House::watched_alone();
    open.restart_with_watch(&Setup::all(Switch::Off));
    fill(&mut open, 20);
    let shift = open.begin_shift();
    assert_eq!(take_fast(&mut open, &shift, 20), (20, None), "the control");

    let mut house = House::watched_alone();
    fill(&mut house, 20);
    house.enrol_second_reviewer();
    let (shift, other) = (house.begin_shift(), house.begin_second_reviewers_shift());
    let (before, (pictures, refusal)) = (ended(&mut house), take_fast(&mut house, &shift, 20));
    assert!((1..=7).contains(&pictures), "{pictures}");
    assert_eq!((refusal, ended(&mut house) - before), (Some(Refusal::ShiftOver), 1));
    assert_eq!(house.verdicts(Detector::Tempo), [Verdict::EndShift]);
    // Only the person it is about; and who proves presence anew may go on.
    house.pass(60);
    assert!(house.takes_one(&other).is_ok());
    let again = house.begin_shift();
    assert!(house.takes_one(&again).is_ok());
    assert!(house.watch_is_the_ledgers());
}

/// The look for which a shift ends is on record, and no picture comes of it; the document waits for another.
#[test]
fn whoever_is_stopped_by_a_look_gets_no_picture_for_it() {
    let mut house = House::watched_alone();
    // Decisions take their time, so that it is the looks that are too fast.
    let setup = Setup { tempo: serde_json::from_str(r#"{"settings":{"glance":0}}"#).unwrap(), ..Setup::default() };
    house.restart_with_watch(&setup);
    fill(&mut house, 20);
    let shift = house.begin_shift();
    let (pictures, refusal) = take_fast(&mut house, &shift, 20);
    let viewed = house.events(|what| matches!(what, What::Viewed { .. }));
    assert_eq!((viewed, refusal), (pictures + 1, Some(Refusal::ShiftOver)));
    assert_eq!(house.events(|what| matches!(what, What::Lapsed { .. })), 1);
}

/// M19, M20: a stolen session that shows an assignment again and again is stopped within ten refusals.
#[test]
fn whoever_replays_assignments_loses_the_shift_within_ten_refusals() {
    let mut house = House::watched_alone();
    fill(&mut house, 2);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.view(&shift, assignment).unwrap();
    let refusals: Vec<_> = (0..10).map(|_| house.view(&shift, assignment).unwrap_err()).collect();
    let (counted, over) = refusals.split_at(8);
    assert!(counted.iter().all(|refusal| *refusal == Refusal::AlreadyViewed), "{refusals:?}");
    assert!(over.iter().all(|refusal| *refusal == Refusal::ShiftOver), "{refusals:?}");
    assert_eq!(house.verdicts(Detector::Enumeration), [Verdict::EndShift]);
    assert!(house.watch_is_the_ledgers());
}

/// M19: a program that is refused and goes on asking.
#[test]
fn whoever_presses_on_over_their_budget_loses_the_shift() {
    let mut house = House::watched();
    let mut setup = Setup::default();
    *setup.switch(Detector::Tempo) = Switch::Off;
    house.restart_with_watch(&setup);
    fill(&mut house, 12);
    let shift = house.begin_shift();
    for _ in 0..5 {
        house.takes_one(&shift).unwrap();
        house.pass(11);
    }
    let refusals: Vec<_> = (0..6).map(|_| house.try_next(&shift).unwrap_err().to_string()).collect();
    assert_eq!(refusals, ["too_fast", "too_fast", "too_fast", "too_fast", "shift_over", "shift_over"]);
    assert_eq!(house.verdicts(Detector::Pressing), [Verdict::EndShift]);
}

/// M20, M26: a hundred thousand tries from everywhere are some tens of entries, and nobody on shift feels them.
#[test]
fn a_flood_from_outside_costs_few_entries_and_shuts_nothing() {
    let mut house = House::watched_alone();
    fill(&mut house, 1);
    let shift = house.begin_shift();
    let before = house.bodies().len();
    (0..20_000).for_each(|number| drop(house.try_a_link(number % 500)));
    house.pass(60);
    house.tick();
    let entries = house.bodies().len() - before;
    assert!(entries < 120, "{entries}");
    let found = house.findings();
    assert!(!found.is_empty() && found.iter().all(|finding| finding.verdict() <= Verdict::Deny));
    assert!(house.takes_one(&shift).is_ok());
    assert!(house.watch_is_the_ledgers());
}

/// M7, M20, M26: a site that tries check after check is refused for a quarter of an hour, over a restart too.
#[test]
fn a_site_that_tries_numbers_is_refused_for_a_while() {
    let mut house = House::watched();
    let (check, _) = house.submit("one");
    let tried: Vec<_> = (1..=10).map(|number| house.withdraw_nothing(number)).collect();
    assert_eq!(tried[..8], [Refusal::NotFound; 8]);
    assert_eq!(tried[8..], [Refusal::Denied; 2]);
    house.restart_after(10);
    let call = house.signed_withdrawal(check);
    assert_eq!(house.gate(GateRequest::Withdraw { check, call }).unwrap_err(), Refusal::Denied);
    // Its members are not stopped for what it did.
    house.submit("two");
    house.pass(DENY_SECONDS);
    let call = house.signed_withdrawal(check);
    assert!(house.gate(GateRequest::Withdraw { check, call }).is_ok());
    assert!(house.watch_is_the_ledgers());
}

/// Sessions that are ridden one after the other, each until it is stopped; what the next documents of each come to.
fn ride(house: &mut House, shifts: &[ShiftToken]) -> Vec<Option<Refusal>> {
    shifts.iter().map(|shift| take_fast(house, shift, 20).1).collect()
}

/// M19, M26: three people who do within the hour what each is stopped for lock the vault down; on record with its
/// evidence, and no start brings the keys back.
#[test]
fn sessions_that_are_ridden_together_lock_the_vault_down() {
    let mut house = House::watched_alone();
    let (shifts, _) = house.three_assigned();
    fill(&mut house, 60);
    // Two pause the house; the third goes on when the pause is over, within the hour.
    ride(&mut house, &shifts[..2]);
    house.live_until(house.now() + sekisho_core::watch::PAUSE_SECONDS);
    ride(&mut house, &shifts[2..]);
    assert_eq!(house.verdicts(Detector::Together).last(), Some(&Verdict::Lockdown));
    assert!(house.engine().is_locked_down());
    let ordered = house.findings_of_lockdown();
    assert!(ordered.starts_with("3 people did within"), "{ordered}");
    assert!(house.watch_is_the_ledgers());
    let locked = house.restart_locked_after(1);
    assert!(locked.unlock(house::PASSPHRASE).is_err(), "as a service manager does it");
}

/// M19, M26: two people who do within the hour what each is stopped for pause the house for a quarter of an hour, over a
/// restart too; it ends by itself, and intake goes on.
#[test]
fn two_sessions_that_are_ridden_pause_the_house_for_a_quarter_of_an_hour() {
    let mut house = House::watched_alone();
    house.enrol_second_reviewer();
    fill(&mut house, 60);
    let shifts = [house.begin_shift(), house.begin_second_reviewers_shift()];
    ride(&mut house, &shifts);
    let paused = house.now();
    assert_eq!(house.verdicts(Detector::Together), [Verdict::Pause]);
    assert!(!house.engine().is_locked_down());
    house.restart_after(10);
    let shift = house.begin_shift();
    assert_eq!(house.next_refused(&shift), Refusal::Paused);
    house.submit("meanwhile");
    house.pass(sekisho_core::watch::PAUSE_SECONDS - house.now().since(paused));
    assert!(house.takes_one(&shift).is_ok());
    assert!(house.watch_is_the_ledgers());
}

/// M26: one person, who begins a shift again and again, shuts the house for nobody.
#[test]
fn one_person_however_often_shuts_nothing() {
    let mut house = House::watched_alone();
    house.enrol_second_reviewer();
    fill(&mut house, 60);
    let other = house.begin_second_reviewers_shift();
    for _ in 0..5 {
        let shift = house.begin_shift();
        take_fast(&mut house, &shift, 20);
    }
    assert_eq!(house.verdicts(Detector::Together), []);
    assert!(house.verdicts(Detector::Tempo).len() >= 5);
    assert!(house.takes_one(&other).is_ok());
}

/// M7, M20: the gate is told whom to refuse with the very answer to what made it so, and how long.
#[test]
fn the_gate_is_told_at_once_whom_to_refuse() {
    let mut house = House::watched();
    let told: Vec<_> = (0..8).map(|_| house.try_a_link(7).len()).collect();
    assert_eq!(told, [0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(house.try_a_link(8)[0].until, house.now() + DENY_SECONDS);
    // A site that asks about others' members: five, told to the ledger at the first, the fourth and the eighth.
    let sites: Vec<_> = (0..8).map(|_| house.ask_about_others().len()).collect();
    assert_eq!(sites, [1, 1, 1, 1, 1, 1, 1, 2]);
    assert_eq!(house.verdicts(Detector::Strangers), [Verdict::Deny]);
    house.pass(DENY_SECONDS);
    assert_eq!(house.try_a_link(9), []);
    assert!(house.watch_is_the_ledgers());
}

/// M7, M19, M26: whoever sends forged calls in a site's name is refused by their network within ten, and nothing comes of
/// it for the site; code in the gate's place, that names no network, is told of and stops nobody.
#[test]
fn whoever_forges_a_sites_signature_is_refused_and_the_site_is_not() {
    let mut house = House::watched();
    let (check, _) = house.submit("one");
    let told: Vec<_> = (0..8).map(|_| house.forge_a_call(7).len()).collect();
    assert_eq!(told, [0, 0, 0, 0, 0, 0, 0, 1]);
    house.pass(11);
    let denial = house.forge_a_call(8).remove(0);
    assert_eq!((denial.of, denial.until), (Closed::Calls, house.now() + DENY_SECONDS - 11));
    assert!(matches!(denial.who, Outsider::Network(_)), "{:?}", denial.who);
    assert_eq!(house.verdicts(Detector::Forgery), [Verdict::Deny]);
    let call = house.signed_withdrawal(check);
    assert!(house.gate(GateRequest::Withdraw { check, call }).is_ok(), "the site itself is heard");
    let before = house.findings().len();
    for _ in 0..10 {
        assert_eq!(house.submit_forged().unwrap_err(), Refusal::BadSignature);
    }
    let found = house.findings().split_off(before);
    assert!(!found.is_empty() && found.iter().all(|finding| finding.verdict() == Verdict::Note), "{found:?}");
    assert!(house.watch_is_the_ledgers());
}

/// M20: what the desk refused by role to somebody who named it, and what it was made to ask all the same.
#[test]
fn whoever_names_what_their_role_may_not_see_loses_the_shift_within_ten_refusals() {
    let mut house = House::watched();
    let (told, shift) = (house.begin_shift(), house.begin_shift_as(Role::Officer));
    let tries = |house: &mut House, shift: &ShiftToken| {
        let tried = (0..10_u64).map(|place| match place % 2 {
            0 => house.desk(DeskRequest::Tried(shift.clone())).unwrap_err(),
            _ => house.desk(DeskRequest::Entries { shift: shift.clone(), places: vec![place] }).unwrap_err(),
        });
        tried.collect::<Vec<_>>()
    };
    let tried = tries(&mut house, &told);
    assert_eq!((&tried[..8], &tried[8..]), (&[Refusal::NotAllowed; 8][..], &[Refusal::ShiftOver; 2][..]));
    assert_eq!(house.verdicts(Detector::Enumeration), [Verdict::EndShift]);
    assert!(house.desk(DeskRequest::Entries { shift, places: vec![0] }).is_ok(), "an officer reads the ledger");
    assert!(house.watch_is_the_ledgers());
}

/// Whoever decides twice by a slip of the hand is left alone; who decides what was never theirs is not.
#[test]
fn a_second_click_is_no_attack() {
    let mut house = House::watched();
    fill(&mut house, 1);
    let shift = house.begin_shift();
    let assignment = house.next(&shift).unwrap();
    house.pass(20);
    house.view(&shift, assignment).unwrap();
    house.pass(20);
    house.decide(&shift, assignment, Reason::OldEnough).unwrap();
    let again: Vec<_> = (0..20).map(|_| house.decide(&shift, assignment, Reason::OldEnough)).collect();
    assert_eq!(again, [Err(Refusal::AssignmentOver); 20]);
    assert_eq!(house.findings(), []);
    let guess = |n| sekisho_core::id::AssignmentId::from_bytes([n; 16]);
    let guessed: Vec<_> = (0..8).map(|n| house.decide(&shift, guess(n), Reason::OldEnough)).collect();
    assert_eq!(guessed, [Err(Refusal::AssignmentOver); 8]);
    assert_eq!(house.verdicts(Detector::Enumeration), [Verdict::EndShift]);
}

/// A detector that is only tried finds the same, and nothing comes of it; one that is off finds nothing.
#[test]
fn a_detector_can_be_tried_before_it_is_switched_on() {
    for (switch, findings) in [(Switch::Shadow, 2), (Switch::Off, 0)] {
        let mut house = House::watched_alone();
        house.restart_with_watch(&Setup::all(switch));
        fill(&mut house, 14);
        let shift = house.begin_shift();
        assert_eq!(take_fast(&mut house, &shift, 14), (14, None));
        let found = house.findings();
        assert!(found.len() >= findings && found.iter().all(|finding| finding.verdict() == Verdict::Note), "{found:?}");
        assert_eq!(found.is_empty(), findings == 0);
        assert!(house.watch_is_the_ledgers());
    }
}

/// How the detectors are set is on record, holds over later starts that don't name it, and everybody is told.
#[test]
fn who_sets_the_detectors_is_on_record() {
    let mut house = House::watched();
    let set = |house: &mut House| house.events(|what| matches!(what, What::WatchSet { .. }));
    assert_eq!(set(&mut house), 0, "the default needs no word");
    house.restart_with_watch(&Setup::all(Switch::Shadow));
    house.restart_after(1);
    house.restart_with_watch(&Setup::all(Switch::Shadow));
    assert_eq!(set(&mut house), 1);
    let shift = house.begin_shift_as(Role::Officer);
    let Ok(DeskAnswer::Alerts(alerts)) = house.desk(DeskRequest::Alerts(shift)) else { panic!("no alerts") };
    assert!(alerts.alerts.iter().any(|alert| alert.kind == "watch_set"));
}

/// A whole story with attacks and restarts in its midst, over several days.
fn story(house: &mut House) {
    fill(house, 60);
    house.batch_of_good_and_bad();
    for day in 0..3 {
        let shift = house.begin_shift();
        for _ in 0..4 {
            house.pass(25);
            house.takes_one(&shift).unwrap();
        }
        take_fast(house, &shift, 12);
        house.restart_after(3);
        let shift = house.begin_shift();
        let assignment = house.next(&shift).unwrap();
        (0..5).for_each(|_| drop(house.view(&shift, assignment)));
        (0..30).for_each(|number| drop(house.try_a_link(number % 3)));
        house.withdraw_nothings(100 * day..=100 * day + 3);
        house.restart_after(70);
        let shift = house.begin_shift();
        (0..9).for_each(|_| drop(house.view(&shift, assignment)));
        house.live_until(house.now() + HOUR);
    }
}

/// M20: nothing is forgotten, and nothing is found that a replay doesn't find.
#[test]
fn what_is_found_live_is_what_a_replay_of_the_ledger_finds() {
    let mut house = House::watched_alone();
    story(&mut house);
    let found = house.findings();
    for detector in [Detector::Tempo, Detector::Enumeration] {
        assert!(found.iter().any(|finding| finding.detector == detector), "{detector}: {found:?}");
    }
    assert!(found.iter().any(|finding| matches!(finding.cause, Cause::Outside { .. })));
    assert!(
        found.iter().any(|finding| matches!(finding.cause, Cause::Person { verdict: PersonVerdict::EndShift, .. }))
    );
    assert!(house.watch_is_the_ledgers());
}

/// M20: what is stored saves time and nothing else: with it, without it, or with one that can't be read, a start knows
/// the same.
#[test]
fn what_is_stored_of_the_watch_only_saves_time() {
    let mut house = House::watched_alone();
    let first = house.watch_stored();
    for number in 0..30 {
        house.withdraw_nothing(number);
        house.pass(20);
    }
    house.tick();
    assert_eq!(house.watch_stored(), first, "not for every entry");
    house.live_until(house.now() + HOUR);
    assert!(house.watch_stored() > first);
    house.withdraw_nothings(100..=110);
    for damage in [None, Some("{}"), Some("not even JSON")] {
        damage.into_iter().for_each(|state| house.damage_watch(state));
        house.restart_after(1);
        assert!(house.watch_is_the_ledgers(), "{damage:?}");
    }
}

/// M20: a restored installation goes on watching where it was.
#[test]
fn a_restored_watch_remembers_what_the_ledger_does() {
    for journal in [true, false] {
        let mut house = House::watched_alone();
        fill(&mut house, 9);
        house.withdraw_nothings(1..=3);
        let backup = house.back_up();
        house.withdraw_nothings(4..=6);
        let noted = house.noted_after(&backup);
        if journal {
            house.restore_with_journal(&backup).unwrap();
            assert!(house.watch_is_the_ledgers());
        } else {
            house.restore_without_journal(&backup, noted).unwrap();
        }
        let further = (7..=20).take_while(|number| house.withdraw_nothing(*number) == Refusal::NotFound).count();
        // It takes eight in ten minutes, told to the ledger at the first, the fourth, the eighth: six were before, or
        // three.
        assert_eq!(further, if journal { 4 } else { 8 });
    }
}
