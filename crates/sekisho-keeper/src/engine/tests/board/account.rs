//! The board's numbers, computed from the ledger's events in the plainest way: every question goes through all of them.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_core::{
    budget::{Limits, Standing, Standings, Subject, Window, Windows},
    check::Role,
    event::{Event, What},
    id::{AssignmentId, DocumentId, ShiftId, SiteName, StaffId},
    time::{HOUR, Timestamp},
};

use crate::wire::{LoggedEvent, OpenNow, Quarter, ShiftNow};

const WEEK: u64 = 7 * 24 * HOUR;

/// A look, and whether it was the first of its person and the first of all.
struct Look {
    at: Timestamp,
    staff: StaffId,
    site: SiteName,
    first_of_person: bool,
    first_of_all: bool,
}

pub(super) struct Account {
    events: Vec<(u64, Event)>,
    now: Timestamp,
}

impl Account {
    pub(super) fn of(bodies: &[Vec<u8>], now: Timestamp) -> Self {
        let events = bodies.iter().zip(0..).map(|(body, place)| (place, Event::from_bytes(body).unwrap()));
        Self { events: events.collect(), now }
    }

    fn all(&self) -> impl Iterator<Item = (Timestamp, &What)> {
        self.events.iter().map(|(_, event)| (event.at, &event.what))
    }

    pub(super) fn open(&self) -> Vec<OpenNow> {
        let mut open: BTreeMap<AssignmentId, OpenNow> = BTreeMap::new();
        let sites = self.sites();
        for (at, what) in self.all() {
            match what {
                What::Assigned { assignment, document, staff, until, .. } => {
                    let site = sites[document].clone();
                    let now =
                        OpenNow { staff: *staff, document: *document, site, given: at, viewed: None, until: *until };
                    open.insert(*assignment, now);
                }
                What::Viewed { assignment, .. } => open.get_mut(assignment).unwrap().viewed = Some(at),
                What::Lapsed { assignment, .. } | What::Decided { assignment, .. } => drop(open.remove(assignment)),
                What::Shredded { document, .. } => open.retain(|_, one| one.document != *document),
                _ => {}
            }
        }
        let mut open: Vec<_> = open.into_values().collect();
        open.sort_by_key(|one| (one.until, one.staff));
        open
    }

    fn sites(&self) -> BTreeMap<DocumentId, SiteName> {
        let received = self.all().filter_map(|(_, what)| match what {
            What::Received { document, site, .. } => Some((*document, site.clone())),
            _ => None,
        });
        received.collect()
    }

    pub(super) fn shifts(&self) -> Vec<ShiftNow> {
        let (mut roles, mut running) = (BTreeMap::new(), BTreeMap::<ShiftId, ShiftNow>::new());
        for (_, what) in self.all() {
            match what {
                What::StaffEnrolled { staff, role, .. } => drop(roles.insert(*staff, *role)),
                What::Started => running.clear(),
                What::ShiftBegan { shift, staff, until } => {
                    let role = roles[staff];
                    running.insert(*shift, ShiftNow { shift: *shift, staff: *staff, role, until: *until });
                }
                What::ShiftEnded { shift, .. } => drop(running.remove(shift)),
                _ => {}
            }
        }
        let mut shifts: Vec<_> = running.into_values().filter(|shift| shift.until > self.now).collect();
        shifts.sort_by_key(|shift| (shift.staff, shift.shift));
        shifts
    }

    pub(super) fn quarters(&self) -> Vec<Quarter> {
        let mut quarters: BTreeMap<u64, Quarter> = BTreeMap::new();
        for (at, what) in self.all().filter(|(at, _)| at.0 / 900 * 900 + 900 > self.now.0 - WEEK) {
            let start = Timestamp(at.0 / 900 * 900);
            let counts = match what {
                What::Received { .. } => [1, 0, 0],
                What::Viewed { .. } => [0, 1, 0],
                What::Decided { .. } => [0, 0, 1],
                _ => continue,
            };
            let quarter = quarters.entry(start.0).or_insert(Quarter { start, ..Quarter::default() });
            quarter.arrived += counts[0];
            quarter.viewed += counts[1];
            quarter.decided += counts[2];
        }
        quarters.into_values().collect()
    }

    pub(super) fn found(&self) -> Vec<LoggedEvent> {
        let week = self.now - WEEK;
        let found = |event: &Event| event.at >= week && matches!(event.what, What::Found { .. });
        let found = self.events.iter().rev().filter(|(_, event)| found(event));
        found
            .take(20)
            .map(|(index, event)| LoggedEvent { index: *index, body: String::from_utf8(event.to_bytes()).unwrap() })
            .collect()
    }

