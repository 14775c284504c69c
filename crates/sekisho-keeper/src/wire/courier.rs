//! What the courier says, and what it is answered.

use sekisho_core::id::{MessageId, SiteName};
use serde::{Deserialize, Serialize};

use super::{Answered, Dialogue};

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
}

/// The answers to [`CourierRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum CourierAnswer {
    /// To `Pull`.
    Messages(Vec<Message>),
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
