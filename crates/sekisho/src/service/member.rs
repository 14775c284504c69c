//! A member's way in, and what they may do there.

use sekisho_core::{check::CheckState, id::CheckId, policy::Policy, time::Timestamp};
use sekisho_keeper::wire::{GateRequest, SiteView};

use super::{
    checks::{self, ChecksError},
    ports::{NewSession, SecretKind},
    room::{self, Away, Room},
    secret::Secret,
    standing::{self, Standing},
};

/// How long a session in a browser lasts, in seconds: an hour, enough to find a document and photograph it.
const SESSION: u64 = 3600;

/// How long a status link works, in seconds: as long as what ties a check to its member is kept at the longest.
const STATUS_LINK: u64 = 90 * 86_400;

/// All that a member's page needs to know.
pub struct Visit {
    /// The check.
    pub standing: Standing,
    /// Who asks.
    pub site: SiteView,
    /// Under what.
    pub policy: Policy,
    /// Now.
    pub now: Timestamp,
}

/// Why a member does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoVisit {
    /// The link or session is unknown, used or over.
    #[error("unknown")]
    Unknown,
    /// Nobody can answer now.
    #[error(transparent)]
    Away(#[from] Away),
}

/// Whether a one-time link still works. It is not burnt: a preview of a link must not use it up.
///
/// # Errors
/// See [`NoVisit`].
pub async fn knock(room: &Room, link: &Secret) -> Result<CheckId, NoVisit> {
    let found = room.store.peek_link(link.hash(), room.now()).await.map_err(Away::from)?;
    found.ok_or(NoVisit::Unknown)
}

/// Burns a one-time link and begins a session.
///
/// # Errors
/// See [`NoVisit`].
pub async fn enter(room: &Room, link: &Secret) -> Result<Secret, NoVisit> {
    let (session, now) = (Secret::draw(room), room.now());
    let new = NewSession {
        session: session.hash(),
        session_until: now + SESSION,
        status: session.status_link().hash(),
        status_until: now + STATUS_LINK,
    };
    let burnt = room.store.burn_link(link.hash(), new, now).await.map_err(Away::from)?;
    burnt.map(|_| session).ok_or(NoVisit::Unknown)
}

/// What a session or a status link opens.
///
/// # Errors
/// See [`NoVisit`].
pub async fn visit(room: &Room, secret: &Secret, kind: SecretKind) -> Result<Visit, NoVisit> {
    let now = room.now();
    let check = room.store.opens(secret.hash(), kind, now).await.map_err(Away::from)?.ok_or(NoVisit::Unknown)?;
    let standing = standing::standing(room, check).await?.ok_or(NoVisit::Unknown)?;
    let directory = room.directory().await?;
    let site = room::site(&directory, &standing.row.site).cloned().ok_or(NoVisit::Unknown)?;
    let policy = room::policy(&directory, &standing.row.policy).cloned().ok_or(NoVisit::Unknown)?;
    Ok(Visit { standing, site, policy, now })
}

/// Ends a check on its member's word. `status` is the secret of the status link.
///
/// # Errors
/// See [`ChecksError`].
pub async fn withdraw(room: &Room, visit: &Visit, status: &Secret) -> Result<(), ChecksError> {
    let check = visit.standing.row.check;
    match visit.standing.state {
        CheckState::Withdrawn => return Ok(()),
        state if state.is_final() => return Err(ChecksError::Over),
        _ => {}
    }
    if visit.standing.view.is_some() {
        let request = GateRequest::WithdrawByMember { check, secret: status.withdrawal() };
        checks::done(room.keeper.ask(request).await)?;
    }
    Ok(room.store.withdraw(check, room.now()).await?)
}
