//! Budgets against attackers, and counts against counting anew.

use alloc::{collections::BTreeSet, vec::Vec};

use proptest::prelude::*;

use super::*;
use crate::{
    id::{DeviceId, SiteName, StaffId},
    time::{HOUR, Timestamp},
};

const DAY: u64 = 24 * HOUR;
const START: Timestamp = Timestamp(1_795_000_000);

fn site() -> SiteName {
    "site-a".parse().unwrap()
}

/// A vault with budgets and nothing else: whoever asks gets what they allow.
struct Bench {
    limits: Limits,
    demand: Demand,
    memory: Memory,
}

impl Bench {
    fn with_waiting(waiting: u64) -> Self {
        let mut bench = Self { limits: Limits::default(), demand: Demand::default(), memory: Memory::default() };
        (0..waiting).for_each(|_| bench.arrive(START));
        bench
    }

    fn arrive(&mut self, at: Timestamp) {
        for subject in [Subject::Vault, Subject::Site(site())] {
            self.memory.add(Series::new(subject, Kind::Arrived), at);
        }
    }

    fn open(&mut self, person: u8, past: Past, at: Timestamp) -> Result<(), Refused> {
        self.look(person, past, false, at)
    }

    fn look(&mut self, person: u8, past: Past, with_reason: bool, at: Timestamp) -> Result<(), Refused> {
        let site = site();
        let (staff, device) = (StaffId::from_bytes([person; 16]), DeviceId::from_bytes([person; 16]));
        let look = Look { staff, device, site: &site, past, with_reason };
        let cost = decide(&self.limits, self.demand, &look, at, &self.memory).unwrap_or_else(|never| match never {})?;
        cost.0.into_iter().for_each(|series| self.memory.add(series, at));
        Ok(())
    }

    /// How many documents a person who asks every `gap` seconds has opened after `seconds`.
    fn taken(&mut self, person: u8, gap: u64, seconds: u64) -> usize {
        let times = (0..seconds.div_ceil(gap)).map(|turn| START + 1 + turn * gap);
        times.filter(|at| self.open(person, FRESH, *at).is_ok()).count()
    }
}

const FRESH: Past = Past { by_person: 0, with_device: 0, by_anybody: 0, reviewers: 1 };

/// M19: the control shows that without limits the same asking takes everything.
#[test]
fn a_session_that_does_not_wait_gets_a_persons_day_and_no_more() {
    let mut open = Bench::with_waiting(100_000);
    let endless = Windows::each(|_| u64::MAX);
    open.limits = Limits { person: endless, device: endless, ..Limits::default() };
    assert_eq!(open.taken(1, 1, HOUR), HOUR as usize);
    for (gap, seconds, most) in [(1, 60, 5), (1, HOUR, 120), (10, DAY, 150), (40, 3 * DAY, 450)] {
        let taken = Bench::with_waiting(10_000).taken(1, gap, seconds);
        assert_eq!(taken, most, "in {seconds} s");
    }
}

/// M19: a second device in the same hand, or the same device in two hands, allows no more.
#[test]
fn neither_a_second_person_nor_a_second_passkey_doubles_a_budget() {
    let mut bench = Bench::with_waiting(1_000);
    let site = site();
    let mut taken = 0;
    for turn in 0..400_u64 {
        let (person, device) = if turn < 200 { (1, turn as u8) } else { (turn as u8, 1) };
        let look = Look {
            staff: StaffId::from_bytes([person; 16]),
            device: DeviceId::from_bytes([device; 16]),
            site: &site,
            past: FRESH,
            with_reason: false,
        };
        let at = START + 1 + turn;
        if let Ok(Ok(cost)) = decide(&bench.limits, bench.demand, &look, at, &bench.memory) {
            cost.0.into_iter().for_each(|series| bench.memory.add(series, at));
            taken += 1;
        }
    }
    assert!(taken <= 40, "five a minute: {taken}");
}

#[test]
fn a_window_has_no_edge_at_which_it_doubles() {
    let mut bench = Bench::with_waiting(100);
    let burst = |bench: &mut Bench, at: u64| (0..10).filter(|_| bench.open(1, FRESH, START + at).is_ok()).count();
    assert_eq!((burst(&mut bench, 59), burst(&mut bench, 61), burst(&mut bench, 118)), (5, 0, 0));
    assert_eq!(burst(&mut bench, 119), 5);
}

#[test]
fn who_is_refused_is_told_which_budget_is_spent_and_when_it_frees() {
    let mut bench = Bench::with_waiting(100);
    (0..5).for_each(|turn| bench.open(1, FRESH, START + turn).unwrap());
    let Err(Refused::Spent(spent)) = bench.open(1, FRESH, START + 9) else { panic!("it was allowed") };
    assert_eq!((spent.window, spent.limit, spent.frees), (Window::Minute, 5, Some(START + 60)));
    assert!(bench.open(1, FRESH, START + 59).is_err() && bench.open(1, FRESH, START + 60).is_ok());
}

#[test]
fn a_second_look_comes_out_of_a_small_allowance_and_a_third_needs_a_reason() {
    let mut bench = Bench::with_waiting(1_000);
    let again = |looks| Past { by_person: looks, with_device: looks, by_anybody: looks, reviewers: 1 };
    assert!(bench.open(1, again(1), START + 1).is_ok() && bench.open(1, again(1), START + 2).is_ok());
    let Err(Refused::Spent(spent)) = bench.open(1, again(1), START + 3) else { panic!("it was allowed") };
    assert_eq!((spent.series.kind, spent.limit), (Kind::Again, 2));
    assert!(bench.open(1, FRESH, START + 3).is_ok(), "it costs no first look");
    assert_eq!(bench.open(2, again(2), START + 4), Err(Refused::ReasonNeeded));
    assert_eq!(bench.look(2, again(2), true, START + 4), Ok(()));
}

