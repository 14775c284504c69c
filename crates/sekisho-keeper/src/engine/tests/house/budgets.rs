//! Limits of a house, and what lies in its rows.

use super::*;
use crate::engine::{StartError, Tally};
use sekisho_core::budget::{Kind, Subject};

impl House {
    /// A test installation with these limits, whatever they are.
    pub(in crate::engine::tests) fn with_limits(limits: Limits) -> Self {
        let mut house = Self::founded();
        house.restart_with_budget(&limits).unwrap();
        house
    }

    pub(in crate::engine::tests) fn restart_with_budget(&mut self, limits: &Limits) -> Result<(), StartError> {
        let locked = self.restart_locked_after(0).with_budget(Some(limits.clone()));
        self.engine = Some(locked.unlock(PASSPHRASE).map_err(|(_, error)| error)?);
        Ok(())
    }

    pub(in crate::engine::tests) fn limits(&mut self) -> Limits {
        match self.desk(DeskRequest::Status) {
            Ok(DeskAnswer::Status(status)) => status.budget.limits,
            _ => panic!("no status"),
        }
    }

    /// Takes, opens and decides one, with a touch where one is wanted.
    pub(in crate::engine::tests) fn takes_one(&mut self, shift: &ShiftToken) -> Result<CheckState, Refusal> {
        if self.try_next(shift) == Err(Refusal::TouchNeeded) {
            self.touch(shift);
        }
        let assignment = self.try_next(shift)?.ok_or(Refusal::NotFound)?;
        self.view(shift, assignment)?;
        self.decide(shift, assignment, Reason::OldEnough)
    }

    /// How many members all series of a kind have.
    pub(in crate::engine::tests) fn metered(&mut self, kind: Kind, whose: fn(&Subject) -> bool) -> u64 {
        let engine = self.engine();
        assert!(engine.room.tally.counts_as(&Tally::load(&engine.db).unwrap()), "a start would count the same");
        engine.room.tally.all(|series| series.kind == kind && whose(&series.of))
    }

    /// Looks whose costs a start would read from their own rows.
    pub(in crate::engine::tests) fn unwritten_looks(&mut self) -> usize {
        self.engine().room.tally.unwritten().len()
    }

    /// Documents that were opened at least once, by the ledger.
    pub(in crate::engine::tests) fn distinct_viewed(&mut self) -> usize {
        let viewed = self.bodies().into_iter().filter_map(|body| match Event::from_bytes(&body).unwrap().what {
            What::Viewed { document, .. } => Some(document),
            _ => None,
        });
        viewed.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Puts the database back to the schema that had no budgets.
    pub(in crate::engine::tests) fn forget_budgets(&mut self) {
        self.engine = None;
        let db = db::open(&self.folder.join("keeper.db")).unwrap();
        db.execute_batch(
            "DROP TABLE watch; DROP TABLE metered; DROP TABLE series; DROP INDEX staff_by_role;
             ALTER TABLE viewing DROP COLUMN device; ALTER TABLE viewing DROP COLUMN cost;
             UPDATE site SET view = substr(view, 1, length(view) - 1);
             DROP TABLE stop; DROP TABLE waiting; DROP TABLE waiting_key;
             PRAGMA user_version = 7",
        )
        .unwrap();
    }
}
