//! Alerts: how they stand, and whom the courier is to call.

use sekisho_core::{
    alert::{Rota, Urgency, Words},
    author::Author,
    id::{AlertId, CallId, ContactName},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The alerts, and who is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// Who is called; nobody before a rota was set.
    pub rota: Option<Rota>,
    /// Those that wait to be acknowledged, then those that were; the newest first.
    pub alerts: Vec<AlertView>,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertView {
    /// Which.
    pub id: AlertId,
    /// What it is about: the name of a [`sekisho_core::alert::Kind`].
    pub kind: String,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// What is told.
    pub words: Words,
    /// The place in the ledger of the event that raised it.
    pub place: u64,
    /// The place of the newest event of its kind since.
    pub newest: u64,
    /// How many such events there were while it waited.
    pub count: u64,
    /// When it was raised.
    pub raised: Timestamp,
    /// Who was to be called, in this order, and when they were reached.
    pub called: Vec<(ContactName, Option<Timestamp>)>,
    /// When it was acknowledged, and by whom.
    pub acknowledged: Option<(Timestamp, Author)>,
}

/// One call that waits to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which; the same on each try.
    pub id: CallId,
    /// For which alert.
    pub alert: AlertId,
    /// Whom to call. The address is the courier's.
    pub contact: ContactName,
    /// What the alert is about.
    pub kind: String,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// What is told.
    pub words: Words,
    /// The place in the ledger of the event that raised it.
    pub place: u64,
    /// How many such events there were so far.
    pub count: u64,
    /// When it was raised.
    pub raised: Timestamp,
    /// Which step of the rota this is, from 0.
    pub step: u32,
    /// The desk's origin, where it is acknowledged.
    pub desk: String,
}

/// Whether the keeper is well enough to be vouched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// What is wrong, in short technical words; nothing if it is well.
    pub troubles: Vec<String>,
}
