//! What metering costs, for a benchmark: it can only spend.

use sekisho_core::{check::Role, id::AssignmentId};

use super::{
    Engine, assigned,
    budget::{Reckoning, Wanted},
    fault::Fault,
    turn::Turn,
};
use crate::{db::columns::Id, wire::ShiftToken};

impl Engine {
    /// One durable transaction that finds an assignment and writes its row, as a viewing does; `metered`, all that
    /// budgets add to it besides: limits, counts, the decision, and the rows that a look costs.
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
    turn.db.prepare_cached("UPDATE assignment SET viewed = 0 WHERE id = ?1")?.execute([Id(assignment)])?;
    if metered {
        let reckoning = Reckoning::of(turn, &shift, &Wanted { document, site, with_reason: false })?;
        let cost = reckoning.decide()?.map_err(|_| Fault::Broken("a look that is weighed", "it was refused".into()))?;
        reckoning.charge(&cost)?;
    }
    Ok(())
}
