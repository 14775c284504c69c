//! What metering costs, for a benchmark: it can only spend.

use sekisho_core::{check::Role, id::AssignmentId};

use super::{
    Engine, assigned,
    budget::{self, Reckoning, Wanted},
    fault::Fault,
    turn::Turn,
};
use crate::{db::columns::Id, wire::ShiftToken};

impl Engine {
    /// One durable transaction that finds an assignment and turns its mark over, as a viewing does; `metered`, all that
    /// budgets add to it besides: limits, counts, the decision, and what a look costs.
    ///
    /// # Errors
    /// [`Fault`], as a viewing's.
    pub fn weigh(&mut self, token: &ShiftToken, assignment: AssignmentId, metered: bool) -> Result<(), Fault> {
        let now = self.now();
        self.transact(now, |turn| weigh(turn, token, assignment, metered))?.0
    }
}

fn weigh(turn: &mut Turn<'_>, token: &ShiftToken, assignment: AssignmentId, metered: bool) -> Result<(), Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let assigned = assigned::load(turn, assignment)?;
    let (document, site) = (assigned.record().document, &assigned.record().site);
    turn.db.prepare_cached("UPDATE assignment SET viewed = 1 - viewed WHERE id = ?1")?.execute([Id(assignment)])?;
    if metered {
        let reckoning = Reckoning::of(
            turn,
            &shift,
            &Wanted { check: assigned.record().check, document, site, with_reason: false },
        )?;
        let cost = reckoning.decide().map_err(|_| Fault::Broken("a look that is weighed", "it was refused".into()))?;
        // It would stand in the row of the viewing, which is written anyway.
        let _ = budget::charge(turn, cost);
    }
    Ok(())
}
