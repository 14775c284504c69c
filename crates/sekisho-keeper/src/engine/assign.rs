//! `next`: one check is given to one reviewer for some minutes.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    budget::{Kind, Subject},
    check::{DocumentState, Role},
    entropy::fresh,
    event::What,
    id::{AssignmentId, CheckId, DocumentId, KindName, PolicyName, SiteName, StaffId},
    policy::{Day, Text, question},
    time::Timestamp,
};

use super::{
    budget::{self, Wanted},
    fault::Fault,
    pause, registry,
    shifts::{self, OnShift},
    stops,
    turn::Turn,
};
use crate::{
    db::columns::{At, Id, Word},
    wire::{Assignment, Refusal, ShiftToken},
};

/// How long an assignment lasts, in seconds.
pub(super) const ASSIGNMENT_SECONDS: u64 = 600;
/// An assignment is drawn among this many of the oldest, so that nobody can time one.
const DRAWN_FROM: usize = 16;

pub(super) fn next(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<Option<Box<Assignment>>, Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let staff = shift.staff();
    if let Some(present) = present(turn, staff)? {
        return Ok(Some(Box::new(present)));
    }
    turn.room.witnesses.require()?;
    turn.require_trusted_time()?;
    if pause::holds(turn.db, turn.now.at)? {
        return Err(Refusal::Paused.into());
    }
    if shift.since_touch() >= shifts::ASSIGNMENTS_PER_TOUCH {
        return Err(Refusal::TouchNeeded.into());
    }
    let Some((check, document)) = draw(turn, &shift)? else { return Ok(None) };
    assign(turn, staff, shift.id(), check, document)?;
    if let Ok(shift) = turn.room.shifts.get(token, turn.now.at) {
        shift.since_touch += 1;
    }
    Ok(present(turn, staff)?.map(Box::new))
}

fn assign(
    turn: &mut Turn<'_>,
    staff: StaffId,
    shift: sekisho_core::id::ShiftId,
    check: CheckId,
    document: DocumentId,
) -> Result<(), Fault> {
    let assignment = AssignmentId::random(&mut *turn.room.entropy);
    let until = turn.now.at + ASSIGNMENT_SECONDS;
    turn.db
        .prepare_cached(
            "INSERT INTO assignment (id, check_id, document, staff, shift, until, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open')",
        )?
        .execute((Id(assignment), Id(check), Id(document), Id(staff), Id(shift), At(until)))?;
    turn.db
        .prepare_cached("UPDATE document SET state = ?2 WHERE id = ?1")?
        .execute((Id(document), Word(DocumentState::Assigned)))?;
    turn.log(Some(check), What::Assigned { assignment, check, document, staff, shift, until })?;
    Ok(())
}

// Sites take turns: the one that was served longest ago comes first, so that a
// flood from one site can't keep another's members waiting until they are overdue.
// One whose budget is spent is passed over; what the person themselves can't open is not given to them.
fn draw(turn: &mut Turn<'_>, shift: &OnShift) -> Result<Option<(CheckId, DocumentId)>, Fault> {
    let mut sites = sites_waiting(turn.db)?;
    sites.sort_by_key(|site| turn.room.served.get(site.as_str()).copied().unwrap_or(0));
    let (mut spent, waits) = (None, !sites.is_empty());
    stops::spare(turn.db, &mut sites, shift.staff())?;
    let stopped = waits && sites.is_empty();
    for site in sites {
        match draw_of(turn, &site, shift) {
            Err(Fault::Spent(one)) if matches!(one.series.of, Subject::Site(_)) => spent = Some(one),
            drawn => {
                let Some(drawn) = drawn? else { continue };
                turn.room.turns += 1;
                turn.room.served.insert(site.as_str().to_owned(), turn.room.turns);
                return Ok(Some(drawn));
            }
        }
    }
    // Told, instead of "nothing waits": something does.
    if stopped {
        return Err(Refusal::Stopped.into());
    }
    spent.map_or(Ok(None), |spent| Err(Fault::Spent(spent)))
}

// Where no more second looks are to be had, one of the others is given that nobody looked at.
fn draw_of(turn: &mut Turn<'_>, site: &SiteName, shift: &OnShift) -> Result<Option<(CheckId, DocumentId)>, Fault> {
    let mut oldest = oldest_of(turn.db, site, shift.staff(), turn.now.at)?;
    let mut spent = None;
    while !oldest.is_empty() {
        let drawn = u64::from_le_bytes(fresh(&mut *turn.room.entropy)) % oldest.len() as u64;
        let (check, document) = oldest.swap_remove(drawn as usize);
        match budget::require(turn, shift, &Wanted { check, document, site, with_reason: true }) {
            Err(Fault::Spent(one)) if one.series.kind == Kind::Again => spent = Some(one),
            allowed => return allowed.map(|()| Some((check, document))),
        }
    }
    spent.map_or(Ok(None), |spent| Err(Fault::Spent(spent)))
}