    fn looks(&self) -> Vec<Look> {
        let (sites, mut people, mut all) = (self.sites(), BTreeSet::new(), BTreeSet::new());
        let viewed = self.all().filter_map(|(at, what)| match what {
            What::Viewed { document, staff, .. } => Some((at, *document, *staff)),
            _ => None,
        });
        viewed
            .map(|(at, document, staff)| Look {
                at,
                staff,
                site: sites[&document].clone(),
                first_of_person: people.insert((staff, document)),
                first_of_all: all.insert(document),
            })
            .collect()
    }

    /// Everybody of whom the board has to say something.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let since = self.now - 72 * HOUR;
        let looks = self.looks();
        let recent = looks.iter().filter(|look| look.at > since);
        let mut subjects = vec![Subject::Vault];
        subjects.extend(recent.flat_map(|look| [Subject::Person(look.staff), Subject::Site(look.site.clone())]));
        let on_shift = self.shifts().into_iter().filter(|shift| shift.role == Role::Reviewer);
        subjects.extend(on_shift.map(|shift| Subject::Person(shift.staff)));
        subjects
    }

    pub(super) fn standings(&self, of: &Subject, holder: Option<StaffId>) -> Standings {
        Standings { opened: self.standing(of, holder, false), again: self.standing(of, holder, true) }
    }

    fn standing(&self, of: &Subject, holder: Option<StaffId>, again: bool) -> Standing {
        let looks = self.looks();
        let mine = |look: &&Look| match of {
            Subject::Person(staff) => look.staff == *staff && look.first_of_person != again,
            // The ledger doesn't name passkeys; a person has one.
            Subject::Device(_) => holder == Some(look.staff) && look.first_of_person != again,
            Subject::Site(site) => look.site == *site && look.first_of_all != again,
            Subject::Vault => look.first_of_all != again,
        };
        let used = |window: Window| looks.iter().filter(mine).filter(|look| self.is_within(look.at, window)).count();
        Standing { used: each(|window| used(window) as u64), allowed: each(|window| self.allowed(of, again, window)) }
    }

    fn is_within(&self, at: Timestamp, window: Window) -> bool {
        at.0 > self.now.0 - window.seconds() && at <= self.now
    }

    fn limits(&self) -> Limits {
        let set = self.all().filter_map(|(_, what)| match what {
            What::LimitsSet { limits } => Some((**limits).clone()),
            _ => None,
        });
        set.last().unwrap_or_default()
    }

    fn allowed(&self, of: &Subject, again: bool, window: Window) -> u64 {
        let limits = self.limits();
        match of {
            Subject::Person(_) | Subject::Device(_) if again => limits.again.get(window),
            Subject::Person(_) | Subject::Device(_) => self.relieved(&limits, window),
            Subject::Site(_) | Subject::Vault => {
                let (present, slack) = (self.present(of, window), limits.slack.get(window));
                if again { present * limits.again_percent / 100 + slack } else { present + slack }
            }
        }
    }

    fn relieved(&self, limits: &Limits, window: Window) -> u64 {
        let base = limits.person.get(window);
        let days = match window {
            Window::Day => 1,
            Window::ThreeDays => 3,
            _ => return base,
        };
        let long_ago = self.now - limits.relief.after_hours * HOUR;
        let came = self.arrivals().filter(|(at, _)| *at <= long_ago).count();
        let waiting = came.saturating_sub(self.ends().count()) as u64;
        (base + waiting.div_ceil(self.reviewers().div_ceil(10).max(1))).min(limits.relief.day_at_most * days)
    }

    fn reviewers(&self) -> u64 {
        let enrolled = |what: &What| matches!(what, What::StaffEnrolled { role: Role::Reviewer, .. });
        self.all().filter(|(_, what)| enrolled(what)).count() as u64
    }

    fn arrivals(&self) -> impl Iterator<Item = (Timestamp, DocumentId)> {
        self.all().filter_map(|(at, what)| match what {
            What::Received { document, .. } => Some((at, *document)),
            _ => None,
        })
    }

    fn ends(&self) -> impl Iterator<Item = (Timestamp, DocumentId)> {
        self.all().filter_map(|(at, what)| match what {
            What::Shredded { document, .. } => Some((at, *document)),
            _ => None,
        })
    }

    /// Documents that were there when the window began, and those that came within it. In these houses there is one
    /// site, so a site's are the vault's.
    fn present(&self, _: &Subject, window: Window) -> u64 {
        let before = |at: Timestamp| at.0 <= self.now.0 - window.seconds();
        let came = self.arrivals().filter(|(at, _)| before(*at)).count();
        let ended = self.ends().filter(|(at, _)| before(*at)).count();
        (came - ended + self.arrivals().filter(|(at, _)| !before(*at)).count()) as u64
    }
}

fn each(of: impl Fn(Window) -> u64) -> Windows {
    let [minute, hour, day, three_days] = Window::ALL.map(of);
    Windows { minute, hour, day, three_days }
}