#[test]
fn a_second_person_whom_the_policy_asks_for_costs_the_vault_nothing() {
    let mut bench = Bench::with_waiting(1);
    bench.limits.slack = Windows::each(|_| 0);
    let second = Past { by_anybody: 1, reviewers: 2, ..FRESH };
    assert_eq!((bench.open(1, FRESH, START), bench.open(2, second, START + 1)), (Ok(()), Ok(())));
    let third = Past { by_anybody: 2, reviewers: 2, ..FRESH };
    assert_eq!(bench.open(3, third, START + 2), Err(Refused::ReasonNeeded));
    assert!(bench.look(3, third, true, START + 2).is_err(), "a quarter of one is none");
}

/// M19: all sessions at once get what arrived, and forged arrivals don't exist: they come with a site's signature.
#[test]
fn all_together_open_what_was_there_what_arrived_and_the_slack() {
    let mut bench = Bench::with_waiting(30);
    let mut taken = 0;
    for second in 1..=HOUR {
        if second % 60 == 0 {
            bench.arrive(START + second);
        }
        taken += (1..=40).filter(|person| bench.open(*person, FRESH, START + second).is_ok()).count();
    }
    // As nothing here ends a document that was opened, the backlog goes on counting; so the hour is what binds.
    let (waiting, arrived, slack) = (30, 60, 10);
    assert_eq!(taken, waiting + arrived + slack);
}

/// M19: a campaign trips nothing, and what was opened before raises nothing.
#[test]
fn the_vaults_budget_follows_arrivals_and_not_history() {
    let mut bench = Bench::with_waiting(0);
    for second in 0..HOUR {
        let at = START + second;
        bench.arrive(at);
        assert_eq!(bench.open((second % 60) as u8, FRESH, at), Ok(()), "ten times the usual load, at {second}");
        for subject in [Subject::Vault, Subject::Site(site())] {
            bench.memory.add(Series::new(subject, Kind::Ended), at);
        }
    }
    let later = START + HOUR + DAY * 3;
    let taken = (100..200).filter(|person| bench.open(*person, FRESH, later).is_ok()).count();
    assert_eq!(taken as u64, bench.limits.slack.minute, "nothing arrived since");
}

#[test]
fn what_is_left_over_is_divided_among_a_tenth_of_the_reviewers() {
    let mut bench = Bench::with_waiting(5_000);
    bench.demand = Demand { waiting_long: 400, reviewers: 39 };
    assert_eq!(bench.taken(1, 40, DAY), 150 + 100);
    bench.demand = Demand { waiting_long: 1_000_000, reviewers: 40 };
    assert_eq!(bench.taken(2, 40, DAY), 480);
    assert_eq!(bench.taken(3, 1, HOUR), 120, "an hour stays an hour");
}

#[test]
fn a_sites_own_limit_holds_beside_its_arrivals() {
    let mut bench = Bench::with_waiting(1_000);
    bench.limits = bench.limits.with_site(Windows { minute: 2, hour: 20, day: 20, three_days: 20 }).unwrap();
    let taken = (0..2 * HOUR).filter(|second| bench.open((second % 50) as u8, FRESH, START + *second).is_ok()).count();
    assert_eq!(taken, 20);
}

/// Openings as rows: who, which document, when. All else is counted anew from them.
fn recount(rows: &[(u8, u16, u64)], person: u8, from: u64, to: u64) -> usize {
    let first = |document: u16| rows.iter().find(|row| row.0 == person && row.1 == document).map(|row| row.2);
    let documents: BTreeSet<u16> = rows.iter().filter(|row| row.0 == person).map(|row| row.1).collect();
    documents.into_iter().filter_map(first).filter(|at| *at > from && *at <= to).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// M19: whatever is asked in whatever order, no window of any length at any second holds more than its limit, and
    /// what is counted on the way equals what is counted anew from the rows.
    #[test]
    fn no_window_ever_holds_more_than_its_limit(asked in prop::collection::vec((1..4_u8, 0..60_u16, 0..40_u64), 1..150)) {
        let mut bench = Bench::with_waiting(1_000);
        bench.limits.person = Windows { minute: 4, hour: 9, day: 20, three_days: 30 };
        bench.limits.device = bench.limits.person;
        let (mut rows, mut second): (Vec<(u8, u16, u64)>, u64) = (Vec::new(), START.0);
        for (person, document, gap) in asked {
            second += if gap > 37 { gap * 900 } else { gap };
            let mine = rows.iter().filter(|row| (row.0, row.1) == (person, document)).count() as u32;
            let all = rows.iter().filter(|row| row.1 == document).count() as u32;
            let past = Past { by_person: mine, with_device: mine, by_anybody: all, reviewers: 1 };
            if bench.look(person, past, true, Timestamp(second)).is_ok() {
                rows.push((person, document, second));
            }
        }
        for (person, _, at) in &rows {
            let series = Series::new(Subject::Person(StaffId::from_bytes([*person; 16])), Kind::Opened);
            for window in Window::ALL {
                let from = at - window.seconds();
                let anew = recount(&rows, *person, from, *at) as u64;
                prop_assert!(anew <= bench.limits.person.get(window));
                let Ok(until) = bench.memory.until(&series, Timestamp(*at));
                let Ok(before) = bench.memory.until(&series, Timestamp(from));
                prop_assert_eq!(until - before, anew, "{:?} {}", window, at);
            }
        }
    }
}
