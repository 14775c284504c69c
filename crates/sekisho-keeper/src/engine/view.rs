//! `view`: the one look of an assignment.

use rusqlite::OptionalExtension;
use sekisho_core::{
    check::Role,
    event::What,
    id::{AssignmentId, CheckId, DocumentId, SiteName, StaffId, ViewingId},
    time::{Hour, Timestamp},
};

use super::{fault::Fault, receive::context, turn::Turn};
use crate::{
    custody::{Entry, Hold},
    db::{
        columns::{At, Id, Word},
        meta,
    },
    meter::{self, Ticket, Viewing},
    wire::{Refusal, ShiftToken},
};

/// A viewing that the rules allowed; it opens once its entry is durable.
pub(super) struct Allowed {
    pub ticket: Ticket,
    pub viewing: ViewingId,
    pub staff: StaffId,
    pub at: Timestamp,
    pub document: DocumentId,
    pub sha256: [u8; 32],
    pub length: u64,
}

struct Row {
    staff: StaffId,
    until: Timestamp,
    viewed: bool,
    check: CheckId,
    site: SiteName,
    document: DocumentId,
    deadline: Timestamp,
    sealed_deadline: Timestamp,
    sha256: Vec<u8>,
    length: i64,
    root: Option<At<Hour>>,
    wrapped: Option<Vec<u8>>,
}

pub(super) fn view(turn: &mut Turn<'_>, token: &ShiftToken, assignment: AssignmentId) -> Result<Allowed, Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let (staff, role, shift) = (shift.staff, shift.role, shift.id);
    let row = load(turn, assignment)?.ok_or(Refusal::AssignmentOver)?;
    let allowed = meter::decide(&asked(turn, &row, staff, role)?, turn.now.at)?;
    let entry = entry(turn, &row)?;
    let viewing = ViewingId::random(&mut *turn.room.entropy);
    record(turn, &row, viewing, assignment, staff)?;
    let (check, document) = (row.check, row.document);
    let place = turn.log(Some(check), What::Viewed { viewing, assignment, check, document, staff, shift })?;
    let sha256 = row.sha256.try_into().map_err(|_| Refusal::Damaged)?;
    let ticket = allowed.ticket(place, entry);
    Ok(Allowed { ticket, viewing, staff, at: turn.now.at, document, sha256, length: row.length as u64 })
}

fn asked(turn: &Turn<'_>, row: &Row, asker: StaffId, role: Role) -> Result<Viewing, Fault> {
    Ok(Viewing {
        asker,
        role,
        assignee: row.staff,
        assignment_until: row.until,
        viewed: row.viewed,
        deadline: row.deadline,
        paused: meta::is(turn.db, meta::names::PAUSED)?,
        time_trusted: turn.now.may_open,
    })
}

fn entry(turn: &Turn<'_>, row: &Row) -> Result<Entry, Refusal> {
    let (Some(At(root)), Some(wrapped)) = (row.root, row.wrapped.clone()) else { return Err(Refusal::DocumentGone) };
    let keeper = turn.room.keeper();
    let hold = Hold { keeper, document: row.document, root, deadline: row.deadline.hour() };
    let context = context(keeper, &row.site, row.check, row.document, row.sealed_deadline);
    Ok(Entry { hold, wrapped, context })
}

fn record(
    turn: &Turn<'_>,
    row: &Row,
    viewing: ViewingId,
    assignment: AssignmentId,
    staff: StaffId,
) -> Result<(), Fault> {
    turn.db.prepare_cached("UPDATE assignment SET viewed = 1 WHERE id = ?1")?.execute([Id(assignment)])?;
    turn.db
        .prepare_cached("INSERT INTO viewing (id, check_id, document, staff, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute((Id(viewing), Id(row.check), Id(row.document), Id(staff), At(turn.now.at)))?;
    Ok(())
}

fn load(turn: &Turn<'_>, assignment: AssignmentId) -> rusqlite::Result<Option<Row>> {
    turn.db
        .prepare_cached(
            "SELECT a.staff, a.until, a.viewed, a.check_id, d.site, d.id, d.deadline, d.sealed_deadline, d.sha256,
                    d.length, d.root_hour, d.wrapped
             FROM assignment AS a JOIN document AS d ON d.id = a.document
             WHERE a.id = ?1 AND a.state = 'open'",
        )?
        .query_row([Id(assignment)], |row| {
            Ok(Row {
                staff: row.get::<_, Id<_>>(0)?.0,
                until: row.get::<_, At<_>>(1)?.0,
                viewed: row.get(2)?,
                check: row.get::<_, Id<_>>(3)?.0,
                site: row.get::<_, Word<_>>(4)?.0,
                document: row.get::<_, Id<_>>(5)?.0,
                deadline: row.get::<_, At<_>>(6)?.0,
                sealed_deadline: row.get::<_, At<_>>(7)?.0,
                sha256: row.get(8)?,
                length: row.get(9)?,
                root: row.get(10)?,
                wrapped: row.get(11)?,
            })
        })
        .optional()
}
