//! Budgets as the engine keeps them: durable, beside the ledger's entry, and counted against the asker alone.

use sekisho_core::{
    budget::{Kind, Limits, Relief, Subject, Window, Windows},
    check::LookReason,
};

use super::*;
use crate::wire::{BudgetSpent, ShiftToken, Whose};

const PERSON: fn(&Subject) -> bool = |of| matches!(of, Subject::Person(_));
const DEVICE: fn(&Subject) -> bool = |of| matches!(of, Subject::Device(_));
const SITE: fn(&Subject) -> bool = |of| matches!(of, Subject::Site(_));
const VAULT: fn(&Subject) -> bool = |of| matches!(of, Subject::Vault);

/// Gives and opens one document after the other without waiting; then who was refused, and how.
fn take_all(house: &mut House, shift: &ShiftToken) -> (usize, Refusal) {
    for taken in 0.. {
        let seen = house.try_next(shift).and_then(|next| {
            let assignment = next.expect("enough waits");
            house.view(shift, assignment)?;
            house.decide(shift, assignment, Reason::OldEnough)
        });
        match seen {
            Ok(_) => {}
            Err(Refusal::TouchNeeded) => house.touch(shift),
            Err(refusal) => return (taken, refusal),
        }
    }
    unreachable!("it never ends")
}

fn fill(house: &mut House, count: usize) {
    let from = house.events(|what| matches!(what, What::Received { .. }));
    (0..count).for_each(|number| {
        house.submit(&format!("check-{}", from + number));
    });
}

fn spent(refusal: Refusal) -> BudgetSpent {
    let Refusal::BudgetSpent(spent) = refusal else { panic!("{refusal}") };
    spent
}

/// M19: the control shows that without limits the same asking takes everything.
#[test]
fn a_session_that_does_not_wait_gets_a_minutes_documents_and_is_told_when_to_come_back() {
    let mut open = House::with_limits(Limits::endless());
    fill(&mut open, 12);
    let shift = open.begin_shift();
    let taken = (0..12).filter(|_| open.takes_one(&shift).is_ok()).count();
    assert_eq!(taken, 12, "the control");
    let mut house = House::founded();
    fill(&mut house, 12);
    let (shift, began) = (house.begin_shift(), house.now());
    let (taken, refusal) = take_all(&mut house, &shift);
    let expected = BudgetSpent { whose: Whose::Own, window: Window::Minute, limit: 5, frees: Some(began + MINUTE) };
    assert_eq!((taken, spent(refusal), refusal.to_string()), (5, expected, "too_fast".into()));
    assert_eq!(house.events(|what| matches!(what, What::Viewed { .. })), 5);
    assert_eq!(house.events(|what| matches!(what, What::Assigned { .. })), 5, "what can't be opened isn't given");
    house.pass(MINUTE);
    assert!(house.takes_one(&shift).is_ok());
}

/// M19: a restart in the midst of an attack forgets nothing; nor do many.
#[test]
fn a_restart_gives_nobody_a_new_budget() {
    let mut house = House::founded();
    fill(&mut house, 12);
    let mut taken = 0;
    for _ in 0..4 {
        let shift = house.begin_shift();
        taken += take_all(&mut house, &shift).0;
        house.restart_after(10);
    }
    assert_eq!(taken, 5, "within 40 seconds");
    house.pass(20);
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 5);
}

/// M19: a clock that is set back, at a start that knows no better, brings no budget back.
#[test]
fn a_clock_that_is_set_back_before_a_start_gives_nobody_a_new_budget() {
    let mut house = House::founded();
    fill(&mut house, 12);
    house.tick();
    house.pass(14);
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 5);
    house.leap_back(14);
    house.restart_after(1);
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 0);
}

