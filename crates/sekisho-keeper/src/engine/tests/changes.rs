//! Loosening the registry after the first real check: two officers' passkeys over the change, and a day.

use sekisho_core::{
    budget::{Limits, Windows},
    change::{Changing, Loosening},
    policy::{Policy, Retention},
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

/// M15, M19: after the founding a larger budget waits like more people do, for a site and for the vault, and a smaller
/// one holds at once; what was proposed is held against what holds when it is made.
#[test]
fn a_larger_budget_waits_for_two_officers_and_a_day_and_a_smaller_one_holds_at_once() {
    let mut house = House::in_use();
    let (small, large) = (
        Windows { minute: 1, hour: 2, day: 3, three_days: 4 },
        Windows { minute: 2, hour: 8, day: 30, three_days: 60 },
    );
    let site = house.site().name;
    let set = |house: &mut House, budget| {
        let (shift, site) = (house.begin_shift_as(Role::Officer), site.clone());
        house.desk(DeskRequest::SetSiteBudget { shift, site, budget }).map(drop)
    };
    assert_eq!(set(&mut house, Some(small)), Ok(()));
    assert_eq!(set(&mut house, Some(large)), Err(Refusal::AlreadyFounded));
    let limits = house.limits();
    let looser = Limits { person: Windows { minute: 6, ..limits.person }, ..limits.clone() };
    let budget = Change::SiteBudget { site: site.clone(), budget: Some(large) };
    let proposed = [budget, Change::Limits(Box::new(looser.clone()))].map(|change| {
        let change = house.propose(Role::Administrator, change).unwrap();
        house.approve(OFFICER, change).unwrap();
        house.approve(Hand::SecondOfficer, change).unwrap();
        assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet);
        change
    });
    assert_eq!((house.site().budget, house.limits()), (Some(small), limits));
    house.pass(DAY);
    for change in proposed {
        assert!(matches!(house.make(change), Ok(DeskAnswer::Done)));
    }
    assert_eq!((house.site().budget, house.limits()), (Some(large), looser));
    assert_eq!(house.events(|what| matches!(what, What::SiteBudgetSet { by: Some(_), .. })), 2);
    let what = |what: &What| matches!(what, What::Changing { change: Changing::Proposed { what, .. } } if matches!(what, Loosening::SiteBudget { .. } | Loosening::Limits));
    assert_eq!(house.events(what), 2, "and all of it is told");
}

/// M15, M19: what could never be set is not proposed.
#[test]
fn a_budget_beyond_the_vaults_or_of_no_site_is_not_proposed() {
    let mut house = House::in_use();
    let endless = Windows { minute: 1 << 32, hour: 1 << 32, day: 1 << 32, three_days: 1 << 32 };
    let of = |site: &str, budget| Change::SiteBudget { site: site.parse().unwrap(), budget: Some(budget) };
    let small = Windows { minute: 1, hour: 2, day: 3, three_days: 4 };
    let mut propose = |change| house.propose(Role::Administrator, change).unwrap_err();
    assert_eq!(propose(of("site-a", endless)), Refusal::BadRequest);
    assert_eq!(propose(of("no-such-site", small)), Refusal::NotFound);
}

/// M15: a policy that keeps a picture for less long holds at once; one that keeps it for longer waits.
#[test]
fn a_policy_that_only_tightens_is_registered_at_once_and_a_longer_retention_waits() {
    let mut house = House::in_use();
    let now = house.policy();
    let kept = |version, picture_hours| {
        let retention = Retention { picture_hours, warn_hours: 1, ..now.retention.clone() };
        Policy { version, retention, ..now.clone() }
    };
    let hours = now.retention.picture_hours;
    let register = |house: &mut House, role, policy| {
        let shift = house.begin_shift_as(role);
        house.desk(DeskRequest::RegisterPolicy { shift, policy: Box::new(policy) }).map(drop)
    };
    assert_eq!(register(&mut house, Role::Reviewer, kept(2, hours - 1)), Err(Refusal::NotAllowed));
    assert_eq!(register(&mut house, Role::Officer, kept(2, hours - 1)), Ok(()));
    assert_eq!(register(&mut house, Role::Officer, kept(3, hours)), Err(Refusal::AlreadyFounded));
    let change = house.propose(Role::Officer, Change::Policy(Box::new(kept(3, hours)))).unwrap();
    house.approve(OFFICER, change).unwrap();
    house.approve(Hand::SecondOfficer, change).unwrap();
    assert_eq!(house.make(change).unwrap_err(), Refusal::NotYet);
    assert_eq!(house.policy().retention.picture_hours, hours - 1);
    house.pass(DAY);
    assert!(house.make(change).is_ok());
    assert_eq!(house.policy(), kept(3, hours));
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
