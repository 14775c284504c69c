//! `receive`: a sealed document comes into custody.

use rusqlite::OptionalExtension;
use sekisho_core::{
    check::{CheckState, DocumentState},
    event::What,
    id::{CheckId, DocumentId, KeeperId, SiteName},
    policy::{Day, Policy},
    time::{HOUR, Timestamp},
};
use sekisho_seal::{Context, DocumentKey, FormatVersion, IntakeSecret, open_key};

use super::{budget, fault::Fault, registry, stops, turn::Turn};
use crate::{
    custody::{self, Hold},
    db::{
        columns::{At, Id, Word},
        key_page, meta,
    },
    hash::hex,
    jose::request::{CheckRequest, SiteTerms, verify_known_request},
    keystore::deadline_of,
    wire::{Receive, Received, Refusal},
};

/// How many documents one request may bring, each next one only after the keeper ended the last.
pub(super) const ARRIVALS: u8 = 3;
/// An intake key is accepted for its own hour and the next.
pub(super) const INTAKE_HOURS: u64 = 2;

pub(super) fn receive(turn: &mut Turn<'_>, ask: &Receive) -> Result<Received, Fault> {
    let request = verified(turn, &ask.request)?;
    stops::require_upload(turn.db, &request.site)?;
    let check = request.check;
    let policy = registry::policy_in_force(turn.db, &request, Day::of(turn.now.at))?;
    require_kind(&policy, ask, turn.now.at)?;
    let arrival = next_arrival(turn, check, &request)?;
    let (key, context) = opened_key(turn, ask, &request)?;
    require_blob(turn, ask)?;
    let deadline = custody_deadline(turn.now.at, ask.deadline, &policy);
    upsert_check(turn, check, &request, &policy, ask, arrival)?;
    hold(turn, ask, &context, deadline, &policy, &key)?;
    end_founding(turn)?;
    let ledger_index = turn.log(Some(check), received_event(ask, check, &request, &policy, arrival, deadline))?;
    Ok(Received { check, arrival, deadline, ledger_index })
}

// Every arrival carries the site's signature; `exp` bounds only the first one.
fn verified(turn: &Turn<'_>, request: &str) -> Result<CheckRequest, Fault> {
    let terms = |site: &_| SiteTerms::try_from(&registry::site(turn.db, site).ok().flatten()?).ok();
    verify_known_request(request, turn.room.keeper(), terms, turn.now.at).map_err(|error| Refusal::from(error).into())
}

fn require_kind(policy: &Policy, ask: &Receive, now: Timestamp) -> Result<(), Refusal> {
    let today = Day::of(now);
    let accepted = policy.kinds.iter().find(|kind| kind.kind == ask.kind);
    match accepted {
        Some(kind) if kind.valid_to.is_none_or(|last| today <= last) => Ok(()),
        _ => Err(Refusal::KindNotAccepted),
    }
}

