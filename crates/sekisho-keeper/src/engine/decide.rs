//! `decide`: the answer to the policy's question ends the document.

use rusqlite::Connection;
use sekisho_core::{
    attestation::{Attestation, Claims, Method},
    check::{CheckState, Reason, Role, ShredCause, Verdict},
    event::What,
    id::{AssignmentId, CheckId, KindName, PolicyName, SiteName},
    time::Timestamp,
};

use super::{
    assigned::{self, Assigned, Record},
    ending,
    fault::Fault,
    outbox,
    receive::ARRIVALS,
    registry,
    shifts::OnShift,
    stops,
    turn::Turn,
};
use crate::{
    db::columns::{Id, Word},
    jose,
    wire::{Refusal, ShiftToken},
};

pub(super) fn decide(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    assignment: AssignmentId,
    reason: Reason,
) -> Result<CheckState, Fault> {
    let shift = turn.room.shifts.require(token, &[Role::Reviewer], turn.now.at)?;
    let (staff, assigned) = (shift.staff(), assigned::load(turn, assignment)?);
    require_seen_in_time(&assigned, &shift, turn.now.at)?;
    stops::require_decision(turn.db, &assigned.record().site, staff)?;
    let (record, verdict) = (assigned.record(), reason.verdict());
    let (check, document) = (record.check, record.document);
    turn.db.prepare_cached("UPDATE assignment SET state = 'decided' WHERE id = ?1")?.execute([Id(assignment)])?;
    turn.log(Some(check), What::Decided { check, document, assignment, staff, verdict, reason })?;
    let state = state_after(verdict, record.arrivals);
    let attestation = match (verdict, &record.sub) {
        (Verdict::Approve, Some(sub)) => Some(attest(turn, &Approved::of(record, sub, turn.now.at))?),
        (Verdict::Approve, None) => return Err(Refusal::CheckOver.into()),
        _ => None,
    };
    settle(turn.db, check, state, Some(reason), attestation.as_deref())?;
    ending::shred(turn, check, document, cause(verdict))?;
    outbox::tell(turn, check)?;
    Ok(state)
}

// Nobody can approve what they did not look at.
fn require_seen_in_time(assigned: &Assigned, shift: &OnShift, now: Timestamp) -> Result<(), Refusal> {
    match assigned {
        of if !of.is_of(shift) => Err(Refusal::AssignmentOver),
        of if of.deadline() <= now => Err(Refusal::DocumentGone),
        of if of.until() <= now || !of.is_viewed() => Err(Refusal::AssignmentOver),
        _ => Ok(()),
    }
}

/// Where a decision leaves a check that brought so many documents.
pub(super) fn state_after(verdict: Verdict, arrivals: u8) -> CheckState {
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
    db: &Connection,
    check: CheckId,
    state: CheckState,
    reason: Option<Reason>,
    attestation: Option<&str>,
) -> Result<(), Fault> {
    db.prepare_cached("UPDATE checks SET state = ?2, reason = ?3, attestation = ?4 WHERE id = ?1")?.execute((
        Id(check),
        Word(state),
        reason.map(Word),
        attestation,
    ))?;
    Ok(())
}

/// What a claim is made of.
pub(super) struct Approved<'a> {
    pub check: CheckId,
    pub site: &'a SiteName,
    pub sub: &'a str,
    pub policy: (&'a PolicyName, u32),
    pub kind: &'a KindName,
    /// When it was decided.
    pub at: Timestamp,
}

impl<'a> Approved<'a> {
    fn of(record: &'a Record, sub: &'a str, at: Timestamp) -> Self {
        let policy = (&record.policy, record.version);
        Self { check: record.check, site: &record.site, sub, policy, kind: &record.kind, at }
    }
}

/// Signs the claim of an approved check. The same decision gives the same claim, byte for byte.
pub(super) fn attest(turn: &Turn<'_>, approved: &Approved<'_>) -> Result<String, Fault> {
    let (name, version) = approved.policy;
    let policy = registry::policy(turn.db, name, version)?.ok_or(Refusal::Unavailable)?;
    let claims = Attestation {
        iss: turn.room.keeper(),
        aud: approved.site.clone(),
        sub: approved.sub.to_owned(),
        iat: approved.at,
        jti: approved.check.to_string(),
        check: approved.check,
        policy: policy.name,
        policy_version: policy.version,
        claims: Claims { age_over: policy.age.at_least },
        method: Method::DocumentReview,
        kind: approved.kind.clone(),
    };
    let payload = serde_json::to_vec(&claims).map_err(|e| Fault::Broken("an attestation is no JSON", e.into()))?;
    let signed = jose::sign(&turn.room.signers.attestation, jose::TYP_ATTESTATION, &payload);
    signed.map_err(|e| Fault::Broken("an attestation was not signed", e.into()))
}