/// M19: neither a new shift nor another sign-in is a new budget, and the day's is one day's.
#[test]
fn a_session_at_any_pace_gets_a_persons_day() {
    let mut house = House::with_limits(Limits {
        person: Windows { minute: 5, hour: 8, day: 11, three_days: 14 },
        device: Windows { minute: 5, hour: 8, day: 11, three_days: 14 },
        relief: Relief { after_hours: 6, day_at_most: 4 },
        ..Limits::default()
    });
    fill(&mut house, 20);
    let (began, mut taken) = (house.now(), 0);
    for hours in [1, 2, 24, 25, 48, 71] {
        while house.now() < began + hours * HOUR {
            let shift = house.begin_shift();
            taken += take_all(&mut house, &shift).0;
            house.pass(5 * MINUTE);
        }
        let most = [8, 11, 11, 14, 14, 14][[1, 2, 24, 25, 48, 71].iter().position(|h| *h == hours).unwrap()];
        assert!(taken <= most, "{taken} in {hours} hours");
    }
    assert_eq!(taken, 14);
}

/// M19: one asker's refusals cost nobody else anything.
#[test]
fn whoever_is_refused_is_refused_alone() {
    let mut house = House::founded();
    house.enrol_second_reviewer();
    fill(&mut house, 12);
    let shift = house.begin_shift();
    take_all(&mut house, &shift);
    (0..50).for_each(|_| assert_eq!(house.next_refused(&shift).to_string(), "too_fast"));
    let other = house.begin_second_reviewers_shift();
    assert_eq!(take_all(&mut house, &other).0, 5);
}

/// M19: second looks come out of what arrived too; where none are left, what nobody looked at is given out.
#[test]
fn second_looks_are_a_share_of_what_arrived() {
    let slack = Windows::each(|_| 0);
    let mut house = House::with_limits(Limits { slack, again_percent: 50, ..Limits::default() });
    fill(&mut house, 2);
    let mut refused = Vec::new();
    for _ in 0..4 {
        let shift = house.begin_shift();
        match house.try_next(&shift) {
            Ok(next) => drop(house.view_again(&shift, next.unwrap(), Some(LookReason::InDoubt)).unwrap()),
            Err(refusal) => refused.push(refusal.to_string()),
        }
        house.pass(10 * MINUTE);
        house.tick();
    }
    assert_eq!((house.distinct_viewed(), refused), (2, vec!["vault_budget_spent".to_owned()]));
    assert_eq!((house.metered(Kind::Opened, VAULT), house.metered(Kind::Again, VAULT)), (2, 1));
}

/// M19: a second look costs, a third needs a reason, and the reason stands in the ledger.
#[test]
fn a_third_look_at_a_document_needs_a_reason() {
    let mut house = House::founded();
    fill(&mut house, 1);
    for look in 1..=3 {
        let shift = house.begin_shift();
        let assignment = house.next(&shift).unwrap();
        if look == 3 {
            assert_eq!(house.view(&shift, assignment), Err(Refusal::LookReasonNeeded));
            assert!(house.view_again(&shift, assignment, Some(LookReason::CutShort)).is_ok());
        } else {
            assert!(house.view(&shift, assignment).is_ok());
        }
        house.pass(10 * MINUTE);
        house.tick();
    }
    let reasons =
        |house: &mut House, reason| house.events(|what| matches!(what, What::Viewed { again, .. } if *again == reason));
    assert_eq!((reasons(&mut house, None), reasons(&mut house, Some(LookReason::CutShort))), (2, 1));
    assert_eq!((house.metered(Kind::Opened, VAULT), house.metered(Kind::Again, VAULT)), (1, 2));
    assert_eq!((house.metered(Kind::Opened, PERSON), house.metered(Kind::Again, PERSON)), (1, 2));
    assert_eq!((house.metered(Kind::Opened, DEVICE), house.metered(Kind::Again, DEVICE)), (1, 2));
}