fn next_arrival(turn: &Turn<'_>, check: CheckId, request: &CheckRequest) -> Result<u8, Fault> {
    let known: Option<(Word<CheckState>, u8)> = turn
        .db
        .prepare_cached("SELECT state, arrivals FROM checks WHERE id = ?1")?
        .query_row([Id(check)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match known {
        None if request.expires <= turn.now.at => Err(Refusal::RequestExpired.into()),
        None => Ok(1),
        Some((Word(CheckState::InReview), _)) => Err(Refusal::AlreadyReceived.into()),
        Some((Word(CheckState::AwaitingDocument), arrivals)) if arrivals < ARRIVALS => Ok(arrivals + 1),
        Some(_) => Err(Refusal::CheckOver.into()),
    }
}

fn opened_key(turn: &Turn<'_>, ask: &Receive, request: &CheckRequest) -> Result<(DocumentKey, Context), Refusal> {
    let (hour, seed) = turn.room.keys.intake(ask.intake_key).ok_or(Refusal::IntakeKeyExpired)?;
    if turn.now.at >= hour.plus(INTAKE_HOURS).start() {
        return Err(Refusal::IntakeKeyExpired);
    }
    let context = context(turn.room.keeper(), &request.site, request.check, ask.document, deadline_of(hour));
    if ask.deadline != context.deadline {
        return Err(Refusal::BadRequest);
    }
    let key = open_key(&IntakeSecret::from_seed(&seed), &context, &ask.sealed_key).map_err(|_| Refusal::Damaged)?;
    Ok((key, context))
}

/// What a document is bound to.
pub(super) fn context(
    keeper: KeeperId,
    site: &SiteName,
    check: CheckId,
    document: DocumentId,
    deadline: Timestamp,
) -> Context {
    Context { version: FormatVersion::V1, keeper, site: site.clone(), check, document, deadline }
}

// The gate says that it is there; a document is acknowledged only if that is so.
fn require_blob(turn: &Turn<'_>, ask: &Receive) -> Result<(), Refusal> {
    match turn.room.blobs.length(ask.document) {
        Ok(length) if length == ask.ciphertext_len => Ok(()),
        _ => Err(Refusal::Damaged),
    }
}

// A policy may keep a picture for less than the intake key allows, never for
// longer. Slots are whole hours, so a shorter time is rounded down, but not to
// the hour that is already here.
fn custody_deadline(now: Timestamp, sealed: Timestamp, policy: &Policy) -> Timestamp {
    let allowed = (now + u64::from(policy.retention.picture_hours) * HOUR).hour().start();
    sealed.min(allowed.max(now.hour().plus(1).start()))
}

fn upsert_check(
    turn: &Turn<'_>,
    check: CheckId,
    request: &CheckRequest,
    policy: &Policy,
    ask: &Receive,
    arrival: u8,
) -> Result<(), Fault> {
    turn.db
        .prepare_cached(
            "INSERT INTO checks
                 (id, site, jti, sub, policy, policy_version, state, arrivals, created, withdraw_sha256)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET
                 policy_version = ?6, state = ?7, reason = NULL, arrivals = ?8, withdraw_sha256 = ?10",
        )?
        .execute((
            Id(check),
            Word(&request.site),
            &request.jti,
            request.sub.to_string(),
            Word(&policy.name),
            policy.version,
            Word(CheckState::InReview),
            arrival,
            At(turn.now.at),
            &ask.withdraw_sha256[..],
        ))?;
    Ok(())
}

fn hold(
    turn: &mut Turn<'_>,
    ask: &Receive,
    context: &Context,
    deadline: Timestamp,
    policy: &Policy,
    key: &DocumentKey,
) -> Result<(), Fault> {
    let root = turn.room.keys.root_hour().ok_or(Refusal::Unavailable)?;
    let hold = Hold { keeper: turn.room.keeper(), document: ask.document, root, deadline: deadline.hour() };
    let wrapped = custody::wrap(&turn.room.keys, hold, key, &mut *turn.room.entropy);
    let place = key_page::keep(turn.db, hold, wrapped.map_err(|_| Refusal::Unavailable)?)?;
    let warn_at = turn.now.at + u64::from(policy.retention.warn_hours) * HOUR;
    let inserted = turn
        .db
        .prepare_cached(
            "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, warn_at,
                                   sha256, length, key_place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(rusqlite::params![
            Id(ask.document),
            Id(context.check),
            Word(&context.site),
            Word(&ask.kind),
            Word(DocumentState::Waiting),
            At(turn.now.at),
            At(deadline),
            At(context.deadline),
            At(warn_at),
            &ask.ciphertext_sha256[..],
            ask.ciphertext_len as i64,
            place,
        ])?;
    if inserted != 1 {
        return Err(Refusal::AlreadyReceived.into());
    }
    Ok(budget::arrived(turn, &context.site, turn.now.at)?)
}

// With its first real check an installation is founded: from here on the
// registry can't be loosened at once any more.
fn end_founding(turn: &Turn<'_>) -> Result<(), Fault> {
    if !turn.room.installation.test && !meta::is(turn.db, meta::names::IN_USE)? {
        meta::set(turn.db, meta::names::IN_USE, &true)?;
    }
    Ok(())
}

fn received_event(
    ask: &Receive,
    check: CheckId,
    request: &CheckRequest,
    policy: &Policy,
    arrival: u8,
    deadline: Timestamp,
) -> What {
    What::Received {
        check,
        document: ask.document,
        site: request.site.clone(),
        policy: policy.name.clone(),
        policy_version: policy.version,
        kind: ask.kind.clone(),
        arrival,
        deadline,
        ciphertext_sha256: hex(&ask.ciphertext_sha256),
    }
}
