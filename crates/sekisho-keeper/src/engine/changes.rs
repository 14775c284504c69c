//! Loosening what is registered, after the first real check: proposed, told to all, approved by two officers' passkeys
//! over the hash of the change, made after a day; and cancelled by any officer meanwhile.

use rusqlite::Connection;
use sekisho_core::{
    change::Changing,
    check::Role,
    event::What,
    id::{ChangeId, StaffId},
    time::{HOUR, Timestamp},
};
use serde::{Deserialize, Serialize};

use super::{budget, ceremonies::Purpose, fault::Fault, registry, staff, turn::Turn};
use crate::{
    db::meta,
    hash::{hex, sha256},
    wire::{Assertion, Change, ChangeView, DeskAnswer, Refusal, ShiftOptions, ShiftToken, SiteView},
};

/// How long it waits once it was approved, in seconds.
pub(super) const WAITS: u64 = 24 * HOUR;
/// How long it may then be made, or waits to be approved.
const LASTS: u64 = 7 * 24 * HOUR;
/// The most that wait at once.
const AT_ONCE: usize = 50;
/// People whose passkeys it takes, always: whoever is alone, or removed all others, loosens nothing.
const PEOPLE: usize = 2;

/// A change as it stands in keeper.db.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Standing {
    id: ChangeId,
    change: Change,
    sha256: [u8; 32],
    by: StaffId,
    proposed: Timestamp,
    approved: Vec<StaffId>,
    ripe: Option<Timestamp>,
}

impl Standing {
    fn until(&self) -> Timestamp {
        self.ripe.unwrap_or(self.proposed) + LASTS
    }
}

/// Whoever's passkeys count: officers; administrators too, in a firm that has fewer than two officers.
struct Approvers(Vec<StaffId>);

impl Approvers {
    fn of(db: &Connection) -> rusqlite::Result<Self> {
        let mut all = staff::all_in(db, Role::Officer)?;
        if all.len() < PEOPLE {
            all.extend(staff::all_in(db, Role::Administrator)?);
        }
        Ok(Self(all))
    }

    /// Whether these are enough. Whoever was removed meanwhile counts no more.
    fn are_enough(&self, approved: &[StaffId]) -> bool {
        approved.iter().filter(|staff| self.0.contains(staff)).count() >= PEOPLE
    }
}

fn all(turn: &Turn<'_>) -> Result<Vec<Standing>, Fault> {
    let all: Vec<Standing> = meta::get(turn.db, meta::names::CHANGES)?.unwrap_or_default();
    Ok(all.into_iter().filter(|standing| turn.now.at < standing.until()).collect())
}

fn keep(turn: &Turn<'_>, mut all: Vec<Standing>) -> Result<(), Fault> {
    all.sort_by_key(|standing| standing.proposed);
    Ok(meta::set(turn.db, meta::names::CHANGES, &all)?)
}

fn log(turn: &mut Turn<'_>, change: Changing) -> Result<(), Fault> {
    turn.log(None, What::Changing { change }).map(drop)
}

/// Takes one out of those that wait.
fn take(turn: &Turn<'_>, id: ChangeId) -> Result<(Standing, Vec<Standing>), Fault> {
    let mut all = all(turn)?;
    let at = all.iter().position(|standing| standing.id == id).ok_or(Refusal::NotFound)?;
    Ok((all.remove(at), all))
}

/// Proposes a change. While the installation is being founded it could be made at once.
pub(super) fn propose(turn: &mut Turn<'_>, token: &ShiftToken, change: Change) -> Result<ChangeId, Fault> {
    let by = turn.room.shifts.require(token, &[Role::Administrator, Role::Officer], turn.now.at)?.staff();
    let mut all = all(turn)?;
    if all.len() >= AT_ONCE {
        return Err(Refusal::BadRequest.into());
    }
    require_sound(turn, &change)?;
    let bytes = postcard::to_allocvec(&change).map_err(|_| Refusal::BadRequest)?;
    let (id, sha256, what) = (ChangeId::random(&mut *turn.room.entropy), sha256(&bytes), change.loosens());
    let proposed = turn.now.at;
    all.push(Standing { id, change, sha256, by, proposed, approved: Vec::new(), ripe: None });
    keep(turn, all)?;
    log(turn, Changing::Proposed { change: id, what, sha256: hex(&sha256), by })?;
    Ok(id)
}

/// What can't be made is not proposed.
fn require_sound(turn: &Turn<'_>, change: &Change) -> Result<(), Fault> {
    match change {
        Change::Staff { name, .. } => Ok(staff::require_name(name)?),
        Change::Site(site) => registry::require_site(turn, site),
        Change::Policy(policy) => registry::require_policy(turn, policy),
        Change::SiteBudget { site, budget } => {
            registry::site(turn.db, site)?.ok_or(Refusal::NotFound)?;
            budget::require_site_budget(turn.db, *budget)
        }
        Change::Limits(limits) => budget::require_limits(turn, limits),
    }
}

