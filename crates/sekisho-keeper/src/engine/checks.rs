//! What a site and a member may see of a check, and how they end it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    calendar::DAY,
    check::{CheckState, ShredCause},
    event::What,
    id::{CheckId, KeeperId, SiteName},
    ledger::receipt::{Receipt, ReceiptEvent},
    time::Timestamp,
};

use super::{decide::settle, ending, fault::Fault, outbox, receive::ARRIVALS, registry, turn::Turn};
use crate::{
    db::columns::{At, Id, Word},
    hash::sha256,
    jose::{
        Jwks,
        call::{MAX_AGE, verify_call},
    },
    wire::{CheckView, DocumentView, Refusal, SignedCall, ViewingView},
};

pub(super) fn check(turn: &Turn<'_>, check: CheckId) -> Result<CheckView, Fault> {
    let mut view = look_up(turn.db, check)?;
    view.witnessed = turn.room.cosigners(newest_event(turn, check)?);
    Ok(view)
}

/// What the database alone says of a check.
pub(super) fn look_up(db: &Connection, check: CheckId) -> Result<CheckView, Fault> {
    let mut view = db
        .prepare_cached(
            "SELECT site, policy, policy_version, state, reason, arrivals, attestation FROM checks WHERE id = ?1",
        )?
        .query_row([Id(check)], |row| {
            Ok(CheckView {
                check,
                site: row.get::<_, Word<_>>(0)?.0,
                policy: row.get::<_, Word<_>>(1)?.0,
                policy_version: row.get(2)?,
                state: row.get::<_, Word<_>>(3)?.0,
                reason: row.get::<_, Option<Word<_>>>(4)?.map(|Word(reason)| reason),
                arrivals_left: ARRIVALS.saturating_sub(row.get(5)?),
                attestation: row.get(6)?,
                documents: Vec::new(),
                viewings: Vec::new(),
                witnessed: None,
                locked: false,
            })
        })
        .optional()?
        .ok_or(Refusal::NotFound)?;
    view.documents = documents(db, check)?;
    view.viewings = viewings(db, check)?;
    Ok(view)
}

fn newest_event(turn: &Turn<'_>, check: CheckId) -> rusqlite::Result<u64> {
    turn.db
        .prepare_cached("SELECT coalesce(max(place), 0) FROM event WHERE check_id = ?1")?
        .query_row([Id(check)], |row| row.get::<_, i64>(0).map(|place| place as u64))
}

fn documents(db: &Connection, check: CheckId) -> rusqlite::Result<Vec<DocumentView>> {
    db.prepare_cached(
        "SELECT id, state, kind, received, deadline, shredded FROM document WHERE check_id = ?1
         ORDER BY received, id",
    )?
    .query_map([Id(check)], |row| {
        Ok(DocumentView {
            document: row.get::<_, Id<_>>(0)?.0,
            state: row.get::<_, Word<_>>(1)?.0,
            kind: row.get::<_, Word<_>>(2)?.0,
            received: row.get::<_, At<_>>(3)?.0,
            deadline: row.get::<_, At<_>>(4)?.0,
            shredded: row.get::<_, Option<At<_>>>(5)?.map(|At(at)| at),
        })
    })?
    .collect()
}

fn viewings(db: &Connection, check: CheckId) -> rusqlite::Result<Vec<ViewingView>> {
    db.prepare_cached("SELECT id, at FROM viewing WHERE check_id = ?1 ORDER BY at, id")?
        .query_map([Id(check)], |row| {
            Ok(ViewingView { viewing: row.get::<_, Id<_>>(0)?.0, at: row.get::<_, At<_>>(1)?.0 })
        })?
        .collect()
}

