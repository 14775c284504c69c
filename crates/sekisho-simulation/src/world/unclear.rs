//! What is not granted: refused with reason, or without an answer, so that only the disk knows.

use sekisho_core::id::CheckId;
use sekisho_keeper::wire::Refusal;

use super::{
    World,
    batch::{PAUSE_SECONDS, Pending},
};
use crate::{
    laws::Held,
    model::{Known, Staff},
};

impl World {
    /// Nobody knows whether it was done; the disk says so later.
    pub(super) fn unclear(&mut self, what: &Pending) {
        match what {
            Pending::Received { document, .. } => {
                let known = self.model.documents.get_mut(document).expect("sent before it is received");
                known.received = known.received.max(Known::Maybe);
            }
            Pending::Withdrawn(check) => {
                self.unclear_end(*check);
                self.model.checks.entry(*check).and_modify(|known| known.withdrawal_unclear = true);
            }
            Pending::Left(checks) => {
                for check in checks {
                    self.unclear_end(*check);
                    self.model.checks.entry(*check).and_modify(|known| known.left = true);
                }
            }
            Pending::Decide(person, ..) => {
                if let Some(document) = self.model.staff[usize::from(*person)].seen {
                    let check = self.model.documents[&document].context.check;
                    self.unclear_end(check);
                }
            }
            Pending::Pause(pause) => {
                self.model.paused = None;
                if *pause {
                    self.pause_at_most();
                }
            }
            Pending::Confirm(read) => self.bounds.confirm(*read, false),
            Pending::Bent
            | Pending::Next(_)
            | Pending::View(..)
            | Pending::EndShift(_)
            | Pending::LockDown
            | Pending::Refused => {}
        }
    }

    /// A pause was ordered, and may hold: until then at most.
    pub(super) fn pause_at_most(&mut self) {
        let until = self.bounds.high(self.clock.honest()) + PAUSE_SECONDS;
        self.model.paused_until = self.model.paused_until.max(until);
    }

    fn unclear_end(&mut self, check: CheckId) {
        let call = self.call;
        self.model.end(check, Known::Maybe, call, false);
    }

    /// What is refused although nothing stands against it is a finding.
    pub(super) fn not_granted(&mut self, what: &Pending, alone: bool, refusal: Option<Refusal>) -> Held {
        let Some(refusal) = refusal.filter(|_| alone) else { return Ok(()) };
        match what {
            Pending::Received { fresh: true, .. } if !self.is_stopped(refusal) => {
                self.refused("a fresh upload", refusal)
            }
            Pending::Next(person) => {
                match refusal {
                    Refusal::ShiftOver => self.model.staff[usize::from(*person)] = Staff::default(),
                    Refusal::TouchNeeded | Refusal::BudgetSpent(_) => return self.unless_paused(what, refusal, true),
                    _ => {}
                }
                self.unless_paused(what, refusal, refusal == Refusal::ShiftOver)
            }
            Pending::View(person, _) => {
                let expected = matches!(
                    refusal,
                    Refusal::AssignmentOver
                        | Refusal::AlreadyViewed
                        | Refusal::ShiftOver
                        | Refusal::DocumentGone
                        | Refusal::BudgetSpent(_)
                );
                let staff = &mut self.model.staff[usize::from(*person)];
                if refusal == Refusal::AssignmentOver {
                    (staff.assignment, staff.seen) = (None, None);
                }
                self.unless_paused(what, refusal, expected)
            }
            _ => Ok(()),
        }
    }

    /// Whether it was refused because something is stopped, which is so.
    fn is_stopped(&self, refusal: Refusal) -> bool {
        refusal == Refusal::Stopped && self.model.stopped().next().is_some()
    }

    fn unless_paused(&self, what: &Pending, refusal: Refusal, expected: bool) -> Held {
        let over = self.model.paused_until <= self.bounds.low(self.clock.honest());
        if expected || self.is_stopped(refusal) || (self.model.paused != Some(false) && !over) {
            Ok(())
        } else {
            self.refused(&format!("{what:?}"), refusal)
        }
    }
}
