//! Why a verb was not done: refused for a reason the caller is told, or broken for one it isn't.

use sekisho_core::budget::Spent;

use super::{BudgetRefused, WitnessRefused};
use crate::{keystore::KeystoreError, wire::Refusal};

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The caller is told this.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What a start says of witnesses is not taken.
    #[error(transparent)]
    Witness(#[from] WitnessRefused),
    /// What a start says of budgets is not taken.
    #[error(transparent)]
    Budget(#[from] BudgetRefused),
    /// A budget is spent; the caller is told which.
    #[error("a budget is spent")]
    Spent(Box<Spent>),
    /// Something of ours failed; the caller is told `unavailable`.
    #[error("{0}")]
    Broken(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Fault {
    /// What the caller is told. The cause is logged, never sent.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => *refusal,
            Self::Witness(_) | Self::Budget(_) => Refusal::BadRequest,
            Self::Spent(spent) => Refusal::BudgetSpent(spent.as_ref().into()),
            Self::Broken(..) => Refusal::Unavailable,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Broken("keeper.db failed", cause.into())
    }
}

impl From<KeystoreError> for Fault {
    fn from(cause: KeystoreError) -> Self {
        Self::Broken("the keystore failed", cause.into())
    }
}

impl Fault {
    /// The blob store failed.
    pub(super) fn blob(cause: std::io::Error) -> Self {
        Self::Broken("the blob store failed", cause.into())
    }
}
