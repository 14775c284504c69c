//! What the ledger tells of alerts themselves.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{
    author::Author,
    id::{AlertId, ContactName},
    time::Timestamp,
};

/// Something about alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alerting {
    /// Somebody has seen an alert and sees to it: nobody else is called.
    Acknowledged {
        /// Which.
        alert: AlertId,
        /// By whom.
        by: Author,
    },
    /// Somebody had a test alert sent.
    Tested {
        /// Who.
        by: Author,
    },
    /// From here on these people are called, in this order.
    RotaSet {
        /// Their short names; the addresses are the courier's.
        people: Vec<ContactName>,
        /// Who said so.
        by: Author,
    },
    /// The courier, which sends alerts, was not heard of.
    CourierSilent {
        /// Since when.
        since: Timestamp,
    },
}
