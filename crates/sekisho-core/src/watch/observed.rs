//! What gate, desk and keeper observe besides the ledger's other events, as it stands in the ledger.
//!
//! Nothing here names an address or a program: both are keyed hashes. Counts are summed up by asker before they are
//! written ([`super::gather`]), so that nobody can flood the ledger.

use serde::{Deserialize, Serialize};

use crate::{
    budget::Spent,
    id::{AgentId, CanaryId, DeviceId, NetworkId, ShiftId, SiteName, StaffId},
};

/// Who observed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// The public process.
    Gate,
    /// The staff's.
    Desk,
    /// The keeper.
    Keeper,
}

/// Who asked, if it was nobody of the staff.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outsider {
    /// Somebody in this network.
    Network(NetworkId),
    /// A site, by its signature.
    Site(SiteName),
    /// Those who were too many to be named.
    Others,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// A person on shift.
    Staff(StaffId),
    /// Anybody else.
    Outside(Outsider),
}

/// For what somebody was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// A check, document, assignment or link that doesn't exist.
    UnknownReference,
    /// One that exists and belongs to somebody else.
    NotTheirs,
    /// A signature that doesn't hold, or one that was used before.
    BadSignature,
    /// A viewing without an assignment that stands.
    NoAssignment,
    /// A person's or passkey's budget of a minute is spent.
    TooFast,
    /// A longer one of theirs is.
    BudgetSpent,
}

/// What was observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    /// Somebody was refused, so many times since it was last told.
    Refused {
        /// For what.
        trouble: Trouble,
        /// Who.
        asker: Asker,
        /// How many times.
        count: u64,
    },
    /// Somebody sent pictures, so many since it was last told.
    Uploads {
        /// Who.
        asker: Asker,
        /// Those that were taken.
        taken: u64,
        /// Those that were refused.
        refused: u64,
    },
    /// Somebody touched bait.
    CanaryTouched {
        /// Which piece.
        canary: CanaryId,
        /// Who.
        asker: Asker,
    },
    /// From where a shift is worked.
    ShiftFrom {
        /// The shift.
        shift: ShiftId,
        /// Whose.
        staff: StaffId,
        /// With which passkey it began.
        device: DeviceId,
        /// In which network.
        network: NetworkId,
        /// With which program.
        agent: AgentId,
    },
    /// A budget of a site or of the whole vault is spent.
    BoundReached {
        /// Which one.
        spent: Spent,
    },
}

impl Asker {
    /// Who it is as far as `room` can know: the public process knows nobody of the staff, so what it says of them is
    /// said of the internet.
    pub fn as_known_to(&self, room: Room) -> Asker {
        match (room, self) {
            (Room::Gate, Self::Staff(_)) => Self::Outside(Outsider::Others),
            _ => self.clone(),
        }
    }
}
