//! What it plays of stops and of changes.

use sekisho_core::{
    budget::{Limits, Windows},
    check::Role,
    id::{SiteName, StaffId, StopId},
    stop::Target,
};
use sekisho_keeper::wire::{Change, DeskAnswer, Stop};

use super::{super::NOW, PlayKeeper, State, staff_id};

impl PlayKeeper {
    /// The administrator has proposed that somebody more looks.
    pub(in crate::desk) fn propose_somebody(&self) {
        let change = Change::Staff { name: "佐藤".into(), role: Role::Reviewer };
        self.state().changes.propose(change, StaffId::from_bytes(staff_id(Role::Administrator)));
    }

    /// An officer has proposed that more may be opened: of a site, and of all.
    pub(in crate::desk) fn propose_budgets(&self) {
        let budget = Some(Windows { minute: 4, hour: 40, day: 120, three_days: 300 });
        let limits =
            Limits { person: Windows { minute: 6, hour: 140, day: 180, three_days: 400 }, ..Limits::default() };
        let site = "sample-dating".parse().expect("a name");
        for change in [Change::SiteBudget { site, budget }, Change::Limits(Box::new(limits))] {
            self.state().changes.propose(change, StaffId::from_bytes(staff_id(Role::Officer)));
        }
    }

    /// What waits, by its id.
    pub(in crate::desk) fn waiting(&self) -> Vec<String> {
        self.state().changes.ids()
    }

    /// The founding is over.
    pub(in crate::desk) fn be_in_use(&self) {
        self.state().changes.in_use = true;
    }

    /// Two officers are for the newest change, and its day passes.
    pub(in crate::desk) fn approve_twice(&self) {
        let mut state = self.state();
        for role in [Role::Officer, Role::Administrator] {
            state.changes.approve(StaffId::from_bytes(staff_id(role))).expect("a change that waits");
        }
    }
}

impl State {
    pub(super) fn stop(&mut self, target: Target, why: &str) -> DeskAnswer {
        let newest = self.stops.iter().map(|stop| stop.id.as_bytes()[0]).max().unwrap_or(0);
        let id = StopId::from_bytes([newest + 1; 16]);
        let by = StaffId::from_bytes(staff_id(Role::Officer)).into();
        self.stops.push(Stop { id, target, by, why: why.parse().expect("a reason"), since: NOW });
        DeskAnswer::Done
    }

    pub(super) fn reopen(&mut self, everything: StopId, (site, staff): (SiteName, StaffId), why: &str) -> DeskAnswer {
        self.stops.retain(|known| known.id != everything);
        self.stop(Target::OtherSites(site), why);
        self.stop(Target::OtherPeople(staff), why)
    }
}
