//! What a gate refused and can't judge.

use sekisho_core::{
    id::{NetworkId, SiteName},
    time::Timestamp,
    watch::observed::Outsider,
};
use serde::{Deserialize, Serialize};

/// What a gate refused because it knows no such key or link. It says so of all of them alike; which of them is bait,
/// if any, the keeper alone knows.
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
    /// A request object or a call whose signature is by no key of the site that it names: the compact JWS.
    Signed(String),
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
    /// To try references: links, checks, calls.
    References,
    /// To send pictures.
    Pictures,
}
