//! The one decision point before every opening. Budgets stand here.
//!
//! A [`Ticket`] can be made in this module alone, from a viewing that the rules
//! allow; it names the place in the ledger where that viewing will stand, and is
//! worth nothing until the ledger itself confirms that the entry is durable
//! there. Neither can be copied.

use sekisho_core::{check::Role, id::StaffId, time::Timestamp};

use crate::{custody::Entry, ledger::Position, wire::Refusal};

/// A viewing that somebody asks for, with all that the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Viewing {
    /// Who asks.
    pub asker: StaffId,
    /// In which role.
    pub role: Role,
    /// Who holds the assignment.
    pub assignee: StaffId,
    /// When the assignment lapses.
    pub assignment_until: Timestamp,
    /// Whether its one look was taken.
    pub viewed: bool,
    /// When nothing opens the document any more.
    pub deadline: Timestamp,
    /// Whether openings are paused.
    pub paused: bool,
    /// Whether the time can be believed.
    pub time_trusted: bool,
}

/// The rules allowed it; the ledger has not confirmed it yet.
pub struct Allowed(());

/// Leave to open one document, once, if its entry is durable.
pub struct Ticket {
    place: u64,
    entry: Entry,
}

/// Decides on a viewing.
///
/// # Errors
/// The [`Refusal`] that the asker is told.
pub fn decide(viewing: &Viewing, now: Timestamp) -> Result<Allowed, Refusal> {
    match viewing {
        v if v.role != Role::Reviewer => Err(Refusal::NotAllowed),
        v if v.assignee != v.asker => Err(Refusal::AssignmentOver),
        v if v.paused => Err(Refusal::Paused),
        v if !v.time_trusted => Err(Refusal::TimeInDoubt),
        v if v.deadline <= now => Err(Refusal::DocumentGone),
        v if v.assignment_until <= now => Err(Refusal::AssignmentOver),
        v if v.viewed => Err(Refusal::AlreadyViewed),
        _ => Ok(Allowed(())),
    }
}

impl Allowed {
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
    use super::*;

    const ME: StaffId = StaffId::from_bytes([1; 16]);
    const NOW: Timestamp = Timestamp(1000);

    fn viewing() -> Viewing {
        Viewing {
            asker: ME,
            role: Role::Reviewer,
            assignee: ME,
            assignment_until: NOW + 1,
            viewed: false,
            deadline: NOW + 1,
            paused: false,
            time_trusted: true,
        }
    }

    #[test]
    fn a_reviewer_may_look_once_at_what_was_assigned() {
        assert!(decide(&viewing(), NOW).is_ok());
    }

    /// M15: an administrator or an officer can't view; M19: no viewing without its own assignment.
    #[test]
    fn each_rule_refuses_by_itself() {
        let other = StaffId::from_bytes([2; 16]);
        let cases = [
            (Viewing { role: Role::Administrator, ..viewing() }, Refusal::NotAllowed),
            (Viewing { role: Role::Officer, ..viewing() }, Refusal::NotAllowed),
            (Viewing { assignee: other, ..viewing() }, Refusal::AssignmentOver),
            (Viewing { assignment_until: NOW, ..viewing() }, Refusal::AssignmentOver),
            (Viewing { viewed: true, ..viewing() }, Refusal::AlreadyViewed),
            (Viewing { deadline: NOW, ..viewing() }, Refusal::DocumentGone),
            (Viewing { paused: true, ..viewing() }, Refusal::Paused),
            (Viewing { time_trusted: false, ..viewing() }, Refusal::TimeInDoubt),
        ];
        for (viewing, refusal) in cases {
            assert_eq!(decide(&viewing, NOW).err(), Some(refusal));
        }
    }
}
