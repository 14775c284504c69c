//! What whoever runs the machine says at its terminal, and what they are answered.
//!
//! They are whoever may open the socket in the data folder. They may do what tightens and what tells; nothing that they
//! are answered is about a member.

use sekisho_core::{
    alert::Rota,
    id::{AlertId, KeeperId, StopId},
    stop::{Reach, Target},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::{Alerts, Answered, Dialogue, Status, Stop, StopKey};

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
    /// What is stopped now.
    Stops,
    /// Makes a key that only stops.
    MakeStopKey {
        /// How it is called: 1 to 32 of a to z, 0 to 9 and `-`. It stands on the ledger.
        name: String,
        /// What it may stop.
        may: Vec<Reach>,
    },
    /// Drops the key of that name.
    DropStopKey(String),
    /// The keys that only stop.
    StopKeys,
    /// Stops something.
    Stop {
        /// What.
        target: Target,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// Lets something go on.
    Lift {
        /// Which stop.
        stop: StopId,
        /// Why, in 1 to 200 characters.
        why: String,
    },
    /// A fresh key of a locked keeper for custodians to seal their shares to.
    ShareKey,
    /// Gives the keeper its keys again, and ends a lockdown.
    Unlock(Unlocking),
}

/// What a keeper is unlocked with.
#[derive(Debug, Serialize, Deserialize)]
pub enum Unlocking {
    /// The passphrase.
    Passphrase(Secrets),
    /// Custodians' shares.
    Shares {
        /// Each sealed to the key that `ShareKey` gave.
        sealed: Vec<Secrets>,
        /// From now on this is the passphrase: the other one is lost, or known to somebody.
        passphrase: Option<Secrets>,
    },
}

impl Unlocking {
    /// The passphrase that is to be the keystore's from then on, if another one was chosen.
    pub fn new_passphrase(&self) -> Option<&[u8]> {
        match self {
            Self::Passphrase(_) => None,
            Self::Shares { passphrase, .. } => passphrase.as_ref().map(|chosen| &chosen.0[..]),
        }
    }
}

/// Why custodians' shares unlock nothing. They are numbered from 1, in the order in which they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SharesRefused {
    /// No key was asked for since the keeper lost its keys, or since it was started.
    #[error("no key for shares was asked for since the keeper was locked or started: `sekisho keys request` makes one")]
    NoRequest,
    /// It was sealed to another key.
    #[error("share {0} was sealed for another keeper or for an earlier request: its custodian has to seal it anew")]
    OtherKey(u8),
    /// It was changed after it was sealed.
    #[error("share {0} was changed or cut off on its way: its custodian has to send it again")]
    Altered(u8),
    /// What was sealed is no share.
    #[error("what was sealed as share {0} is no share")]
    NoShare(u8),
    /// It was dealt before those that open the keystore now.
    #[error("share {0} was dealt before those that open the keystore now")]
    Earlier(u8),
    /// More are needed, each another one.
    #[error("{needed} different shares are needed, and {given} were given")]
    TooFew {
        /// How many are needed.
        needed: u8,
        /// How many different ones were given.
        given: u8,
    },
    /// They are whole, and yet don't make the secret.
    #[error("these shares don't open the keystore: one of them was made up, or the keystore is damaged")]
    Wrong,
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
    /// To `ShareKey`.
    ShareKey {
        /// Whose it is: part of what a share is bound to.
        keeper: KeeperId,
        /// Its public half, X-Wing.
        public: Vec<u8>,
    },
    /// To `Stops`.
    Stops(Vec<Stop>),
    /// To `Stop`: under this name it is lifted.
    Stopped(StopId),
    /// To `MakeStopKey`: the key, shown once.
    StopKey(String),
    /// To `StopKeys`.
    StopKeys(Vec<StopKey>),
    /// To `Unlock` by shares that don't; nothing was done, and the key that they were sealed to still stands.
    SharesRefused(SharesRefused),
    /// To the others: it is done.
    Done,
}
