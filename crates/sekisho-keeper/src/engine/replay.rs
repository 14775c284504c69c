//! Events that are on record but whose rows are not: what a restored database has to learn from them.
//!
//! The events themselves stand in the ledger already. Here each brings about once more what it tells, as far as it can
//! be known from it: nothing that ended goes on, and nobody who left or was removed is back.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use sekisho_core::{
    check::{CheckState, DocumentState, Reason, ShredCause, Verdict},
    event::{Event, What},
    id::{CheckId, DocumentId, KindName, PolicyName, SiteName, StaffId},
    time::Timestamp,
};

use super::{
    budget,
    decide::{Approved, attest, settle, state_after},
    fault::Fault,
    pause::Pause,
    restore::KnownCheck,
    retention::erase_member,
    stops,
    turn::Turn,
};
use crate::db::{
    columns::{At, Id, Word},
    meta::{self, LockedDown},
};

/// What the gate has to learn from an event, for its own database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateFact {
    /// What ties the check to a person was erased.
    Erased(CheckId),
    /// Its member left: what ties it to them goes at this time.
    Leaves(CheckId, Timestamp),
    /// It was withdrawn at this time.
    Withdrawn(CheckId, Timestamp),
}

/// What came of a replay.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// Checks that only the events know: their rows can't be made up.
    pub unknown: BTreeSet<CheckId>,
    /// Checks whose state may have been told to nobody.
    pub to_tell: BTreeSet<CheckId>,
    /// For the gate.
    pub gate: Vec<GateFact>,
    /// People who were enrolled: their passkeys are lost.
    pub enrolled: BTreeSet<StaffId>,
    /// Sites that were registered or changed.
    pub sites: BTreeSet<SiteName>,
    /// Witnesses that were registered: where they are asked is lost.
    pub witnesses: BTreeSet<String>,
    /// Policies that were registered.
    pub policies: BTreeSet<PolicyName>,
}

/// What the gate's database still knows of a check.
pub(super) type Known<'a> = &'a dyn Fn(CheckId) -> Option<KnownCheck>;

/// Brings about what `event` tells.
pub(super) fn replay(
    turn: &mut Turn<'_>,
    event: &Event,
    known: Known<'_>,
    replayed: &mut Replayed,
) -> Result<(), Fault> {
    if let What::Received { .. } = event.what {
        received(turn, event, known)?;
    }
    let Some(check) = event.what.check() else { return of_the_house(turn, event, replayed) };
    if exists(turn, check)? {
        of_a_check(turn, check, event, replayed)
    } else {
        replayed.unknown.insert(check);
        // The gate may know it all the same: a member can leave before a document came.
        fact(check, event, replayed);
        Ok(())
    }
}

fn exists(turn: &Turn<'_>, check: CheckId) -> rusqlite::Result<bool> {
    turn.db.prepare_cached("SELECT 1 FROM checks WHERE id = ?1")?.exists([Id(check)])
}

fn fact(check: CheckId, event: &Event, replayed: &mut Replayed) {
    replayed.gate.extend(match event.what {
        What::MemberErased { .. } => Some(GateFact::Erased(check)),
        What::MemberLeft { erase_at, .. } => Some(GateFact::Leaves(check, erase_at)),
        What::CheckEnded { withdrawn: true, .. } => Some(GateFact::Withdrawn(check, event.at)),
        _ => None,
    });
}

