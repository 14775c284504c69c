//! Changes that loosen: more people, sites, policies, or more that may be opened. What the ledger tells of one, from its proposal to its end.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{
    check::Role,
    id::{ChangeId, PolicyName, SiteName, StaffId},
};

/// What becomes of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changing {
    /// Somebody proposed it. It waits for officers, and then for a day.
    Proposed {
        /// Which.
        change: ChangeId,
        /// What it loosens.
        what: Loosening,
        /// SHA-256 of the whole change, in lower-case hex: what officers' passkeys answer for.
        sha256: String,
        /// By whom.
        by: StaffId,
    },
    /// An officer is for it, by a fresh touch of their passkey.
    Approved {
        /// Which.
        change: ChangeId,
        /// Who.
        by: StaffId,
    },
    /// It will not be made.
    Cancelled {
        /// Which.
        change: ChangeId,
        /// Who said so.
        by: StaffId,
    },
    /// It is made.
    Made {
        /// Which.
        change: ChangeId,
        /// Who did it, after its time.
        by: StaffId,
    },
}

/// What a change loosens. A person's name is not on the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loosening {
    /// Somebody more works here.
    Staff {
        /// As what.
        role: Role,
    },
    /// A site may ask, or asks under other terms.
    Site {
        /// Which.
        site: SiteName,
    },
    /// A policy may be asked for.
    Policy {
        /// Which.
        policy: PolicyName,
        /// In which version.
        version: u32,
    },
    /// More of a site's documents may be opened.
    SiteBudget {
        /// Whose.
        site: SiteName,
    },
    /// More documents may be opened at all.
    Limits,
}
