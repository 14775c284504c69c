//! `decide`: the answer to the policy's question ends the document.

use rusqlite::OptionalExtension;
use sekisho_core::{
    attestation::{Attestation, Claims, Method},
    check::{CheckState, Reason, Role, ShredCause, Verdict},
    event::What,
    id::{AssignmentId, CheckId, DocumentId, KindName, PolicyName, SiteName, StaffId},
    time::Timestamp,
};

use super::{ending, fault::Fault, outbox, receive::ARRIVALS, registry, turn::Turn};
use crate::{
    db::columns::{At, Id, Word},
    jose,
    wire::{Refusal, ShiftToken},
};

struct Row {
    staff: StaffId,
    until: Timestamp,
    viewed: bool,
    check: CheckId,
    document: DocumentId,
    kind: KindName,
    deadline: Timestamp,
    arrivals: u8,
    site: SiteName,
    sub: Option<String>,
    policy: PolicyName,
    version: u32,
}

pub(super) fn decide(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    assignment: AssignmentId,
    reason: Reason,
) -> Result<CheckState, Fault> {
    let staff = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?.staff;
    let row = load(turn, assignment)?.filter(|row| row.staff == staff).ok_or(Refusal::AssignmentOver)?;
    require_seen_in_time(&row, turn.now.at)?;
    let verdict = reason.verdict();
    turn.db.prepare_cached("UPDATE assignment SET state = 'decided' WHERE id = ?1")?.execute([Id(assignment)])?;
    let (check, document) = (row.check, row.document);
    turn.log(Some(check), What::Decided { check, document, assignment, staff, verdict, reason })?;
    let state = state_after(verdict, row.arrivals);
    let attestation = if verdict == Verdict::Approve { Some(attest(turn, &row)?) } else { None };
    settle(turn, check, state, Some(reason), attestation.as_deref())?;
    ending::shred(turn, check, document, cause(verdict))?;
    outbox::tell(turn, check)?;
    Ok(state)
}

// Nobody can approve what they did not look at.
fn require_seen_in_time(row: &Row, now: Timestamp) -> Result<(), Refusal> {
    match row {
        row if row.deadline <= now => Err(Refusal::DocumentGone),
        row if row.until <= now || !row.viewed => Err(Refusal::AssignmentOver),
        _ => Ok(()),
    }
}

fn state_after(verdict: Verdict, arrivals: u8) -> CheckState {
    match verdict {
        Verdict::Approve => CheckState::Approved,
        Verdict::Reject => CheckState::Rejected,
        Verdict::Retake if arrivals < ARRIVALS => CheckState::AwaitingDocument,
        Verdict::Retake => CheckState::Expired,
    }
}

fn cause(verdict: Verdict) -> ShredCause {
    if verdict == Verdict::Retake { ShredCause::Retake } else { ShredCause::Decided }
}

/// Sets where a check stands.
pub(super) fn settle(
    turn: &Turn<'_>,
    check: CheckId,
    state: CheckState,
    reason: Option<Reason>,
    attestation: Option<&str>,
) -> Result<(), Fault> {
    turn.db.prepare_cached("UPDATE checks SET state = ?2, reason = ?3, attestation = ?4 WHERE id = ?1")?.execute((
        Id(check),
        Word(state),
        reason.map(Word),
        attestation,
    ))?;
    Ok(())
}

fn attest(turn: &mut Turn<'_>, row: &Row) -> Result<String, Fault> {
    let policy = registry::policy(turn.db, &row.policy, row.version)?.ok_or(Refusal::Unavailable)?;
    let claims = Attestation {
        iss: turn.room.keeper(),
        aud: row.site.clone(),
        sub: row.sub.clone().ok_or(Refusal::CheckOver)?,
        iat: turn.now.at,
        jti: row.check.to_string(),
        check: row.check,
        policy: policy.name,
        policy_version: policy.version,
        claims: Claims { age_over: policy.age.at_least },
        method: Method::DocumentReview,
        kind: row.kind.clone(),
    };
    let payload = serde_json::to_vec(&claims).map_err(|e| Fault::Broken("an attestation is no JSON", e.into()))?;
    let signed = jose::sign(&turn.room.signers.attestation, jose::TYP_ATTESTATION, &payload);
    signed.map_err(|e| Fault::Broken("an attestation was not signed", e.into()))
}

fn load(turn: &Turn<'_>, assignment: AssignmentId) -> rusqlite::Result<Option<Row>> {
    turn.db
        .prepare_cached(
            "SELECT a.staff, a.until, a.viewed, c.id, d.id, d.kind, d.deadline, c.arrivals, c.site, c.sub, c.policy,
                    c.policy_version
             FROM assignment AS a JOIN document AS d ON d.id = a.document JOIN checks AS c ON c.id = a.check_id
             WHERE a.id = ?1 AND a.state = 'open' AND d.wrapped IS NOT NULL",
        )?
        .query_row([Id(assignment)], |row| {
            Ok(Row {
                staff: row.get::<_, Id<_>>(0)?.0,
                until: row.get::<_, At<_>>(1)?.0,
                viewed: row.get(2)?,
                check: row.get::<_, Id<_>>(3)?.0,
                document: row.get::<_, Id<_>>(4)?.0,
                kind: row.get::<_, Word<_>>(5)?.0,
                deadline: row.get::<_, At<_>>(6)?.0,
                arrivals: row.get(7)?,
                site: row.get::<_, Word<_>>(8)?.0,
                sub: row.get(9)?,
                policy: row.get::<_, Word<_>>(10)?.0,
                version: row.get(11)?,
            })
        })
        .optional()
}
