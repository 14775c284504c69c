//! What whoever runs the machine says at its terminal, and what they are answered.
//!
//! They are whoever may open the socket in the data folder. They may do what tightens and what tells; nothing that they
//! are answered is about a member.

use sekisho_core::{alert::Rota, id::AlertId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::{Alerts, Answered, Dialogue, Status};

/// The operator's dialogue.
pub struct Operator;

impl Dialogue for Operator {
    type Request = OperatorRequest;
    type Answer = Answered<OperatorAnswer>;
}

/// What the operator may ask.
#[derive(Debug, Serialize, Deserialize)]
pub enum OperatorRequest {
    /// How the keeper is.
    Status,
    /// The alerts, and who is called.
    Alerts,
    /// Somebody has seen an alert and sees to it.
    Acknowledge(AlertId),
    /// Raises a test alert.
    TestAlert,
    /// Says who is called from now on.
    SetRota(Rota),
    /// Pauses all openings.
    Pause {
        /// For how long: 1 to 480. It ends by itself then.
        minutes: u16,
    },
    /// Locks the vault down.
    LockDown {
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Gives the keeper its keys again, and ends a lockdown.
    Unlock(Unlocking),
}

/// What a keeper is unlocked with.
#[derive(Debug, Serialize, Deserialize)]
pub enum Unlocking {
    /// The passphrase.
    Passphrase(Secrets),
}

/// Bytes that open something. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets(pub Vec<u8>);

impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The answers to [`OperatorRequest`].
#[derive(Debug, Serialize, Deserialize)]
pub enum OperatorAnswer {
    /// To `Status`.
    Status(Status),
    /// To `Alerts`.
    Alerts(Alerts),
    /// To `TestAlert`: which.
    Alert(AlertId),
    /// To the others: it is done.
    Done,
}
