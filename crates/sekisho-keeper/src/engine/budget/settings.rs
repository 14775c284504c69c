//! What budgets allow: the vault's limits and what sites set for themselves. Tightening is immediate; loosening is
//! possible while the installation is being founded, and afterwards as a change that officers approve.

use rusqlite::Connection;
use sekisho_core::{
    budget::{Limits, LimitsError, Windows},
    check::Role,
    event::What,
    id::{SiteName, StaffId},
};

use super::super::{fault::Fault, registry, turn::Turn};
use crate::{
    db::{
        columns::{Packed, Word},
        meta,
    },
    wire::{Refusal, ShiftToken, SiteView},
};

/// Why the limits that a start names are not taken. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetRefused {
    /// They are out of order, or allow more than may be allowed.
    #[error("the budget can't be used: {0} (sekisho policy check --budget says all)")]
    Unusable(LimitsError),
    /// They allow more than the present ones.
    #[error(
        "the budget allows more than the present one, and this installation is in use: tighten only, propose it at the \
         desk (/changes), or start without --budget to go on with the present one"
    )]
    Loosens,
}

/// The vault's limits.
pub(in super::super) fn of_the_vault(db: &Connection) -> rusqlite::Result<Limits> {
    Ok(meta::get(db, meta::names::LIMITS)?.unwrap_or_default())
}

/// The limits that hold for documents of `site`.
pub(in super::super) fn limits(db: &Connection, site: &SiteName) -> rusqlite::Result<Limits> {
    let own = registry::site(db, site)?.and_then(|view| view.budget);
    Ok(for_site(of_the_vault(db)?, own))
}

// The vault's limits for a site with a budget of its own, or with none.
fn for_site(vault: Limits, own: Option<Windows>) -> Limits {
    // The vault's may have been tightened after the site set its own.
    let own = own.map(|own| Windows::each(|window| own.get(window).min(vault.site_at_most.get(window))));
    Limits { site: own.or(vault.site), ..vault }
}

/// What a start says of the vault's limits; nothing if it goes on with the present ones.
pub(in super::super) fn enter(turn: &mut Turn<'_>, named: Option<&Limits>) -> Result<(), Fault> {
    let Some(limits) = named else { return Ok(()) };
    let present = of_the_vault(turn.db)?;
    if *limits == present {
        return Ok(());
    }
    judge(limits, turn.room.installation.test)?;
    if !limits.are_within(&present) && meta::is(turn.db, meta::names::IN_USE)? {
        return Err(BudgetRefused::Loosens.into());
    }
    set(turn, limits)
}

// In a test installation programs do people's work, faster than any person.
fn judge(limits: &Limits, test: bool) -> Result<(), BudgetRefused> {
    if test { Ok(()) } else { limits.validate().map_err(BudgetRefused::Unusable) }
}

/// Refuses limits that can't be used.
pub(in super::super) fn require_limits(turn: &Turn<'_>, limits: &Limits) -> Result<(), Fault> {
    Ok(judge(limits, turn.room.installation.test).map_err(|_| Refusal::BadRequest)?)
}

/// Sets limits that were approved.
pub(in super::super) fn put_limits(turn: &mut Turn<'_>, limits: &Limits) -> Result<(), Fault> {
    require_limits(turn, limits)?;
    set(turn, limits)
}

/// Sets the vault's limits.
fn set(turn: &mut Turn<'_>, limits: &Limits) -> Result<(), Fault> {
    meta::set(turn.db, meta::names::LIMITS, limits)?;
    turn.log(None, What::LimitsSet { limits: Box::new(limits.clone()) })?;
    Ok(())
}

/// Refuses a site's own budget that is out of order, or more than the vault lets a site set.
pub(in super::super) fn require_site_budget(db: &Connection, budget: Option<Windows>) -> Result<(), Fault> {
    let Some(windows) = budget else { return Ok(()) };
    Ok(of_the_vault(db)?.require_site(&windows).map_err(|_| Refusal::BadRequest)?)
}

/// A site's own budget is set. Tightening is immediate.
pub(in super::super) fn set_of_site(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    name: &SiteName,
    budget: Option<Windows>,
) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Administrator, Role::Officer], turn.now.at)?.staff();
    let site = registry::site(turn.db, name)?.ok_or(Refusal::NotFound)?;
    let vault = of_the_vault(turn.db)?;
    // What holds then against what holds now: a site without a budget of its own has the vault's.
    if !for_site(vault.clone(), budget).are_within(&for_site(vault, site.budget)) {
        registry::require_founding(turn)?;
    }
    put_of_site(turn, name, budget, by)
}

/// Sets a budget of a site that may be set.
pub(in super::super) fn put_of_site(
    turn: &mut Turn<'_>,
    name: &SiteName,
    budget: Option<Windows>,
    by: StaffId,
) -> Result<(), Fault> {
    require_site_budget(turn.db, budget)?;
    if !note_of_site(turn.db, name, budget)? {
        return Err(Refusal::NotFound.into());
    }
    turn.log(None, What::SiteBudgetSet { site: name.clone(), budget, by: Some(by) })?;
    Ok(())
}

/// Writes a site's own budget into the registry. Says whether the site is there.
pub(in super::super) fn note_of_site(
    db: &Connection,
    name: &SiteName,
    budget: Option<Windows>,
) -> rusqlite::Result<bool> {
    let Some(site) = registry::site(db, name)? else { return Ok(false) };
    let view = Packed(SiteView { budget, ..site });
    db.prepare_cached("UPDATE site SET view = ?2 WHERE name = ?1")?.execute((Word(name), view)).map(|rows| rows == 1)
}
