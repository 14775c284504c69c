//! `view`: the one look of an assignment.

use sekisho_core::{
    check::Role,
    event::What,
    id::{AssignmentId, DocumentId, StaffId, ViewingId},
    time::Timestamp,
};

use super::{
    assigned::{self, Assigned},
    fault::Fault,
    turn::Turn,
};
use crate::{
    db::{
        columns::{At, Id},
        meta,
    },
    meter::{self, Circumstances, Ticket},
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
}

pub(super) fn view(turn: &mut Turn<'_>, token: &ShiftToken, assignment: AssignmentId) -> Result<Allowed, Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let assigned = assigned::load(turn, assignment)?;
    let allowed = meter::decide(&shift, &assigned, circumstances(turn)?)?;
    let (staff, at, entry) = (shift.staff(), turn.now.at, assigned.entry(turn)?);
    let viewing = ViewingId::random(&mut *turn.room.entropy);
    record(turn, &assigned, viewing)?;
    let (check, document) = (assigned.record().check, assigned.record().document);
    let what = What::Viewed { viewing, assignment, check, document, staff, shift: shift.id() };
    let ticket = allowed.ticket(turn.log(Some(check), what)?, entry);
    Ok(Allowed { ticket, viewing, staff, at, document, length: assigned.record().length })
}

fn circumstances(turn: &Turn<'_>) -> Result<Circumstances, Fault> {
    let paused = meta::is(turn.db, meta::names::PAUSED)?;
    let unwitnessed = turn.room.witnesses.require().err();
    Ok(Circumstances { now: turn.now.at, time_trusted: turn.now.may_open, paused, unwitnessed })
}

fn record(turn: &Turn<'_>, assigned: &Assigned, viewing: ViewingId) -> Result<(), Fault> {
    turn.db.prepare_cached("UPDATE assignment SET viewed = 1 WHERE id = ?1")?.execute([Id(assigned.assignment())])?;
    let record = assigned.record();
    turn.db
        .prepare_cached("INSERT INTO viewing (id, check_id, document, staff, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((Id(viewing), Id(record.check), Id(record.document), Id(assigned.staff()), At(turn.now.at)))?;
    Ok(())
}
