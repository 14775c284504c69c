//! What the board of the keeper that plays along shows: an empty house, a busy one, one under attack.

use sekisho_core::{
    budget::{Limits, Standing, Standings, Subject, Windows},
    check::Role,
    event::What,
    id::{DeviceId, DocumentId, ShiftId, StaffId},
    testing::Chance,
    watch::{Cause, Detector, Evidence, Finding, OutsideVerdict, PersonVerdict, observed::Outsider},
};
use sekisho_keeper::wire::{Board, Flow, LoggedEvent, OpenNow, Quarter, ShiftNow, Spending, StaffView};

use super::{NOW, keeper::staff_id};

/// What goes on in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Play {
    /// Nothing ever came in.
    Empty,
    /// An evening's work.
    Busy,
    /// Somebody opens faster than a person can look, with a reviewer's session.
    Attack,
}

/// What a detector says under attack, and where the events stand that it says it of.
pub(super) fn findings(places: Vec<u64>) -> [What; 2] {
    let evidence = |places| Evidence { places, count: 25, seconds: 41 };
    let staff = StaffId::from_bytes(staff_id(Role::Reviewer));
    let network = Outsider::Network(sekisho_core::id::NetworkId::from_bytes([8; 16]));
    let outside = Cause::Outside { asker: network, verdict: OutsideVerdict::Deny };
    [
        Finding::new(Detector::Enumeration, outside, evidence(Vec::new())),
        Finding::of_person(Detector::Tempo, staff, PersonVerdict::EndShift, evidence(places)),
    ]
    .map(|finding| What::Found { finding })
}

pub(super) fn board(play: Play, staff: &[StaffView], events: &[LoggedEvent]) -> Board {
    let busy = play != Play::Empty;
    let reviewers: Vec<_> = staff.iter().filter(|person| person.role == Role::Reviewer).collect();
    let at_work: &[_] = if busy { &reviewers } else { &[] };
    let found = events.iter().filter(|entry| entry.body.contains("\"event\":\"found\""));
    Board {
        now: NOW,
        ledger_size: events.len() as u64,
        open: at_work.iter().zip(1..).map(|(person, n)| open(person.staff, n)).collect(),
        shifts: at_work.iter().zip(1..).map(|(person, n)| shift(person.staff, n)).collect(),
        budgets: budgets(play, at_work),
        more: false,
        flow: flow(play),
        found: found.cloned().collect(),
    }
}

fn open(staff: StaffId, n: u8) -> OpenNow {
    let given = NOW - 60 * u64::from(n);
    OpenNow {
        staff,
        document: DocumentId::from_bytes([n; 16]),
        site: "sample-dating".parse().expect("a name"),
        given,
        viewed: (n % 2 == 1).then_some(given + 20),
        until: given + 600,
    }
}

fn shift(staff: StaffId, n: u8) -> ShiftNow {
    ShiftNow { shift: ShiftId::from_bytes([n; 16]), staff, role: Role::Reviewer, until: NOW + 3600 * u64::from(n) }
}

fn windows(minute: u64, hour: u64, day: u64, three_days: u64) -> Windows {
    Windows { minute, hour, day, three_days }
}

fn budgets(play: Play, at_work: &[&StaffView]) -> Vec<Spending> {
    let person = Limits::default().person;
    let (used, present) = match play {
        Play::Empty => (Windows::each(|_| 0), windows(5, 10, 20, 40)),
        Play::Busy => (windows(4, 41, 187, 466), windows(64, 139, 1_240, 3_470)),
        Play::Attack => (windows(5, 120, 207, 486), windows(64, 139, 1_240, 3_470)),
    };
    let none = Standing { used: Windows::each(|_| 0), allowed: Limits::default().again };
    let again = Standing { used: windows(0, 1, 6, 14), ..none };
    let of = |of, holder, used, allowed, again| {
        let standings = Standings { opened: Standing { used, allowed }, again };
        Spending { of, holder, standings }
    };
    let mut all = vec![of(Subject::Vault, None, used, present, none)];
    if play != Play::Empty {
        all.push(of(Subject::Site("sample-dating".parse().expect("a name")), None, used, present, none));
    }
    let people = at_work.iter().map(|one| of(Subject::Person(one.staff), None, used, person, again));
    let device = DeviceId::from_bytes([4; 16]);
    let passkeys = at_work.iter().map(|one| of(Subject::Device(device), Some(one.staff), used, person, again));
    all.extend(people.chain(passkeys));
    all
}

/// A week with nights and days, and under attack an hour in which far more is opened than came in.
fn flow(play: Play) -> Flow {
    if play == Play::Empty {
        return Flow { quarters: Vec::new(), since: NOW - 7 * 24 * 3600 };
    }
    let mut chance = Chance::new(5);
    let first = (NOW.0 - 7 * 24 * 3600) / Quarter::SECONDS + 1;
    let quarters = (first..=NOW.0 / Quarter::SECONDS).map(|number| {
        let start = sekisho_core::time::Timestamp(number * Quarter::SECONDS);
        let hour = (start.0 / 3600 + 9) % 24;
        let busy = if (8..24).contains(&hour) { 6 + 2 * u64::from(hour > 18) } else { 1 };
        let arrived = busy + chance.below(busy + 1);
        let viewed = if (9..22).contains(&hour) { busy + 1 + chance.below(busy) } else { 0 };
        let attack = play == Play::Attack && NOW.0 - start.0 < 3600;
        Quarter { start, arrived, viewed: if attack { 4 * viewed } else { viewed }, decided: viewed * 9 / 10 }
    });
    Flow { quarters: quarters.collect(), since: NOW - 7 * 24 * 3600 }
}
