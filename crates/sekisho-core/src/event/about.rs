//! What an event is about.

use serde::{Deserialize, Serialize};

use super::What;
use crate::id::CheckId;

/// How a witness contradicts a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// It knows more entries than were ever published here: this state is an older one, a copy, or cut short.
    Ahead,
    /// Its entries are not the first ones of this ledger: it was rewritten, or forked.
    OtherHistory,
}

impl What {
    /// The check that this is about, if it is about one and no other.
    pub const fn check(&self) -> Option<CheckId> {
        match self {
            Self::Received { check, .. }
            | Self::Assigned { check, .. }
            | Self::Lapsed { check, .. }
            | Self::Viewed { check, .. }
            | Self::Decided { check, .. }
            | Self::Shredded { check, .. }
            | Self::DeadlineNears { check, .. }
            | Self::CheckEnded { check, .. }
            | Self::MemberErased { check } => Some(*check),
            Self::MemberLeft { checks, .. } => match checks.as_slice() {
                [check] => Some(*check),
                _ => None,
            },
            _ => None,
        }
    }
}