/// What waits, oldest first.
pub(super) fn list(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<Vec<ChangeView>, Fault> {
    let asks = turn.room.shifts.require(token, &[Role::Administrator, Role::Officer], turn.now.at)?.staff();
    let approvers = Approvers::of(turn.db)?;
    let needed = PEOPLE as u8;
    let view = |standing: Standing| {
        let until = standing.until();
        let yours = approvers.0.contains(&asks) && !standing.approved.contains(&asks);
        let Standing { id, change, sha256, by, proposed, approved, ripe } = standing;
        ChangeView { id, change, sha256, by, proposed, approved, needed, yours, ripe, until }
    };
    Ok(all(turn)?.into_iter().map(view).collect())
}

/// A challenge for the passkey of whoever may approve: over the hash of the change.
pub(super) fn options(turn: &mut Turn<'_>, token: &ShiftToken, id: ChangeId) -> Result<ShiftOptions, Fault> {
    approver(turn, token)?;
    let (standing, _) = take(turn, id)?;
    Ok(staff::options(turn, Purpose::Approve { change: id, sha256: standing.sha256 }))
}

fn approver(turn: &mut Turn<'_>, token: &ShiftToken) -> Result<(StaffId, Approvers), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer, Role::Administrator], turn.now.at)?.staff();
    let approvers = Approvers::of(turn.db)?;
    if approvers.0.contains(&by) { Ok((by, approvers)) } else { Err(Refusal::NotAllowed.into()) }
}

/// An officer is for it. With the last one that is needed, its day begins.
pub(super) fn approve(
    turn: &mut Turn<'_>,
    token: &ShiftToken,
    ceremony: [u8; 16],
    proof: &Assertion,
) -> Result<(), Fault> {
    let (by, approvers) = approver(turn, token)?;
    let (purpose, proven) = staff::proven(turn, ceremony, proof)?;
    let Purpose::Approve { change, sha256 } = purpose else { return Err(Refusal::BadPasskey.into()) };
    if proven != by {
        return Err(Refusal::BadPasskey.into());
    }
    let (mut standing, mut others) = take(turn, change)?;
    if standing.sha256 != sha256 || standing.approved.contains(&by) {
        return Err(Refusal::BadRequest.into());
    }
    // Where one of two was removed, there weren't two any more: the day begins anew with the next.
    let were_enough = approvers.are_enough(&standing.approved);
    standing.approved.push(by);
    if !were_enough && approvers.are_enough(&standing.approved) {
        standing.ripe = Some(turn.now.at + WAITS);
    }
    others.push(standing);
    keep(turn, others)?;
    log(turn, Changing::Approved { change, by })
}

/// It will not be made: any officer's word, and any administrator's.
pub(super) fn cancel(turn: &mut Turn<'_>, token: &ShiftToken, id: ChangeId) -> Result<(), Fault> {
    let by = turn.room.shifts.require(token, &[Role::Officer, Role::Administrator], turn.now.at)?.staff();
    let (_, others) = take(turn, id)?;
    keep(turn, others)?;
    log(turn, Changing::Cancelled { change: id, by })
}

/// It is made, after its day, by an administrator. Not while the time is in doubt: a clock that leapt is no day.
pub(super) fn make(turn: &mut Turn<'_>, token: &ShiftToken, id: ChangeId) -> Result<DeskAnswer, Fault> {
    let by = turn.room.shifts.require(token, &[Role::Administrator], turn.now.at)?.staff();
    let (standing, others) = take(turn, id)?;
    turn.require_trusted_time()?;
    if standing.ripe.is_none_or(|ripe| turn.now.at < ripe) {
        return Err(Refusal::NotYet.into());
    }
    if !Approvers::of(turn.db)?.are_enough(&standing.approved) {
        return Err(Refusal::NotAllowed.into());
    }
    keep(turn, others)?;
    log(turn, Changing::Made { change: id, by })?;
    match standing.change {
        Change::Staff { name, role } => {
            let (invitation, until) = staff::invitation(turn, &name, role, Some(by))?;
            Ok(DeskAnswer::Invitation { invitation, until })
        }
        Change::Site(site) => made_site(turn, *site).map(|()| DeskAnswer::Done),
        Change::Policy(policy) => registry::put_policy(turn, &policy).map(|()| DeskAnswer::Done),
        Change::SiteBudget { site, budget } => budget::put_of_site(turn, &site, budget, by).map(|()| DeskAnswer::Done),
        Change::Limits(limits) => budget::put_limits(turn, &limits).map(|()| DeskAnswer::Done),
    }
}

/// A site that is registered anew keeps the budget that it has by now: nobody who approved was asked about that.
fn made_site(turn: &mut Turn<'_>, site: SiteView) -> Result<(), Fault> {
    let standing = registry::site(turn.db, &site.name)?;
    let budget = standing.map_or(site.budget, |standing| standing.budget);
    registry::put_site(turn, &SiteView { budget, ..site })
}
