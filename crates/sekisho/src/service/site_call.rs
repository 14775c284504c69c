//! A site's signed call: who calls, and that it calls now, for us, once.

use sekisho_core::id::SiteName;
use sekisho_keeper::{
    jose::{
        CLOCK_SKEW, Jwks,
        call::{self, CallError, VerifiedCall},
    },
    wire::{Directory, SignedCall},
};

use super::room::{self, Away, Room};

/// Why a call is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotHeard {
    /// The signature, or what it covers, does not hold.
    #[error(transparent)]
    Signature(#[from] CallError),
    /// The same `jti` came before.
    #[error("replayed")]
    Replayed,
    /// Nobody can be heard now.
    #[error(transparent)]
    Away(#[from] Away),
}

/// Judges a signed call and uses its `jti` up. The keeper judges it again where it acts on it.
///
/// # Errors
/// See [`NotHeard`].
pub async fn hear(room: &Room, call: &SignedCall) -> Result<SiteName, NotHeard> {
    let directory = room.directory().await?;
    let verified = judge(room, &directory, call)?;
    room.hears(&verified.site).await?;
    // A signature may lie a minute ahead and then works for another: remembered for both.
    let until = verified.issued + call::MAX_AGE + CLOCK_SKEW + 1;
    let fresh = room.store.use_call(verified.site.clone(), verified.jti, until).await.map_err(Away::from)?;
    if fresh { Ok(verified.site) } else { Err(NotHeard::Replayed) }
}

fn judge(room: &Room, directory: &Directory, call: &SignedCall) -> Result<VerifiedCall, CallError> {
    let jwks_of = |name: &SiteName| Jwks::parse(&room::site(directory, name)?.jwks).ok();
    call::verify_call(call, room.pinned.keeper, jwks_of, room.now())
}
