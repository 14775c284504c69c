//! The one decision point before every opening. Budgets stand here.
//!
//! It takes a person on shift and an assignment that stands: types that only the
//! module which looks them up can make. A [`Ticket`] can be made in this module
//! alone, from a viewing that the rules and the budgets allow; it names the place in the ledger where that viewing will
//! stand, and is worth nothing until the ledger itself confirms that the entry is durable
//! there. Neither can be copied, and there is no ticket without its cost.

use sekisho_core::{
    budget::{Cost, Refused, Spent},
    check::Role,
    time::Timestamp,
};

use crate::{
    custody::Entry,
    engine::{Assigned, OnShift, Reckoning},
    ledger::Position,
    wire::Refusal,
};

/// What holds for everybody at this moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    /// The time.
    pub now: Timestamp,
    /// Whether it can be believed.
    pub time_trusted: bool,
    /// Whether openings are paused.
    pub paused: bool,
    /// Why the witnesses keep documents closed, if they do.
    pub unwitnessed: Option<Refusal>,
}

/// Rules and budgets allowed it; the ledger has not confirmed it yet.
pub struct Allowed(Cost);

/// Why not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// A rule.
    Rule(Refusal),
    /// A budget is spent.
    Spent(Box<Spent>),
}

/// Leave to open one document, once, if its entry is durable.
pub struct Ticket {
    place: u64,
    entry: Entry,
}

/// Decides on a viewing: a person on shift, an assignment that stands, the circumstances, and the budgets.
///
/// # Errors
/// [`Denied`].
pub(crate) fn decide(
    shift: &OnShift,
    assigned: &Assigned,
    at: Circumstances,
    reckoning: &Reckoning<'_>,
) -> Result<Allowed, Denied> {
    by_rules(shift, assigned, at).map_err(Denied::Rule)?;
    reckoning.decide().map(Allowed).map_err(|refused| match refused {
        Refused::ReasonNeeded => Denied::Rule(Refusal::LookReasonNeeded),
        Refused::Spent(spent) => Denied::Spent(Box::new(spent)),
    })
}

fn by_rules(shift: &OnShift, assigned: &Assigned, at: Circumstances) -> Result<(), Refusal> {
    let rules = [
        (shift.role() == Role::Reviewer, Refusal::NotAllowed),
        (assigned.is_of(shift), Refusal::AssignmentOver),
        (!at.paused, Refusal::Paused),
        (at.unwitnessed.is_none(), at.unwitnessed.unwrap_or(Refusal::Unwitnessed)),
        (at.time_trusted, Refusal::TimeInDoubt),
        (at.now < assigned.deadline(), Refusal::DocumentGone),
        (at.now < assigned.until(), Refusal::AssignmentOver),
        (!assigned.is_viewed(), Refusal::AlreadyViewed),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, refusal)| Err(refusal))
}

impl Allowed {
    /// What it costs, to be written beside its entry.
    pub(crate) fn cost(&self) -> &Cost {
        &self.0
    }

    /// Names the place where the viewing was entered and what it opens.
    pub fn ticket(self, place: u64, entry: Entry) -> Ticket {
        Ticket { place, entry }
    }
}

impl Ticket {
    /// Where its viewing stands in the ledger.
    pub fn place(&self) -> u64 {
        self.place
    }

    /// Gives what it stands for, if `position` is the durable entry of this very viewing.
    pub(crate) fn redeem(self, position: &Position) -> Option<Entry> {
        (position.index() == self.place).then_some(self.entry)
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::{
        budget::{Limits, Windows},
        id::StaffId,
    };

    use super::*;
    use crate::engine::Tally;

    const ME: StaffId = StaffId::from_bytes([1; 16]);
    const NOW: Timestamp = Timestamp(1000);

    const FINE: Circumstances = Circumstances { now: NOW, time_trusted: true, paused: false, unwitnessed: None };

    fn me() -> OnShift {
        OnShift::for_test(1, ME, Role::Reviewer)
    }

    fn mine() -> Assigned {
        Assigned::for_test(&me(), NOW + 1, false, NOW + 1)
    }

    /// What comes of it with these limits, in an empty vault.
    fn decided(limits: Limits, shift: &OnShift, assigned: &Assigned, at: Circumstances) -> Option<Denied> {
        let (tally, site) = (Tally::default(), "site".parse().unwrap());
        decide(shift, assigned, at, &Reckoning::for_test(&tally, limits, &site, NOW)).err()
    }

    #[test]
    fn a_reviewer_may_look_once_at_what_was_assigned() {
        assert_eq!(decided(Limits::default(), &me(), &mine(), FINE), None);
    }

    /// M19: rules and budgets are one decision.
    #[test]
    fn a_budget_that_is_spent_denies_what_all_rules_allow() {
        let slack = Windows { minute: 0, ..Limits::default().slack };
        let denied = decided(Limits { slack, ..Limits::default() }, &me(), &mine(), FINE);
        assert!(matches!(denied, Some(Denied::Spent(spent)) if spent.limit == 0), "nothing arrived");
    }

    /// M15: an administrator or an officer can't view; M19: no viewing without its own assignment.
    #[test]
    fn each_rule_refuses_by_itself() {
        let other = StaffId::from_bytes([2; 16]);
        let as_role = |role| OnShift::for_test(1, ME, role);
        let cases = [
            (as_role(Role::Administrator), mine(), FINE, Refusal::NotAllowed),
            (as_role(Role::Officer), mine(), FINE, Refusal::NotAllowed),
            (OnShift::for_test(1, other, Role::Reviewer), mine(), FINE, Refusal::AssignmentOver),
            (OnShift::for_test(2, ME, Role::Reviewer), mine(), FINE, Refusal::AssignmentOver),
            (me(), Assigned::for_test(&me(), NOW, false, NOW + 1), FINE, Refusal::AssignmentOver),
            (me(), Assigned::for_test(&me(), NOW + 1, true, NOW + 1), FINE, Refusal::AlreadyViewed),
            (me(), Assigned::for_test(&me(), NOW + 1, false, NOW), FINE, Refusal::DocumentGone),
            (me(), mine(), Circumstances { paused: true, ..FINE }, Refusal::Paused),
            (me(), mine(), Circumstances { time_trusted: false, ..FINE }, Refusal::TimeInDoubt),
            (me(), mine(), Circumstances { unwitnessed: Some(Refusal::Unwitnessed), ..FINE }, Refusal::Unwitnessed),
            (me(), mine(), Circumstances { unwitnessed: Some(Refusal::Contradicted), ..FINE }, Refusal::Contradicted),
        ];
        for (shift, assigned, at, refusal) in cases {
            assert_eq!(decided(Limits::default(), &shift, &assigned, at), Some(Denied::Rule(refusal)));
        }
    }
}