fn of_a_check(turn: &mut Turn<'_>, check: CheckId, event: &Event, replayed: &mut Replayed) -> Result<(), Fault> {
    fact(check, event, replayed);
    match &event.what {
        What::Viewed { viewing, document, staff, .. } => {
            if let Some(row) = row(turn, check, *document)? {
                budget::recount(turn, (*staff, check, *document), &row.site, event.at)?;
            }
            turn.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO viewing (id, check_id, document, staff, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((Id(*viewing), Id(check), Id(*document), Id(*staff), At(event.at)))?;
        }
        What::Decided { document, verdict, reason, .. } => {
            decided(turn, (check, *document), (*verdict, *reason), event.at)?;
            replayed.to_tell.insert(check);
        }
        What::Shredded { document, cause, .. } => {
            shredded(turn, (check, *document), *cause, event.at)?;
            replayed.to_tell.insert(check);
        }
        What::CheckEnded { withdrawn, .. } => {
            let state = if *withdrawn { CheckState::Withdrawn } else { CheckState::Expired };
            settle(turn.db, check, state, None, None)?;
            replayed.to_tell.insert(check);
        }
        What::MemberLeft { erase_at, .. } => {
            turn.db
                .prepare_cached("UPDATE checks SET erase_at = ?2 WHERE id = ?1 AND erase_at IS NULL")?
                .execute((Id(check), At(*erase_at)))?;
        }
        What::MemberErased { .. } => {
            erase_member(turn, check)?;
            replayed.to_tell.remove(&check);
        }
        _ => {}
    }
    Ok(())
}

fn of_the_house(turn: &mut Turn<'_>, event: &Event, replayed: &mut Replayed) -> Result<(), Fault> {
    match &event.what {
        What::StaffRemoved { staff, .. } => {
            turn.db.prepare_cached("DELETE FROM staff WHERE id = ?1")?.execute([Id(*staff)])?;
            replayed.enrolled.remove(staff);
        }
        What::StaffEnrolled { staff, .. } => {
            let here = turn.db.prepare_cached("SELECT 1 FROM staff WHERE id = ?1")?.exists([Id(*staff)])?;
            replayed.enrolled.extend((!here).then_some(*staff));
        }
        What::SiteRegistered { site } => drop(replayed.sites.insert(site.clone())),
        What::PolicyRegistered { policy, version } => {
            let sql = "SELECT 1 FROM policy WHERE name = ?1 AND version = ?2";
            if !turn.db.prepare_cached(sql)?.exists((Word(policy), version))? {
                replayed.policies.insert(policy.clone());
            }
        }
        What::WitnessRegistered { witness, .. } => {
            let lost = !is_watching(turn, witness)?;
            replayed.witnesses.extend(lost.then(|| witness.clone()));
        }
        What::WitnessForgotten { witness, .. } => {
            turn.db
                .prepare_cached("UPDATE witness SET forgotten = ?2 WHERE name = ?1 AND forgotten IS NULL")?
                .execute((witness, At(event.at)))?;
            replayed.witnesses.remove(witness);
        }
        What::WitnessContradicted { witness, size, contradiction } => {
            turn.db
                .prepare_cached("UPDATE witness SET contradiction = ?2, contradicted = ?3 WHERE name = ?1")?
                .execute((witness, Word(contradiction), *size as i64))?;
        }
        What::WitnessAgreed { witness, .. } => {
            turn.db
                .prepare_cached("UPDATE witness SET contradiction = NULL, contradicted = NULL WHERE name = ?1")?
                .execute([witness])?;
        }
        What::SiteBudgetSet { site, budget, .. } => drop(budget::note_of_site(turn.db, site, *budget)?),
        What::LimitsSet { limits } => meta::set(turn.db, meta::names::LIMITS, limits)?,
        What::LockedDown { lockdown } => {
            let standing = LockedDown { since: event.at, place: 0, lockdown: lockdown.clone() };
            meta::set(turn.db, meta::names::LOCKED_DOWN, &standing)?;
        }
        What::Unlocked { .. } => meta::clear(turn.db, meta::names::LOCKED_DOWN)?,
        What::Paused { until: Some(until), .. } => meta::set(turn.db, meta::names::PAUSED, &Pause::until(*until))?,
        What::Paused { until: None, .. } => meta::set(turn.db, meta::names::PAUSED, &true)?,
        What::Resumed { .. } => meta::clear(turn.db, meta::names::PAUSED)?,
        What::Stopping { stopping } => stops::note(turn.db, event.at, stopping)?,
        _ => {}
    }
    Ok(())
}

fn is_watching(turn: &Turn<'_>, witness: &str) -> rusqlite::Result<bool> {
    turn.db.prepare_cached("SELECT 1 FROM witness WHERE name = ?1 AND forgotten IS NULL")?.exists([witness])
}

/// A document came. Its check is made from what the gate knows, if the keeper's own row is of later.
fn received(turn: &mut Turn<'_>, event: &Event, known: Known<'_>) -> Result<(), Fault> {
    let What::Received { check, site, policy, policy_version, arrival, .. } = &event.what else { return Ok(()) };
    if let Some(known) = known(*check).filter(|known| known.site == *site) {
        turn.db
            .prepare_cached(
                "INSERT INTO checks (id, site, jti, sub, policy, policy_version, state, arrivals, created)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
            )?
            .execute((
                Id(*check),
                Word(site),
                known.jti,
                known.sub,
                Word(policy),
                policy_version,
                Word(CheckState::InReview),
                arrival,
                At(event.at),
            ))?;
    }
    turn.db
        .prepare_cached(
            "UPDATE checks SET policy_version = ?2, state = ?3, reason = NULL, arrivals = ?4 WHERE id = ?1",
        )?
        .execute((Id(*check), policy_version, Word(CheckState::InReview), arrival))?;
    if exists(turn, *check)? { document(turn, event) } else { Ok(()) }
}

// Its key was nowhere but beside the rows that are gone; so it waits without one, and is ended as lost if nothing
// ended it before.
fn document(turn: &mut Turn<'_>, event: &Event) -> Result<(), Fault> {
    let What::Received { check, document, site, kind, deadline, ciphertext_sha256, .. } = &event.what else {
        return Ok(());
    };
    let came = turn
        .db
        .prepare_cached(
            "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, sha256, length)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, unhex(?8), 0) ON CONFLICT DO NOTHING",
        )?
        .execute((
            Id(*document),
            Id(*check),
            Word(site),
            Word(kind),
            Word(DocumentState::Waiting),
            At(event.at),
            At(*deadline),
            ciphertext_sha256,
        ))?;
    if came == 1 {
        budget::arrived(turn, site, event.at)?;
    }
    Ok(())
}

struct Row {
    site: SiteName,
    sub: Option<String>,
    policy: PolicyName,
    version: u32,
    arrivals: u8,
    kind: KindName,
}

fn row(turn: &Turn<'_>, check: CheckId, document: DocumentId) -> rusqlite::Result<Option<Row>> {
    turn.db
        .prepare_cached(
            "SELECT c.site, c.sub, c.policy, c.policy_version, c.arrivals, d.kind
             FROM checks AS c JOIN document AS d ON d.check_id = c.id WHERE c.id = ?1 AND d.id = ?2",
        )?
        .query_row((Id(check), Id(document)), |row| {
            Ok(Row {
                site: row.get::<_, Word<_>>(0)?.0,
                sub: row.get(1)?,
                policy: row.get::<_, Word<_>>(2)?.0,
                version: row.get(3)?,
                arrivals: row.get(4)?,
                kind: row.get::<_, Word<_>>(5)?.0,
            })
        })
        .optional()
}

fn decided(
    turn: &mut Turn<'_>,
    (check, document): (CheckId, DocumentId),
    (verdict, reason): (Verdict, Reason),
    at: Timestamp,
) -> Result<(), Fault> {
    let Some(row) = row(turn, check, document)? else { return Ok(()) };
    let policy = (&row.policy, row.version);
    let approved = row.sub.as_deref().filter(|_| verdict == Verdict::Approve);
    let approved = approved.map(|sub| Approved { check, site: &row.site, sub, policy, kind: &row.kind, at });
    let attestation = approved.map(|approved| attest(turn, &approved)).transpose()?;
    settle(turn.db, check, state_after(verdict, row.arrivals), Some(reason), attestation.as_deref())
}

fn shredded(
    turn: &mut Turn<'_>,
    (check, document): (CheckId, DocumentId),
    cause: ShredCause,
    at: Timestamp,
) -> Result<(), Fault> {
    let ended = turn
        .db
        .prepare_cached(
            "UPDATE document SET state = ?2, warn_at = NULL, shredded = ?3 WHERE id = ?1 AND shredded IS NULL
             RETURNING site",
        )?
        .query_row((Id(document), Word(DocumentState::Shredded), At(at)), |row| row.get::<_, Word<_>>(0))
        .optional()?;
    if let Some(Word(site)) = ended {
        budget::ended(turn, &site, at)?;
    }
    // After these two its member is asked again; if arrivals ran out, the next event says so.
    if matches!(cause, ShredCause::Overdue | ShredCause::Damaged) {
        settle(turn.db, check, CheckState::AwaitingDocument, None, None)?;
    }
    Ok(())
}
