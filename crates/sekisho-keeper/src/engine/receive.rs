//! `receive`: a sealed document comes into custody.

use rusqlite::{Connection, OptionalExtension};
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
    blobs::Blobs,
    custody::{self, Hold},
    db::{
        columns::{At, Id, Word},
        key_page, meta,
    },
    hash::hex,
    intake::custody_deadline,
    jose::request::{CheckRequest, SiteTerms, verify_known_request},
    keystore::deadline_of,
    wire::{Receive, Received, Refusal},
};

/// How many documents one request may bring, each next one only after the keeper ended the last.
pub(super) const ARRIVALS: u8 = 3;
/// An intake key is accepted for its own hour and the next.
pub(super) const INTAKE_HOURS: u64 = 2;

/// What is known of a document before anybody looks at its key.
pub(super) struct Coming {
    pub request: CheckRequest,
    pub policy: Policy,
    /// Which arrival of its check it is, from 1.
    pub arrival: u8,
}

pub(super) fn receive(turn: &mut Turn<'_>, ask: &Receive) -> Result<Received, Fault> {
    let coming = judge(turn.db, (turn.room.keeper(), turn.now.at), ask)?;
    let (key, context) = opened_key(turn, ask, &coming.request)?;
    require_blob(&*turn.room.blobs, ask)?;
    let deadline = custody_deadline(turn.now.at, ask.deadline, &coming.policy);
    put_check(turn.db, turn.now.at, ask, &coming)?;
    let place = keep(turn, &context, deadline, &key)?;
    put_document(turn.db, turn.now.at, ask, &coming, (deadline, Some(place)))?;
    budget::arrived(turn, &context.site, turn.now.at)?;
    end_founding(turn.db, turn.room.installation.test)?;
    let check = coming.request.check;
    let ledger_index = turn.log(Some(check), received_event(ask, &coming, deadline, false))?;
    Ok(Received { check, arrival: coming.arrival, deadline, ledger_index })
}

/// Judges all of it that takes no key. Every arrival carries the site's signature; `exp` bounds only the first one.
pub(super) fn judge(db: &Connection, (keeper, now): (KeeperId, Timestamp), ask: &Receive) -> Result<Coming, Fault> {
    let terms = |site: &_| SiteTerms::try_from(&registry::site(db, site).ok().flatten()?).ok();
    let request = verify_known_request(&ask.request, keeper, terms, now).map_err(Refusal::from)?;
    stops::require_upload(db, &request.site)?;
    let policy = registry::policy_in_force(db, &request, Day::of(now))?;
    require_kind(&policy, ask, now)?;
    let arrival = next_arrival(db, now, &request)?;
    Ok(Coming { request, policy, arrival })
}

fn require_kind(policy: &Policy, ask: &Receive, now: Timestamp) -> Result<(), Refusal> {
    let today = Day::of(now);
    let accepted = policy.kinds.iter().find(|kind| kind.kind == ask.kind);
    match accepted {
        Some(kind) if kind.valid_to.is_none_or(|last| today <= last) => Ok(()),
        _ => Err(Refusal::KindNotAccepted),
    }
}

fn next_arrival(db: &Connection, now: Timestamp, request: &CheckRequest) -> Result<u8, Fault> {
    let known: Option<(Word<CheckState>, u8)> = db
        .prepare_cached("SELECT state, arrivals FROM checks WHERE id = ?1")?
        .query_row([Id(request.check)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match known {
        None if request.expires <= now => Err(Refusal::RequestExpired.into()),
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
pub(super) fn require_blob(blobs: &dyn Blobs, ask: &Receive) -> Result<(), Refusal> {
    match blobs.length(ask.document) {
        Ok(length) if length == ask.ciphertext_len => Ok(()),
        _ => Err(Refusal::Damaged),
    }
}

pub(super) fn put_check(db: &Connection, now: Timestamp, ask: &Receive, coming: &Coming) -> Result<(), Fault> {
    let Coming { request, policy, arrival } = coming;
    db.prepare_cached(
        "INSERT INTO checks
             (id, site, jti, sub, policy, policy_version, state, arrivals, created, withdraw_sha256)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET
             policy_version = ?6, state = ?7, reason = NULL, arrivals = ?8, withdraw_sha256 = ?10",
    )?
    .execute((
        Id(request.check),
        Word(&request.site),
        &request.jti,
        request.sub.to_string(),
        Word(&policy.name),
        policy.version,
        Word(CheckState::InReview),
        arrival,
        At(now),
        &ask.withdraw_sha256[..],
    ))?;
    Ok(())
}

/// Wraps a document's key under the newest root and the slot of its deadline, and says where it lies.
pub(super) fn keep(
    turn: &mut Turn<'_>,
    context: &Context,
    deadline: Timestamp,
    key: &DocumentKey,
) -> Result<i64, Fault> {
    let root = turn.room.keys.root_hour().ok_or(Refusal::Unavailable)?;
    let hold = Hold { keeper: turn.room.keeper(), document: context.document, root, deadline: deadline.hour() };
    let wrapped = custody::wrap(&turn.room.keys, hold, key, &mut *turn.room.entropy);
    Ok(key_page::keep(turn.db, hold, wrapped.map_err(|_| Refusal::Unavailable)?)?)
}

/// Its row: with the place of its key, or with none where that waits.
pub(super) fn put_document(
    db: &Connection,
    now: Timestamp,
    ask: &Receive,
    coming: &Coming,
    (deadline, place): (Timestamp, Option<i64>),
) -> Result<(), Fault> {
    let warn_at = now + u64::from(coming.policy.retention.warn_hours) * HOUR;
    let inserted = db
        .prepare_cached(
            "INSERT INTO document (id, check_id, site, kind, state, received, deadline, sealed_deadline, warn_at,
                                   sha256, length, key_place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(rusqlite::params![
            Id(ask.document),
            Id(coming.request.check),
            Word(&coming.request.site),
            Word(&ask.kind),
            Word(DocumentState::Waiting),
            At(now),
            At(deadline),
            At(ask.deadline),
            At(warn_at),
            &ask.ciphertext_sha256[..],
            ask.ciphertext_len as i64,
            place,
        ])?;
    if inserted == 1 { Ok(()) } else { Err(Refusal::AlreadyReceived.into()) }
}

// With its first real check an installation is founded: from here on the
// registry can't be loosened at once any more.
pub(super) fn end_founding(db: &Connection, test: bool) -> Result<(), Fault> {
    if !test && !meta::is(db, meta::names::IN_USE)? {
        meta::set(db, meta::names::IN_USE, &true)?;
    }
    Ok(())
}

pub(super) fn received_event(ask: &Receive, coming: &Coming, deadline: Timestamp, waits: bool) -> What {
    let Coming { request, policy, arrival } = coming;
    What::Received {
        check: request.check,
        document: ask.document,
        site: request.site.clone(),
        policy: policy.name.clone(),
        policy_version: policy.version,
        kind: ask.kind.clone(),
        arrival: *arrival,
        deadline,
        ciphertext_sha256: hex(&ask.ciphertext_sha256),
        waits,
    }
}
