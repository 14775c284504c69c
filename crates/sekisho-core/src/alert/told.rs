//! What the ledger tells of alerts themselves.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{
    id::{AlertId, ContactName, StaffId},
    time::Timestamp,
};

/// By whose hand something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// A person on shift, at the desk.
    Staff(StaffId),
    /// Whoever runs the machine.
    Operator,
}

/// Something about alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alerting {
    /// Somebody has seen an alert and sees to it: nobody else is called.
    Acknowledged {
        /// Which.
        alert: AlertId,
        /// By whom.
        by: Hand,
    },
    /// Somebody had a test alert sent.
    Tested {
        /// Who.
        by: Hand,
    },
    /// From here on these people are called, in this order.
    RotaSet {
        /// Their short names; the addresses are the courier's.
        people: Vec<ContactName>,
        /// Who said so.
        by: Hand,
    },
    /// The courier, which sends alerts, was not heard of.
    CourierSilent {
        /// Since when.
        since: Timestamp,
    },
}
