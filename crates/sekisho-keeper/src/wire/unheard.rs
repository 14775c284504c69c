//! What a gate refused and can't judge.

use sekisho_core::{
    id::{NetworkId, SiteName},
    time::Timestamp,
    watch::observed::Outsider,
};
use serde::{Deserialize, Serialize};

/// What a gate refused because nobody signed it rightly or no such link is known. It says so of all of them alike; which
/// of them is bait, if any, the keeper alone knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unheard {
    /// What was refused.
    pub what: Refused,
    /// From which network, by its name of the day ([`super::Names`]).
    pub from: Option<NetworkId>,
}

/// What was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// A request object or a call whose signature doesn't hold, or not for this, or not now, or not once more: the
    /// compact JWS.
    Signed(String),
    /// A call without any.
    Unsigned,
    /// A member's link that doesn't work: the SHA-256 of its secret.
    Link([u8; 32]),
    /// A check that a site asked about by a call of its own, and that isn't its own.
    Check {
        /// The site, by its signature.
        site: SiteName,
        /// Whether there is such a check, of another site.
        exists: bool,
    },
}

/// Somebody outside who is refused for a while, for what the watch found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Who.
    pub who: Outsider,
    /// Of what.
    pub of: Closed,
    /// Until when.
    pub until: Timestamp,
}

/// What somebody outside is refused: that with which they were found, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// To try references: links; of a site, checks.
    References,
    /// To call without a signature that holds. Whoever signs rightly is heard from there as from anywhere.
    Calls,
    /// To send pictures.
    Pictures,
}
