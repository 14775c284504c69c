//! What time alone brings about: deadlines, lapses, warnings, erasures.

use rusqlite::Connection;
use sekisho_core::{
    check::{CheckState, DocumentState, ShredCause},
    event::What,
    id::{AssignmentId, CheckId, DocumentId, ShiftId, StaffId},
    time::{Hour, Timestamp},
};

use super::{
    decide::settle, ending, ending::AT_ONCE, fault::Fault, outbox, receive::ARRIVALS, shifts::LAPSES_PER_SHIFT,
    turn::Turn,
};
use crate::db::columns::{At, Id, Word};

/// Ends undecided documents whose deadline is at or before `until`, some of them if they are many. The members are
/// asked again.
pub(super) fn end_overdue(turn: &mut Turn<'_>, until: Timestamp) -> Result<(), Fault> {
    let overdue = overdue(turn.db, until)?;
    let many = overdue.len() == AT_ONCE;
    for (check, document) in overdue {
        ending::shred(turn, check, document, ShredCause::Overdue)?;
        ask_again(turn, check)?;
    }
    turn.room.behind |= many;
    Ok(())
}

/// A document ended undecided and its member may send another, if arrivals are left; the site is told.
pub(super) fn ask_again(turn: &mut Turn<'_>, check: CheckId) -> Result<(), Fault> {
    if reopen(turn.db, check)? == CheckState::Expired {
        turn.log(Some(check), What::CheckEnded { check, withdrawn: false })?;
    }
    outbox::tell(turn, check)
}

/// Lets a check wait for another document, if arrivals are left; else it has ended.
pub(super) fn reopen(db: &Connection, check: CheckId) -> Result<CheckState, Fault> {
    let arrivals: u8 =
        db.prepare_cached("SELECT arrivals FROM checks WHERE id = ?1")?.query_row([Id(check)], |row| row.get(0))?;
    let state = if arrivals < ARRIVALS { CheckState::AwaitingDocument } else { CheckState::Expired };
    settle(db, check, state, None, None)?;
    Ok(state)
}

/// Undecided documents whose deadline is at or before `until`, some of them if they are many.
pub(super) fn overdue(db: &Connection, until: Timestamp) -> rusqlite::Result<Vec<(CheckId, DocumentId)>> {
    db.prepare_cached(
        "SELECT check_id, id FROM document
         WHERE shredded IS NULL AND deadline <= ?1 ORDER BY deadline, id LIMIT ?2",
    )?
    .query_map((At(until), AT_ONCE as i64), |row| Ok((row.get::<_, Id<_>>(0)?.0, row.get::<_, Id<_>>(1)?.0)))?
    .collect()
}

/// Notes that slots were overwritten, once per hour.
pub(super) fn note_forgotten(turn: &mut Turn<'_>, through: Hour) -> Result<(), Fault> {
    turn.log(None, What::SlotsForgotten { through })?;
    Ok(())
}

struct Lapse {
    assignment: AssignmentId,
    check: CheckId,
    document: DocumentId,
    staff: StaffId,
    shift: ShiftId,
}

/// Takes back assignments whose time is over; the documents wait again.
pub(super) fn lapse(turn: &mut Turn<'_>) -> Result<(), Fault> {
    for Lapse { assignment, check, document, staff, shift } in lapsed(turn)? {
        turn.db.prepare_cached("UPDATE assignment SET state = 'lapsed' WHERE id = ?1")?.execute([Id(assignment)])?;
        turn.db.prepare_cached("UPDATE document SET state = ?2 WHERE id = ?1 AND state = ?3")?.execute((
            Id(document),
            Word(DocumentState::Waiting),
            Word(DocumentState::Assigned),
        ))?;
        turn.log(Some(check), What::Lapsed { assignment, check, document, staff })?;
        count_lapse(turn, shift)?;
    }
    Ok(())
}

fn lapsed(turn: &Turn<'_>) -> rusqlite::Result<Vec<Lapse>> {
    turn.db
        .prepare_cached(
            "SELECT id, check_id, document, staff, shift FROM assignment WHERE state = 'open' AND until <= ?1",
        )?
        .query_map([At(turn.now.at)], |row| {
            Ok(Lapse {
                assignment: row.get::<_, Id<_>>(0)?.0,
                check: row.get::<_, Id<_>>(1)?.0,
                document: row.get::<_, Id<_>>(2)?.0,
                staff: row.get::<_, Id<_>>(3)?.0,
                shift: row.get::<_, Id<_>>(4)?.0,
            })
        })?
        .collect()
}

