//! Changes that loosen the registry, as desk and keeper speak of them.

use sekisho_core::{
    budget::{Limits, Windows},
    change::Loosening,
    check::Role,
    id::{ChangeId, SiteName, StaffId},
    policy::Policy,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::SiteView;

/// A change that lets more people look, more be asked for, or more be opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Change {
    /// Somebody is invited.
    Staff {
        /// Under which name they are known, in 1 to 40 characters; no address.
        name: String,
        /// As what.
        role: Role,
    },
    /// A site is registered, or registered anew.
    Site(Box<SiteView>),
    /// A version of a policy is registered.
    Policy(Box<Policy>),
    /// A site gets another budget of its own, or none.
    SiteBudget {
        /// The site.
        site: SiteName,
        /// What may be opened of its documents.
        budget: Option<Windows>,
    },
    /// The vault gets other limits.
    Limits(Box<Limits>),
}

impl Change {
    /// What it loosens.
    pub fn loosens(&self) -> Loosening {
        match self {
            Self::Staff { role, .. } => Loosening::Staff { role: *role },
            Self::Site(site) => Loosening::Site { site: site.name.clone() },
            Self::Policy(policy) => Loosening::Policy { policy: policy.name.clone(), version: policy.version },
            Self::SiteBudget { site, .. } => Loosening::SiteBudget { site: site.clone() },
            Self::Limits(_) => Loosening::Limits,
        }
    }
}

/// A change that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeView {
    /// Which.
    pub id: ChangeId,
    /// All of it.
    pub change: Change,
    /// SHA-256 of it: what passkeys answer for.
    pub sha256: [u8; 32],
    /// Who proposed it.
    pub by: StaffId,
    /// When.
    pub proposed: Timestamp,
    /// Who is for it.
    pub approved: Vec<StaffId>,
    /// How many have to be.
    pub needed: u8,
    /// Whether the passkey of whoever asks is one that could count, and hasn't yet.
    pub yours: bool,
    /// From when on it can be made; nothing while people are missing.
    pub ripe: Option<Timestamp>,
    /// When it lapses.
    pub until: Timestamp,
}