/// M19: what a look cost is found at a start, whether a tick wrote it down before or not, and counts once.
#[test]
fn a_look_counts_once_before_it_is_written_down_and_after() {
    let mut house = House::founded();
    fill(&mut house, 4);
    let shift = house.begin_shift();
    house.takes_one(&shift).unwrap();
    assert_eq!((house.metered(Kind::Opened, PERSON), house.unwritten_looks()), (1, 1), "no tick yet");
    house.tick();
    assert_eq!((house.metered(Kind::Opened, PERSON), house.unwritten_looks()), (1, 0));
    house.takes_one(&shift).unwrap();
    house.restart_after(1);
    house.tick();
    house.tick();
    assert_eq!(house.metered(Kind::Opened, PERSON), 2);
}

/// What arrived ends once, whatever ends it.
#[test]
fn every_arrival_is_counted_and_ends_once() {
    let mut house = House::founded();
    let (check, _) = house.submit("withdrawn");
    fill(&mut house, 2);
    let call = house.signed_withdrawal(check);
    house.gate(GateRequest::Withdraw { check, call }).unwrap();
    house.review(Reason::OldEnough).unwrap();
    house.live_until(house.now() + 73 * HOUR);
    for whose in [SITE, VAULT] {
        assert_eq!((house.metered(Kind::Arrived, whose), house.metered(Kind::Ended, whose)), (3, 3));
    }
}

/// M19: an upgrade in the midst of an attack forgets nothing either.
#[test]
fn what_was_opened_before_budgets_were_kept_counts() {
    let mut house = House::founded();
    fill(&mut house, 12);
    let shift = house.begin_shift();
    take_all(&mut house, &shift);
    house.forget_budgets();
    house.restart_after(1);
    assert_eq!((house.metered(Kind::Opened, VAULT), house.metered(Kind::Arrived, VAULT)), (5, 7));
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 0);
}

/// M19: what the journal alone still knew after a fire counts as well.
#[test]
fn a_restore_counts_what_was_opened_after_the_backup() {
    let mut house = House::founded();
    house.tick();
    let backup = house.back_up();
    fill(&mut house, 6);
    let shift = house.begin_shift();
    take_all(&mut house, &shift);
    house.tick();
    house.restore_with_journal(&backup).unwrap();
    house.restart_after(1);
    assert_eq!((house.metered(Kind::Opened, PERSON), house.metered(Kind::Arrived, SITE)), (5, 6));
    assert_eq!(house.metered(Kind::Ended, SITE), 6, "what was undecided is lost");
    fill(&mut house, 6);
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 0, "within the same minute");
}

// ---------------------------------------------------------------- settings

fn windows(minute: u64, day: u64) -> Windows {
    Windows { minute, hour: day, day, three_days: day }
}

/// M19: a site sets its own within the vault's; it is tightened at once, and loosened only while founding.
#[test]
fn a_sites_own_budget_is_tightened_at_once_and_loosened_only_while_founding() {
    let mut house = House::in_production();
    let shift = house.begin_shift_as(Role::Administrator);
    let set = |house: &mut House, budget| {
        let (shift, site) = (shift.clone(), "site-a".parse().unwrap());
        house.desk(DeskRequest::SetSiteBudget { shift, site, budget }).map(|_| ())
    };
    assert_eq!(set(&mut house, Some(windows(2, 3))), Ok(()));
    assert_eq!(set(&mut house, Some(windows(2, 4))), Ok(()), "while founding");
    assert_eq!(set(&mut house, Some(windows(2, 1_000_000))), Err(Refusal::BadRequest));
    fill(&mut house, 6);
    assert_eq!(set(&mut house, Some(windows(2, 5))), Err(Refusal::AlreadyFounded));
    assert_eq!(set(&mut house, None), Err(Refusal::AlreadyFounded));
    assert_eq!(set(&mut house, Some(windows(2, 3))), Ok(()));
    let reviewer = house.begin_shift();
    let (taken, refusal) = take_all(&mut house, &reviewer);
    assert_eq!((taken, refusal.to_string()), (2, "site_budget_spent".into()));
    house.pass(MINUTE);
    assert_eq!(take_all(&mut house, &reviewer).0, 1);
    assert_eq!(house.events(|what| matches!(what, What::SiteBudgetSet { by: Some(_), .. })), 3);
}