// Somebody who lets assignments lapse is not there, or is choosing among them.
fn count_lapse(turn: &mut Turn<'_>, id: ShiftId) -> Result<(), Fault> {
    let Some(shift) = turn.room.shifts.by_id(id) else { return Ok(()) };
    shift.lapses += 1;
    if shift.lapses < LAPSES_PER_SHIFT {
        return Ok(());
    }
    for ended in turn.room.shifts.end_where(|shift| shift.id == id) {
        turn.log(None, What::ShiftEnded { shift: ended.id, staff: ended.staff })?;
    }
    Ok(())
}

/// Ends shifts whose time is over, on record.
pub(super) fn end_shifts(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let now = turn.now.at;
    for ended in turn.room.shifts.end_where(|shift| shift.until <= now) {
        turn.log(None, What::ShiftEnded { shift: ended.id, staff: ended.staff })?;
    }
    Ok(())
}

/// Warns of documents that near their deadline undecided, once each.
pub(super) fn warn(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let near = to_warn(turn)?;
    turn.room.behind |= near.len() == AT_ONCE;
    for (check, document, deadline) in near {
        turn.db.prepare_cached("UPDATE document SET warn_at = NULL WHERE id = ?1")?.execute([Id(document)])?;
        turn.log(Some(check), What::DeadlineNears { check, document, deadline })?;
    }
    Ok(())
}

fn to_warn(turn: &Turn<'_>) -> rusqlite::Result<Vec<(CheckId, DocumentId, Timestamp)>> {
    turn.db
        .prepare_cached("SELECT check_id, id, deadline FROM document WHERE warn_at <= ?1 ORDER BY warn_at LIMIT ?2")?
        .query_map((At(turn.now.at), AT_ONCE as i64), |row| {
            Ok((row.get::<_, Id<_>>(0)?.0, row.get::<_, Id<_>>(1)?.0, row.get::<_, At<_>>(2)?.0))
        })?
        .collect()
}

/// Erases what ties checks to members who left long enough ago. The record that a check was made stays.
pub(super) fn erase_members(turn: &mut Turn<'_>) -> Result<(), Fault> {
    let due: Vec<CheckId> = turn
        .db
        .prepare_cached("SELECT id FROM checks WHERE erase_at <= ?1 ORDER BY erase_at LIMIT ?2")?
        .query_map((At(turn.now.at), AT_ONCE as i64), |row| row.get::<_, Id<_>>(0))?
        .map(|id| id.map(|Id(id)| id))
        .collect::<rusqlite::Result<_>>()?;
    turn.room.behind |= due.len() == AT_ONCE;
    for check in due {
        erase_member(turn, check)?;
        turn.log(Some(check), What::MemberErased { check })?;
    }
    Ok(())
}

/// Erases what ties a check to a person.
pub(super) fn erase_member(turn: &Turn<'_>, check: CheckId) -> Result<(), Fault> {
    // `jti` is the site's own and may lead back to the person; a fresh one keeps the column unique.
    turn.db
        .prepare_cached(
            "UPDATE checks SET sub = NULL, attestation = NULL, withdraw_sha256 = NULL, erase_at = NULL,
                               jti = 'erased-' || lower(hex(id))
             WHERE id = ?1",
        )?
        .execute([Id(check)])?;
    outbox::forget(turn, check)
}

/// Drops what is of no more use: used call ids and invitations past their time.
pub(super) fn sweep(turn: &Turn<'_>) -> Result<(), Fault> {
    outbox::give_up_old(turn)?;
    turn.db.prepare_cached("DELETE FROM used_call WHERE until <= ?1")?.execute([At(turn.now.at)])?;
    turn.db.prepare_cached("DELETE FROM invitation WHERE until <= ?1")?.execute([At(turn.now.at)])?;
    Ok(())
}

pub(super) const NEXT_DUE: &str = "SELECT min(at) FROM (
     SELECT min(deadline) AS at FROM document WHERE shredded IS NULL
     UNION ALL SELECT min(warn_at) FROM document WHERE warn_at IS NOT NULL
     UNION ALL SELECT min(until) FROM assignment WHERE state = 'open'
     UNION ALL SELECT min(due) FROM alert WHERE due IS NOT NULL
     UNION ALL SELECT min(erase_at) FROM checks WHERE erase_at IS NOT NULL)";

/// When something is due next, at the latest at the start of the next hour.
pub(super) fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Timestamp> {
    let earliest: Option<At<Timestamp>> = db.prepare_cached(NEXT_DUE)?.query_row([], |row| row.get(0))?;
    let hour = now.hour().plus(1).start();
    Ok(earliest.map_or(hour, |At(at)| at.min(hour)).max(now))
}
