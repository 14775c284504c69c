//! A site asks for a check.

use sekisho_core::id::{CheckId, SiteName};
use sekisho_core::time::Timestamp;
use sekisho_keeper::{
    jose::request::{self, CheckRequest, RequestError, SiteTerms},
    wire::Directory,
};

use super::{
    ports::{Announced, CheckRow, StoreError},
    room::{self, Away, Room},
    secret::Secret,
};

/// How long a link works that is made when the request's own time is over, in seconds.
const LATER_LINK: u64 = 86_400;

/// A check that was announced, and the way in for its member.
pub struct Announcement {
    /// The check.
    pub check: CheckId,
    /// Who asked.
    pub site: SiteName,
    /// Whether it is new.
    pub new: bool,
    /// The secret of the one-time link.
    pub link: Secret,
    /// Until when the first document may come.
    pub expires: Timestamp,
}

/// Why a check was not announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnnounceError {
    /// The request object does not hold.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The policy is not in force today.
    #[error("the policy is not in force today")]
    NotInForce,
    /// The site used this `jti` for another request.
    #[error("conflict")]
    Conflict,
    /// Nothing can be announced now.
    #[error(transparent)]
    Away(#[from] Away),
}

/// Judges the site's signed request and makes a one-time link for its member.
///
/// The same request again is the same check with a fresh link; an unused earlier link stops working. `exp`
/// bounds the first upload only: while the keeper waits for another document of the check, the request still
/// lets its member in. Whether a document may come is judged by the keeper again, when one does.
///
/// # Errors
/// See [`AnnounceError`].
pub async fn announce(room: &Room, jws: &str) -> Result<Announcement, AnnounceError> {
    let directory = room.directory().await?;
    let now = room.now();
    let request = judge(room, &directory, jws, now).await?;
    room.hears(&request.site).await?;
    let link = Secret::draw(room);
    let (check, site, expires) = (request.check, request.site.clone(), request.expires);
    let until = if now < expires { expires } else { now + LATER_LINK };
    let announced = room.store.announce(row(request, jws, now), link.hash(), until).await.map_err(refused)?;
    Ok(Announcement { check, site, new: announced == Announced::New, link, expires })
}

fn refused(error: StoreError) -> AnnounceError {
    match error {
        StoreError::Conflict => AnnounceError::Conflict,
        StoreError::Unavailable | StoreError::NoSpace => AnnounceError::Away(error.into()),
    }
}

async fn judge(room: &Room, directory: &Directory, jws: &str, now: Timestamp) -> Result<CheckRequest, AnnounceError> {
    let terms_of = |name: &SiteName| SiteTerms::try_from(room::site(directory, name)?).ok();
    let keeper = room.pinned.keeper;
    let request = request::verify_known_request(jws, keeper, terms_of, now)?;
    if now >= request.expires && !waits_for_another(room, request.check).await? {
        return Err(RequestError::Expired.into());
    }
    let policy = room::policy(directory, &request.policy).ok_or(AnnounceError::NotInForce)?;
    if room::in_force(policy, now) { Ok(request) } else { Err(AnnounceError::NotInForce) }
}

/// Whether a document of the check came before, and the keeper has not ended it.
async fn waits_for_another(room: &Room, check: CheckId) -> Result<bool, Away> {
    Ok(room.view(check).await?.is_some_and(|view| !view.state.is_final()))
}

fn row(request: CheckRequest, jws: &str, now: Timestamp) -> CheckRow {
    CheckRow {
        check: request.check,
        site: request.site,
        jti: request.jti,
        policy: request.policy,
        sub: Some(request.sub.to_string()),
        request: jws.into(),
        return_url: request.return_url,
        announced: now,
        expires: request.expires,
        withdrawn: None,
    }
}
