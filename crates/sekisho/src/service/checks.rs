//! What a site may ask about its own checks.

use sekisho_core::{
    check::CheckState,
    id::{CheckId, SiteName},
};
use sekisho_keeper::wire::{GateAnswer, GateRequest, Refusal, SignedCall};

use super::{
    room::{self, Away, Room},
    standing::{self, Standing},
};

/// The most checks that one listing answers with.
pub const LIST_LIMIT: u16 = 50;

/// Seconds in a day.
const DAY: u64 = 86_400;

/// Why a site's question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChecksError {
    /// No such check, or another site's.
    #[error("not_found")]
    NotFound,
    /// There is one, and it is another site's: to whoever asked it looks the same.
    #[error("not_found")]
    Others,
    /// It has ended already.
    #[error("over")]
    Over,
    /// No document came yet, so the ledger has nothing of it.
    #[error("nothing_yet")]
    NothingYet,
    /// The keeper does not accept the signature.
    #[error("refused")]
    Refused,
    /// Nobody can answer now.
    #[error(transparent)]
    Away(#[from] Away),
}

impl From<super::ports::StoreError> for ChecksError {
    fn from(error: super::ports::StoreError) -> Self {
        Self::Away(error.into())
    }
}

/// Where one check of `site` stands.
///
/// # Errors
/// See [`ChecksError`].
pub async fn one(room: &Room, site: &SiteName, check: CheckId) -> Result<Standing, ChecksError> {
    let standing = standing::standing(room, check).await?.ok_or(ChecksError::NotFound)?;
    // Another site's check must look exactly like none.
    if standing.row.site == *site { Ok(standing) } else { Err(ChecksError::Others) }
}

/// The checks of one member of `site`, newest first.
///
/// # Errors
/// When keeper or store are away.
pub async fn of_member(room: &Room, site: &SiteName, sub: String) -> Result<Vec<Standing>, ChecksError> {
    let mut found = Vec::new();
    for row in room.store.checks_of(site.clone(), sub, LIST_LIMIT).await? {
        found.push(standing::of_row(room, row).await?);
    }
    Ok(found)
}

/// Ends a check on its site's word; a document that waits is shredded.
///
/// # Errors
/// See [`ChecksError`].
pub async fn withdraw(room: &Room, site: &SiteName, check: CheckId, call: SignedCall) -> Result<(), ChecksError> {
    let standing = one(room, site, check).await?;
    match standing.state {
        CheckState::Withdrawn => return Ok(()),
        state if state.is_final() => return Err(ChecksError::Over),
        _ => {}
    }
    if standing.view.is_some() {
        done(room.keeper.ask(GateRequest::Withdraw { check, call }).await)?;
    }
    Ok(room.store.withdraw(check, room.now()).await?)
}

/// A member of `site` left: their links stop working now, and what ties checks to them goes in time.
///
/// # Errors
/// See [`ChecksError`].
pub async fn left(room: &Room, site: &SiteName, sub: String, call: SignedCall) -> Result<u64, ChecksError> {
    let days = member_days(room, site, &sub).await?;
    match done(room.keeper.ask(GateRequest::MemberLeft { sub: sub.clone(), call }).await) {
        // The keeper knows only members of whom a document came.
        Ok(()) | Err(ChecksError::NotFound) => {}
        Err(error) => return Err(error),
    }
    Ok(room.store.left(site.clone(), sub, room.now() + days * DAY).await?)
}

/// The shortest time of the policies concerned: nothing is kept for longer than any of them allows.
async fn member_days(room: &Room, site: &SiteName, sub: &str) -> Result<u64, ChecksError> {
    let directory = room.directory().await?;
    let rows = room.store.checks_of(site.clone(), sub.into(), LIST_LIMIT).await?;
    let days = rows.iter().filter_map(|row| room::policy(&directory, &row.policy));
    Ok(days.map(|policy| u64::from(policy.retention.member_days)).min().unwrap_or(0))
}

/// The receipt of a check of `site`, as JSON text.
///
/// # Errors
/// See [`ChecksError`].
pub async fn receipt(room: &Room, site: &SiteName, check: CheckId) -> Result<String, ChecksError> {
    one(room, site, check).await?;
    proof(room, check).await
}

/// The receipt of a check, as JSON text.
///
/// # Errors
/// See [`ChecksError`].
pub async fn proof(room: &Room, check: CheckId) -> Result<String, ChecksError> {
    match room.keeper.ask(GateRequest::Proof(check)).await {
        Ok(GateAnswer::Proof(receipt)) => Ok(receipt),
        Ok(_) => Err(Away::Unavailable.into()),
        Err(Refusal::NotFound) => Err(ChecksError::NothingYet),
        Err(refusal) => Err(Away::from_refusal(refusal).into()),
    }
}

/// What the keeper's answer to a change means.
pub(super) fn done(answer: Result<GateAnswer, Refusal>) -> Result<(), ChecksError> {
    match answer {
        Ok(GateAnswer::Done) => Ok(()),
        Ok(_) => Err(Away::Unavailable.into()),
        Err(Refusal::NotFound) => Err(ChecksError::NotFound),
        Err(Refusal::CheckOver | Refusal::DocumentGone) => Err(ChecksError::Over),
        Err(Refusal::BadSignature | Refusal::BadRequest | Refusal::RequestExpired | Refusal::NotAllowed) => {
            Err(ChecksError::Refused)
        }
        Err(refusal) => Err(Away::from_refusal(refusal).into()),
    }
}
