//! The keeper's own list of sites and policies. It believes nobody else's.

use rusqlite::{Connection, OptionalExtension};
use sekisho_core::{
    check::Role,
    event::What,
    id::{PolicyName, SiteName},
    policy::{Day, Policy},
};

use super::{budget, fault::Fault, turn::Turn};
use crate::{
    db::{
        columns::{Packed, Word},
        meta,
    },
    jose::{Jwks, check_prefix, request::CheckRequest},
    wire::{Directory, Refusal, ShiftToken, SiteView},
};

pub(super) fn site(db: &Connection, name: &SiteName) -> rusqlite::Result<Option<SiteView>> {
    db.prepare_cached("SELECT view FROM site WHERE name = ?1")?
        .query_row([Word(name)], |row| row.get::<_, Packed<SiteView>>(0))
        .optional()
        .map(|found| found.map(|Packed(view)| view))
}

pub(super) fn policy(db: &Connection, name: &PolicyName, version: u32) -> rusqlite::Result<Option<Policy>> {
    db.prepare_cached("SELECT body FROM policy WHERE name = ?1 AND version = ?2")?
        .query_row((Word(name), version), |row| row.get::<_, Packed<Policy>>(0))
        .optional()
        .map(|found| found.map(|Packed(policy)| policy))
}

fn newest_policies(db: &Connection) -> rusqlite::Result<Vec<Policy>> {
    db.prepare_cached(
        "SELECT body FROM policy AS p
         WHERE version = (SELECT max(version) FROM policy WHERE name = p.name) ORDER BY name",
    )?
    .query_map([], |row| row.get::<_, Packed<Policy>>(0))?
    .map(|found| found.map(|Packed(policy)| policy))
    .collect()
}

/// The policy that a request names: registered, this site's, and in force on `today`.
pub(super) fn policy_in_force(db: &Connection, request: &CheckRequest, today: Day) -> Result<Policy, Fault> {
    let site = site(db, &request.site)?.ok_or(Refusal::BadSignature)?;
    let policy = newest_policies(db)?.into_iter().find(|policy| policy.name == request.policy);
    policy
        .filter(|policy| site.policies.contains(&policy.name))
        .filter(|policy| policy.valid_from <= today && policy.valid_to.is_none_or(|last| today <= last))
        .ok_or(Refusal::PolicyNotInForce.into())
}

pub(super) fn directory(turn: &Turn<'_>) -> Result<Directory, Fault> {
    let sites = turn
        .db
        .prepare_cached("SELECT view FROM site ORDER BY name")?
        .query_map([], |row| row.get::<_, Packed<SiteView>>(0))?
        .map(|found| found.map(|Packed(view)| view))
        .collect::<rusqlite::Result<_>>()?;
    Ok(Directory {
        sites,
        policies: newest_policies(turn.db)?,
        jwks: turn.room.signers.attestation_jwks(),
        ledger_key: turn.room.ledger.vkey().to_string(),
        witness_keys: turn.room.witnesses.keys(),
    })
}

pub(super) fn register_site(turn: &mut Turn<'_>, token: &ShiftToken, site: &SiteView) -> Result<(), Fault> {
    turn.room.shifts.require(token, &[Role::Administrator], turn.now.at)?;
    require_founding(turn)?;
    put_site(turn, site)
}

/// A version of a policy that accepts, shows and keeps no more than the newest one is registered at once; any is, while
/// founding.
pub(super) fn register_policy(turn: &mut Turn<'_>, token: &ShiftToken, policy: &Policy) -> Result<(), Fault> {
    turn.room.shifts.require(token, &[Role::Administrator, Role::Officer], turn.now.at)?;
    let newest = newest_policies(turn.db)?.into_iter().find(|known| known.name == policy.name);
    if !newest.is_some_and(|newest| policy.is_within(&newest)) {
        require_founding(turn)?;
    }
    put_policy(turn, policy)
}

/// Loosening is possible at once only while the installation is being founded.
pub(super) fn require_founding(turn: &Turn<'_>) -> Result<(), Fault> {
    if meta::is(turn.db, meta::names::IN_USE)? { Err(Refusal::AlreadyFounded.into()) } else { Ok(()) }
}

/// Refuses a site that can't be registered.
pub(super) fn require_site(turn: &Turn<'_>, site: &SiteView) -> Result<(), Fault> {
    Jwks::parse(&site.jwks).map_err(|_| Refusal::BadRequest)?;
    check_prefix(&site.return_prefix).map_err(|_| Refusal::BadRequest)?;
    require_urls(site, turn.room.installation.test)?;
    budget::require_site_budget(turn.db, site.budget)?;
    Ok(())
}

pub(crate) fn put_site(turn: &mut Turn<'_>, site: &SiteView) -> Result<(), Fault> {
    require_site(turn, site)?;
    turn.db
        .prepare_cached("INSERT INTO site (name, view) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET view = ?2")?
        .execute((Word(&site.name), Packed(site)))?;
    turn.log(None, What::SiteRegistered { site: site.name.clone() })?;
    Ok(())
}

// A return address or a webhook in clear would carry references over open networks.
fn require_urls(site: &SiteView, test: bool) -> Result<(), Refusal> {
    let fine = |url: &str| url.starts_with("https://") || (test && url.starts_with("http://"));
    let webhook = site.webhook.as_deref().is_none_or(fine);
    if webhook && fine(&site.return_prefix) { Ok(()) } else { Err(Refusal::BadRequest) }
}

/// Refuses a policy that can't be registered, or is already.
pub(super) fn require_policy(turn: &Turn<'_>, known: &Policy) -> Result<(), Fault> {
    // More than one reviewer per check comes with the four-eyes rule; until then
    // a policy that asks for it must not be taken and then ignored.
    if known.reviewers != 1 || policy(turn.db, &known.name, known.version)?.is_some() {
        return Err(Refusal::BadRequest.into());
    }
    Ok(())
}

pub(crate) fn put_policy(turn: &mut Turn<'_>, policy: &Policy) -> Result<(), Fault> {
    require_policy(turn, policy)?;
    turn.db.prepare_cached("INSERT INTO policy (name, version, body) VALUES (?1, ?2, ?3)")?.execute((
        Word(&policy.name),
        policy.version,
        Packed(policy),
    ))?;
    turn.log(None, What::PolicyRegistered { policy: policy.name.clone(), version: policy.version })?;
    Ok(())
}