fn sites_waiting(db: &Connection) -> rusqlite::Result<Vec<SiteName>> {
    // From site to site within the index, however many documents wait in between.
    db.prepare_cached(
        "WITH RECURSIVE waiting (site) AS (
             SELECT min(site) FROM document WHERE state = 'waiting'
             UNION ALL
             SELECT (SELECT min(site) FROM document WHERE state = 'waiting' AND site > waiting.site)
             FROM waiting WHERE waiting.site IS NOT NULL)
         SELECT site FROM waiting WHERE site IS NOT NULL",
    )?
    .query_map([], |row| row.get::<_, Word<_>>(0))?
    .map(|site| site.map(|Word(site)| site))
    .collect()
}

// What lapsed with this person doesn't come back to them while there is somebody with whom it didn't: after some crashes
// a document lapsed with everybody, and must not wait for its end then.
fn oldest_of(
    db: &Connection,
    site: &SiteName,
    staff: StaffId,
    now: Timestamp,
) -> rusqlite::Result<Vec<(CheckId, DocumentId)>> {
    db.prepare_cached(
        "SELECT check_id, id FROM document AS d
         WHERE state = 'waiting' AND site = ?1 AND deadline > ?2
           AND (NOT EXISTS (SELECT 1 FROM assignment AS a
                            WHERE a.document = d.id AND a.staff = ?3 AND a.state = 'lapsed')
                OR NOT EXISTS (SELECT 1 FROM staff AS s WHERE s.role = ?4 AND NOT EXISTS (
                                   SELECT 1 FROM assignment AS a
                                   WHERE a.document = d.id AND a.staff = s.id AND a.state = 'lapsed')))
         ORDER BY received, id LIMIT ?5",
    )?
    .query_map((Word(site), At(now), Id(staff), Word(Role::Reviewer), DRAWN_FROM as i64), |row| {
        Ok((row.get::<_, Id<CheckId>>(0)?.0, row.get::<_, Id<DocumentId>>(1)?.0))
    })?
    .collect()
}

struct Open {
    assignment: AssignmentId,
    until: Timestamp,
    viewed: bool,
    kind: KindName,
    deadline: Timestamp,
    site: SiteName,
    policy: PolicyName,
    version: u32,
}

fn present(turn: &Turn<'_>, staff: StaffId) -> Result<Option<Assignment>, Fault> {
    let Some(open) = open_of(turn, staff)? else { return Ok(None) };
    let policy = registry::policy(turn.db, &open.policy, open.version)?.ok_or(Refusal::Unavailable)?;
    let site = registry::site(turn.db, &open.site)?.map_or_else(|| plain(open.site.as_str()), |view| view.title);
    let kind = policy.kinds.iter().find(|kind| kind.kind == open.kind);
    Ok(Some(Assignment {
        assignment: open.assignment,
        until: open.until,
        viewed: open.viewed,
        kind_name: kind.map_or_else(|| plain(open.kind.as_str()), |kind| kind.name.clone()),
        question: question::question(&policy, Day::of(turn.now.at)).text,
        kind: open.kind,
        site,
        deadline: open.deadline,
    }))
}

fn plain(name: &str) -> Text {
    Text { ja: name.to_owned(), en: name.to_owned() }
}

fn open_of(turn: &Turn<'_>, staff: StaffId) -> rusqlite::Result<Option<Open>> {
    turn.db
        .prepare_cached(
            "SELECT a.id, a.until, a.viewed, d.kind, d.deadline, c.site, c.policy, c.policy_version
             FROM assignment AS a JOIN document AS d ON d.id = a.document JOIN checks AS c ON c.id = a.check_id
             WHERE a.staff = ?1 AND a.state = 'open' AND a.until > ?2",
        )?
        .query_row((Id(staff), At(turn.now.at)), |row| {
            Ok(Open {
                assignment: row.get::<_, Id<_>>(0)?.0,
                until: row.get::<_, At<_>>(1)?.0,
                viewed: row.get(2)?,
                kind: row.get::<_, Word<_>>(3)?.0,
                deadline: row.get::<_, At<_>>(4)?.0,
                site: row.get::<_, Word<_>>(5)?.0,
                policy: row.get::<_, Word<_>>(6)?.0,
                version: row.get(7)?,
            })
        })
        .optional()
}
