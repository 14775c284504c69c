//! What the courier says, and what it is answered.

use sekisho_core::id::{CallId, MessageId, SiteName};
use serde::{Deserialize, Serialize};

use super::{Answered, Call, Dialogue, Pulse};

/// The courier's dialogue.
pub struct Courier;

impl Dialogue for Courier {
    type Request = CourierRequest;
    type Answer = Answered<CourierAnswer>;
}

/// What the courier may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum CourierRequest {
    /// Messages that are due, oldest first.
    Pull {
        /// How many at most.
        limit: u16,
    },
    /// One was delivered.
    Delivered(MessageId),
    /// One was not; the keeper says when it is due again.
    Failed {
        /// Which.
        message: MessageId,
        /// A short technical reason, e.g. `status_500`. Nothing of the answer's body.
        why: String,
    },
    /// People who are to be called, the most urgent first, one call a person.
    Calls {
        /// How many at most.
        limit: u16,
    },
    /// Somebody was reached.
    Called(CallId),
    /// Somebody was not; the keeper says when they are called again.
    CallFailed {
        /// Which call.
        call: CallId,
        /// A short technical reason.
        why: String,
    },
    /// Whether the keeper is well enough to be vouched for.
    Pulse,
    /// Which witnesses are to be asked now.
    WitnessWork,
    /// What a witness answered.
    WitnessSaid {
        /// Its name.
        witness: String,
        /// The size that it was asked to cosign.
        size: u64,
        /// What it said.
        said: WitnessSaid,
    },
}

/// The answers to [`CourierRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum CourierAnswer {
    /// To `Pull`.
    Messages(Vec<Message>),
    /// To `WitnessWork`: at most one a witness. Each is due again if nothing is said of it.
    WitnessWork(Vec<WitnessAsk>),
    /// To `Calls`.
    Calls(Vec<Call>),
    /// To `Pulse`.
    Pulse(Pulse),
    /// To the others.
    Done,
}

/// One message that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Its id: the `webhook-id`, the same on each try.
    pub id: MessageId,
    /// For whom.
    pub site: SiteName,
    /// Where to.
    pub url: String,
    /// The body, JSON.
    pub body: String,
    /// How many tries were made before.
    pub tries: u16,
}

/// What to send to one witness: C2SP `tlog-witness`, `add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessAsk {
    /// Its name.
    pub witness: String,
    /// Its submission prefix, without a slash at the end; the path is added to it.
    pub url: String,
    /// The size that it is asked to cosign.
    pub size: u64,
    /// The body.
    pub body: String,
}

/// What a witness answered. The keeper judges what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WitnessSaid {
    /// It answered.
    Status {
        /// The HTTP status.
        code: u16,
        /// The answer's body, cut off at some tens of KiB; not more than text if it is none.
        body: String,
    },
    /// There was no answer.
    Unreachable {
        /// A short technical reason, e.g. `connect`.
        why: String,
    },
}
