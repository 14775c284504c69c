//! `view`: the one look of an assignment.

use sekisho_core::{
    check::{LookReason, Role},
    event::What,
    id::{AssignmentId, DocumentId, StaffId, ViewingId},
    policy::{Day, question},
    render::AgeAsked,
    time::Timestamp,
};

use super::{
    assigned::{self, Assigned},
    budget::{self, Paid, Reckoning, Wanted},
    fault::Fault,
    pause, registry,
    shifts::OnShift,
    stops,
    turn::Turn,
};
use crate::{
    db::columns::{At, Id},
    meter::{self, Circumstances, Denied, Ticket},
    wire::ShiftToken,
};

/// A viewing that the rules allowed; it opens once its entry is durable.
pub(super) struct Allowed {
    pub ticket: Ticket,
    pub viewing: ViewingId,
    pub staff: StaffId,
    pub at: Timestamp,
    pub document: DocumentId,
    pub length: u64,
    /// What the policy asks on this day.
    pub age: Option<AgeAsked>,
}

pub(super) fn view(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    assignment: AssignmentId,
    again: Option<LookReason>,
) -> Result<Allowed, Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let assigned = assigned::load(turn, assignment)?;
    stops::require_viewing(turn.db, &assigned.record().site, shift.staff())?;
    let (check, document) = (assigned.record().check, assigned.record().document);
    let wanted = Wanted { check, document, site: &assigned.record().site, with_reason: again.is_some() };
    let reckoning = Reckoning::of(turn, &shift, &wanted)?;
    let allowed = meter::decide(&shift, &assigned, circumstances(turn)?, &reckoning)?;
    let (staff, at, entry) = (shift.staff(), turn.now.at, assigned.entry(turn)?);
    let viewing = ViewingId::random(&mut *turn.room.entropy);
    let cost = budget::charge(turn, allowed.cost().clone());
    record(turn, (&shift, &assigned), viewing, &cost)?;
    let what = What::Viewed { viewing, assignment, check, document, staff, shift: shift.id(), again };
    let ticket = allowed.ticket(turn.log(Some(check), what)?, entry);
    let age = asked(turn, &assigned)?;
    Ok(Allowed { ticket, viewing, staff, at, document, length: assigned.record().length, age })
}

/// The day that the policy's question names, as it stands on the reviewer's page.
fn asked(turn: &Turn<'_>, assigned: &Assigned) -> Result<Option<AgeAsked>, Fault> {
    let record = assigned.record();
    let today = Day::of(turn.now.at);
    let policy = registry::policy(turn.db, &record.policy, record.version)?;
    Ok(policy.map(|policy| AgeAsked { born_by: question::question(&policy, today).date, today }))
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Rule(refusal) => Self::Refused(refusal),
            Denied::Spent(spent) => Self::Spent(spent),
        }
    }
}

fn circumstances(turn: &Turn<'_>) -> Result<Circumstances, Fault> {
    let paused = pause::holds(turn.db, turn.now.at)?;
    let unwitnessed = turn.room.witnesses.require().err();
    Ok(Circumstances { now: turn.now.at, time_trusted: turn.now.may_open, paused, unwitnessed })
}

fn record(
    turn: &Turn<'_>,
    (shift, assigned): (&OnShift, &Assigned),
    viewing: ViewingId,
    cost: &Paid,
) -> Result<(), Fault> {
    turn.db.prepare_cached("UPDATE assignment SET viewed = 1 WHERE id = ?1")?.execute([Id(assigned.assignment())])?;
    let record = assigned.record();
    turn.db
        .prepare_cached(
            "INSERT INTO viewing (id, check_id, document, staff, at, device, cost) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            Id(viewing),
            Id(record.check),
            Id(record.document),
            Id(assigned.staff()),
            At(turn.now.at),
            Id(shift.device()),
            cost,
        ))?;
    Ok(())
}
