//! Under which names a gate speaks of networks, and what it says of uploads.

use sekisho_core::{id::NetworkId, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::Denial;
use crate::names::NameKey;

/// The keys of the day and who is refused, for a gate that begins, or whose day is over.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Names {
    /// The newest first: names are made with it. In a day's first hour yesterday's stands behind it, by which those are
    /// recognised who were refused before midnight. None where the time is in doubt: then nobody has a name.
    pub keys: Vec<NameKey>,
    /// Until when the first of them is the newest.
    pub until: Timestamp,
    /// Who is refused.
    pub denied: Vec<Denial>,
}

/// Pictures that somebody sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// From which network.
    pub from: Option<NetworkId>,
    /// Those that were taken.
    pub taken: u64,
    /// Those that were refused for what they are, not because we were busy.
    pub refused: u64,
}
