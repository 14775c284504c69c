//! What gate and desk may both know of the installation.

use sekisho_core::{
    author::Author,
    budget::Windows,
    id::{KeeperId, PolicyName, SiteName, StopId},
    lockdown::Why,
    policy::{Policy, Text},
    stop::{Reach, Target},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{BudgetView, Witnessing};
use crate::keystore::Terms;

/// Sites and policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Directory {
    /// Every site.
    pub sites: Vec<SiteView>,
    /// Every policy in its newest version.
    pub policies: Vec<Policy>,
    /// The public keys that check attestations, as a JWK set.
    pub jwks: String,
    /// The ledger's verifier key, `name+hash+key` as in C2SP signed-note.
    pub ledger_key: String,
    /// The verifier keys of the registered witnesses (C2SP `tlog-cosignature`), by name.
    pub witness_keys: Vec<String>,
}

/// A site as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteView {
    /// Its short name, the `iss` of its requests.
    pub name: SiteName,
    /// What members know it by.
    pub title: Text,
    /// Its public keys, as a JWK set.
    pub jwks: String,
    /// Policies that it may ask under.
    pub policies: Vec<PolicyName>,
    /// Where a member may be sent back to: `return_url` must begin with this.
    pub return_prefix: String,
    /// Where its webhooks go.
    pub webhook: Option<String>,
    /// How many of its members' documents anybody may open, at most; nothing if only what the vault lets a site have
    /// counts. The last field: rows of before there was one were written without.
    #[serde(default)]
    pub budget: Option<Windows>,
}

/// A pause of all openings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// When it ends by itself.
    pub until: Timestamp,
    /// How many officers asked to lift it.
    pub asked: u8,
    /// How many it takes.
    pub needed: u8,
}

/// Something that is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Under this name it is lifted.
    pub id: StopId,
    /// What.
    pub target: Target,
    /// By whom.
    pub by: Author,
    /// Why.
    pub why: Why,
    /// Since when.
    pub since: Timestamp,
}

/// A key that only stops. The key itself is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopKey {
    /// How it is called.
    pub name: String,
    /// What it may stop.
    pub may: Vec<Reach>,
    /// Since when there is it.
    pub made: Timestamp,
}

/// How the keeper is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// Who it is.
    pub keeper: KeeperId,
    /// Whether this is a test installation.
    pub test: bool,
    /// Whether an administrator exists.
    pub founded: bool,
    /// Whether it holds no keys now.
    pub locked: bool,
    /// Since when the vault is locked down, if it is.
    pub locked_down: Option<Timestamp>,
    /// How many custodians' shares open the keystore, if there are any.
    pub custodians: Option<Terms>,
    /// The pause that holds, if one does.
    pub paused: Option<Paused>,
    /// Whether the time is in doubt.
    pub time_in_doubt: bool,
    /// How the budgets stand.
    pub budget: Box<BudgetView>,
    /// How the witnesses stand.
    pub witnessing: Witnessing,
    /// Entries in the ledger.
    pub ledger_size: u64,
    /// Documents that wait or are assigned.
    pub undecided: u64,
    /// The confirmed time.
    pub now: Timestamp,
    /// What the machine's clock shows. While the time is in doubt an officer compares it with a watch.
    pub wall: Timestamp,
}