/// A check's events with their proofs: under the newest checkpoint that a witness cosigned if all of them are, else
/// under the published one, with what was entered a moment ago.
pub(super) fn proof(turn: &mut Turn<'_>, check: CheckId) -> Result<String, Fault> {
    let events: Vec<(u64, Vec<u8>, Vec<u8>)> = turn
        .db
        .prepare_cached("SELECT place, salt, body FROM event WHERE check_id = ?1 ORDER BY place")?
        .query_map([Id(check)], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let (newest, ..) = events.last().ok_or(Refusal::NotFound)?;
    let witnessed = *newest < turn.room.ledger.witnessed_size();
    if !witnessed {
        turn.room.publish()?;
    }
    let mut proven = Vec::with_capacity(events.len());
    for (place, salt, body) in events {
        let ledger = &mut turn.room.ledger;
        let proof = if witnessed { ledger.prove_witnessed(place) } else { ledger.prove(place) };
        let proof = proof.map_err(|cause| Fault::Broken("the ledger gave no proof", cause.into()))?;
        let salt = salt.try_into().map_err(|_| Refusal::Unavailable)?;
        proven.push(ReceiptEvent::new(body, &salt, proof).ok_or(Refusal::Unavailable)?);
    }
    Ok(Receipt::new(check, turn.room.ledger.vkey(), proven).to_json())
}

// ---------------------------------------------------------------- withdrawal

/// The site withdraws: the keeper verifies the site's own signature over this very call.
pub(super) fn withdraw(turn: &mut Turn<'_>, check: CheckId, call: &SignedCall) -> Result<(), Fault> {
    require_site(turn.db, (turn.room.keeper(), turn.now.at), check, call)?;
    end(turn, check)
}

/// Refuses a withdrawal by anybody but the check's site.
pub(super) fn require_site(
    db: &Connection,
    when: (KeeperId, Timestamp),
    check: CheckId,
    call: &SignedCall,
) -> Result<(), Fault> {
    let site = called_by(db, when, call, &format!("/v1/checks/{check}/withdraw"))?;
    if site_of(db, check)? == site { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// The member withdraws with the secret that only their browser has.
pub(super) fn withdraw_by_member(turn: &mut Turn<'_>, check: CheckId, secret: &[u8; 32]) -> Result<(), Fault> {
    require_member(turn.db, check, secret)?;
    end(turn, check)
}

/// Refuses a withdrawal by anybody but whose check it is.
pub(super) fn require_member(db: &Connection, check: CheckId, secret: &[u8; 32]) -> Result<(), Fault> {
    let known: Option<Option<Vec<u8>>> = db
        .prepare_cached("SELECT withdraw_sha256 FROM checks WHERE id = ?1")?
        .query_row([Id(check)], |row| row.get(0))
        .optional()?;
    let known = known.flatten().ok_or(Refusal::NotFound)?;
    verify_slices_are_equal(&known, &sha256(secret)).map_err(|_| Refusal::NotFound.into())
}

/// Whether there is anything to withdraw: not where it was withdrawn before.
pub(super) fn is_open(db: &Connection, check: CheckId) -> Result<bool, Fault> {
    match state_of(db, check)? {
        CheckState::Withdrawn => Ok(false),
        state if state.is_final() => Err(Refusal::CheckOver.into()),
        _ => Ok(true),
    }
}

fn end(turn: &mut Turn<'_>, check: CheckId) -> Result<(), Fault> {
    if !is_open(turn.db, check)? {
        return Ok(());
    }
    if let Some(document) = ending::undecided_of(turn.db, check)? {
        ending::shred(turn, check, document, ShredCause::Withdrawn)?;
    }
    settle(turn.db, check, CheckState::Withdrawn, None, None)?;
    turn.log(Some(check), What::CheckEnded { check, withdrawn: true })?;
    outbox::tell(turn, check)
}

/// A member left: their open checks end now, and what ties the others to them goes after the policy's days.
pub(super) fn member_left(turn: &mut Turn<'_>, sub: &str, call: &SignedCall) -> Result<(), Fault> {
    let site = called_by(turn.db, (turn.room.keeper(), turn.now.at), call, &format!("/v1/members/{sub}/left"))?;
    let checks = of_member(turn, &site, sub)?;
    for check in &checks {
        if !state_of(turn.db, *check)?.is_final() {
            end(turn, *check)?;
        }
        let erase_at = turn.now.at + member_days(turn, *check)? * DAY;
        turn.db
            .prepare_cached("UPDATE checks SET erase_at = ?2 WHERE id = ?1 AND erase_at IS NULL")?
            .execute((Id(*check), At(erase_at)))?;
        turn.log(Some(*check), What::MemberLeft { checks: vec![*check], erase_at })?;
    }
    if checks.is_empty() { Err(Refusal::NotFound.into()) } else { Ok(()) }
}

fn member_days(turn: &Turn<'_>, check: CheckId) -> Result<u64, Fault> {
    let (policy, version): (Word<_>, u32) = turn
        .db
        .prepare_cached("SELECT policy, policy_version FROM checks WHERE id = ?1")?
        .query_row([Id(check)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let policy = registry::policy(turn.db, &policy.0, version)?.ok_or(Refusal::Unavailable)?;
    Ok(u64::from(policy.retention.member_days))
}

fn of_member(turn: &Turn<'_>, site: &SiteName, sub: &str) -> rusqlite::Result<Vec<CheckId>> {
    turn.db
        .prepare_cached("SELECT id FROM checks WHERE site = ?1 AND sub = ?2 ORDER BY created, id")?
        .query_map((Word(site), sub), |row| row.get::<_, Id<_>>(0))?
        .map(|id| id.map(|Id(id)| id))
        .collect()
}

fn state_of(db: &Connection, check: CheckId) -> Result<CheckState, Fault> {
    let found: Option<Word<CheckState>> = db
        .prepare_cached("SELECT state FROM checks WHERE id = ?1")?
        .query_row([Id(check)], |row| row.get(0))
        .optional()?;
    Ok(found.ok_or(Refusal::NotFound)?.0)
}

fn site_of(db: &Connection, check: CheckId) -> Result<SiteName, Fault> {
    let found: Option<Word<SiteName>> = db
        .prepare_cached("SELECT site FROM checks WHERE id = ?1")?
        .query_row([Id(check)], |row| row.get(0))
        .optional()?;
    Ok(found.ok_or(Refusal::NotFound)?.0)
}

// The path is the keeper's own, not the gate's word: a signature over another
// call can't be passed off as this one, and each is good once (M7).
fn called_by(
    db: &Connection,
    (keeper, now): (KeeperId, Timestamp),
    call: &SignedCall,
    path: &str,
) -> Result<SiteName, Fault> {
    if call.method != "POST" || call.path != path {
        return Err(Refusal::BadSignature.into());
    }
    let keys = |site: &_| Jwks::parse(&registry::site(db, site).ok().flatten()?.jwks).ok();
    let verified = verify_call(call, keeper, keys, now).map_err(Refusal::from)?;
    let fresh = db
        .prepare_cached("INSERT INTO used_call (site, jti, until) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute((Word(&verified.site), &verified.jti, At(verified.issued + 2 * MAX_AGE + 1)))?;
    if fresh == 1 { Ok(verified.site) } else { Err(Refusal::BadSignature.into()) }
}