/// M19: a site's first budget of its own is held against the one that the vault's limits give it.
#[test]
fn a_site_does_not_loosen_what_the_vault_sets_for_every_site() {
    let mut house = House::in_production();
    fill(&mut house, 6);
    house.restart_with_budget(&Limits { site: Some(windows(2, 3)), ..Limits::default() }).unwrap();
    let shift = house.begin_shift_as(Role::Administrator);
    let set = |house: &mut House, budget| {
        let (shift, site) = (shift.clone(), "site-a".parse().unwrap());
        house.desk(DeskRequest::SetSiteBudget { shift, site, budget }).map(|_| ())
    };
    assert_eq!(set(&mut house, Some(windows(2, 4))), Err(Refusal::AlreadyFounded));
    assert_eq!(set(&mut house, Some(windows(1, 3))), Ok(()));
    assert_eq!(set(&mut house, None), Err(Refusal::AlreadyFounded));
}

/// M10, M19: what later backups noted of budgets stays tightened in an older backup.
#[test]
fn an_older_backup_brings_no_looser_budget_back() {
    let mut house = House::in_production();
    fill(&mut house, 6);
    house.tick();
    let backup = house.back_up();
    let tight = Limits { site: Some(windows(2, 3)), ..Limits::default() };
    house.restart_with_budget(&tight).unwrap();
    let set = |house: &mut House, budget| {
        let (shift, site) = (house.begin_shift_as(Role::Administrator), "site-a".parse().unwrap());
        house.desk(DeskRequest::SetSiteBudget { shift, site, budget }).map(|_| ())
    };
    assert_eq!(set(&mut house, Some(windows(1, 3))), Ok(()));
    let noted = house.noted_after(&backup);
    house.restore_without_journal(&backup, noted).unwrap();
    assert_eq!(house.limits(), tight);
    assert_eq!(set(&mut house, Some(windows(2, 3))), Err(Refusal::AlreadyFounded), "the site's own is there too");
}

/// M19: M15.
#[test]
fn a_reviewer_sets_no_budget() {
    let mut house = House::founded();
    let (shift, site) = (house.begin_shift(), "site-a".parse().unwrap());
    assert!(matches!(
        house.desk(DeskRequest::SetSiteBudget { shift, site, budget: Some(windows(1, 1)) }),
        Err(Refusal::NotAllowed)
    ));
}

/// M19: what a start names tightens at once, and loosens nothing once the installation is in use.
#[test]
fn a_start_may_tighten_the_vaults_limits_and_never_loosen_them_in_use() {
    let mut house = House::in_production();
    fill(&mut house, 6);
    let person = Windows { minute: 2, ..Limits::default().person };
    let tight = Limits { person, device: person, again: windows(1, 1), ..Limits::default() };
    house.restart_with_budget(&tight).unwrap();
    let shift = house.begin_shift();
    assert_eq!(take_all(&mut house, &shift).0, 2);
    assert!(house.restart_with_budget(&Limits::default()).unwrap_err().to_string().contains("tighten only"));
    house.restart_after(1);
    assert_eq!(house.limits(), tight, "and goes on with what it had");
    let human = Limits { again_percent: 300, ..tight };
    assert!(house.restart_with_budget(&human).unwrap_err().to_string().contains("again_percent is 300"));
}

#[test]
fn a_status_says_what_is_allowed_and_what_was_opened() {
    let mut house = House::founded();
    fill(&mut house, 8);
    let shift = house.begin_shift();
    take_all(&mut house, &shift);
    house.pass(2 * MINUTE);
    house.takes_one(&shift).unwrap();
    let Ok(DeskAnswer::Status(status)) = house.desk(DeskRequest::Status) else { panic!("no status") };
    assert_eq!(status.budget.limits, Limits::default());
    assert_eq!(status.budget.opened, Windows { minute: 1, hour: 6, day: 6, three_days: 6 });
}
