//! Loosening the registry after the first real check: two officers' passkeys over the change, and a day.

use sekisho_core::{
    budget::Windows,
    change::{Changing, Loosening},
    policy::Policy,
};

use super::{house::Hand, *};
use crate::wire::{Change, SiteView};

const DAY: u64 = 24 * HOUR;

const OFFICER: Hand = Hand::Of(Role::Officer);

fn reviewer() -> Change {
    Change::Staff { name: "reviewer-2".into(), role: Role::Reviewer }
}

fn is_changing(what: &What) -> bool {
    matches!(what, What::Changing { .. })
}

/// M15: told at once, approved by two, made after a day; each step on record, without the person's name.
#[test]
fn two_officers_passkeys_and_a_day_let_somebody_new_look() {
    let mut house = House::in_use();
    let change = house.propose(Role::Administrator, reviewer()).unwrap();
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet);
    house.approve(OFFICER, change).unwrap();
    assert_eq!(house.changes()[0].ripe, None, "one is not two");
    house.pass(2 * DAY);
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet, "a day alone is not two officers");
    house.approve(Hand::SecondOfficer, change).unwrap();
    house.pass(DAY - HOUR);
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet, "the day begins with the second one");
    house.pass(HOUR);
    let Ok(DeskAnswer::Invitation { invitation, .. }) = house.make(change) else { panic!("no invitation") };
    assert_eq!(house.comes_in(&invitation), Role::Reviewer);
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotFound, "it is made once");
    assert_eq!(house.events(is_changing), 4);
    let told = |what: &What| {
        matches!(
            what,
            What::Changing { change: Changing::Proposed { what: Loosening::Staff { role: Role::Reviewer }, .. } }
        )
    };
    assert_eq!(house.events(told), 1);
    assert!(house.bodies().iter().all(|body| !String::from_utf8_lossy(body).contains("reviewer-2")));
}

/// M15: an assertion counts for its own change and its own person, and once.
#[test]
fn neither_one_officer_twice_nor_anothers_passkey_nor_a_shifts_touch_approves() {
    let mut house = House::in_use();
    let change = house.propose(Role::Officer, reviewer()).unwrap();
    house.approve(OFFICER, change).unwrap();
    assert_eq!(house.approve(OFFICER, change).unwrap_err(), Refusal::BadRequest);
    assert_eq!(house.approve_twice(Hand::SecondOfficer, change), (Ok(()), Err(Refusal::BadPasskey)));
    let (reviewers, seconds) = (1, 9);
    for passkey in [reviewers, seconds] {
        assert_eq!(house.approve_with(OFFICER, change, passkey).unwrap_err(), Refusal::BadPasskey, "{passkey}");
    }
    assert_eq!(house.approve_with_a_touch().unwrap_err(), Refusal::BadPasskey);
    for role in [Role::Administrator, Role::Reviewer] {
        assert_eq!(house.approve(Hand::Of(role), change).unwrap_err(), Refusal::NotAllowed, "{role:?}");
    }
    assert_eq!(house.changes()[0].approved.len(), 2);
}

/// M15: any officer cancels it, also when it could be made already.
#[test]
fn an_officer_cancels_it_and_it_is_gone() {
    let mut house = House::in_use();
    let change = house.propose(Role::Administrator, reviewer()).unwrap();
    house.approve(OFFICER, change).unwrap();
    house.approve(Hand::SecondOfficer, change).unwrap();
    house.pass(DAY);
    assert_eq!(house.cancel(Role::Reviewer, change).unwrap_err(), Refusal::NotAllowed);
    house.cancel(Role::Officer, change).unwrap();
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotFound);
    assert!(house.changes().is_empty());
}

/// Whoever removes an officer to be rid of their word has removed their approval, too.
#[test]
fn an_approval_ends_with_its_officer_and_a_change_lapses_after_a_week() {
    let mut house = House::in_use();
    let change = house.propose(Role::Administrator, reviewer()).unwrap();
    house.approve(OFFICER, change).unwrap();
    house.approve(Hand::SecondOfficer, change).unwrap();
    house.remove_the_second_officer();
    house.pass(DAY);
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotAllowed);
    // With one officer left an administrator's passkey is the second one.
    house.approve(Hand::Of(Role::Administrator), change).unwrap();
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet, "the day begins anew with who came in the place");
    house.pass(8 * DAY);
    assert!(house.changes().is_empty());
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotFound);
}

/// M15: whoever removes everybody else is one person, and one person is not enough.
#[test]
fn an_administrator_who_is_left_alone_loosens_nothing() {
    let mut house = House::in_use();
    let change = house.propose(Role::Administrator, reviewer()).unwrap();
    house.remove_all_officers();
    house.approve(Hand::Of(Role::Administrator), change).unwrap();
    house.pass(DAY);
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet);
}

/// M15: a site and a policy wait as people do. A site that is registered anew keeps the budget that it has by then: it
/// may have been tightened since the change was proposed, and nobody was asked to loosen that.
#[test]
fn a_site_and_a_policy_come_in_by_the_same_way_and_a_sites_budget_stays() {
    let mut house = House::in_use();
    let site = SiteView { return_prefix: "https://site-a.example/elsewhere/".into(), ..house.site() };
    let policy = Policy { version: 2, ..house.policy() };
    let budget = Some(Windows { minute: 1, hour: 2, day: 3, three_days: 4 });
    let changes = [Change::Site(Box::new(site.clone())), Change::Policy(Box::new(policy))];
    let proposed = changes.map(|change| house.propose(Role::Administrator, change).unwrap());
    for change in proposed {
        house.approve(OFFICER, change).unwrap();
        house.approve(Hand::SecondOfficer, change).unwrap();
        assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet);
    }
    let shift = house.begin_shift_as(Role::Officer);
    house.desk(DeskRequest::SetSiteBudget { shift, site: site.name.clone(), budget }).unwrap();
    house.pass(DAY);
    for change in proposed {
        assert!(matches!(house.make(change), Ok(DeskAnswer::Done)));
    }
    assert_eq!(house.site(), SiteView { budget, ..site });
    assert_eq!(house.policy().version, 2);
}

/// A clock that leapt a day is no day.
#[test]
fn while_the_time_is_in_doubt_nothing_is_made() {
    let mut house = House::in_use();
    let change = house.propose(Role::Administrator, reviewer()).unwrap();
    house.approve(OFFICER, change).unwrap();
    house.approve(Hand::SecondOfficer, change).unwrap();
    house.pass(DAY);
    house.leap(2 * DAY);
    assert_eq!(house.make(change).unwrap_err(), Refusal::TimeInDoubt);
}

/// It outlives the process; a restore of a backup brings none back that may have been cancelled since.
#[test]
fn a_change_outlives_the_process_and_no_restore() {
    let mut house = House::in_use();
    house.propose(Role::Administrator, reviewer()).unwrap();
    house.restart_after(MINUTE);
    assert_eq!(house.changes().len(), 1);
    let backup = house.back_up();
    house.restore_with_journal(&backup).unwrap();
    assert!(house.changes().is_empty());
}
