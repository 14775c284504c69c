//! What is said to the keeper, and what it answers.
//!
//! A frame is a little-endian `u32` length, then postcard. The keeper knows a
//! caller by the descriptor a frame arrives on, and each descriptor has its own
//! request type: a verb that the gate may not use does not exist for it. No
//! answer holds more than one picture.

mod alerts;
mod board;
mod budget;
mod bytes;
mod changes;
mod courier;
mod desk;
mod figures;
mod gate;
mod installation;
mod names;
mod operator;
mod pages;
mod refusal;
mod unheard;
mod whence;
mod witness;

pub use alerts::{AlertView, Alerts, Call, Pulse};
pub use board::{Board, Flow, OpenNow, Quarter, ShiftNow, Spending};
pub use budget::{BudgetSpent, BudgetView, Whose};
pub use changes::{Change, ChangeView};
pub use courier::{Courier, CourierAnswer, CourierRequest, Message, WitnessAsk, WitnessSaid};
pub use desk::{
    Assertion, Assignment, Desk, DeskAnswer, DeskRequest, EnrolOptions, LoggedEvent, Picture, Queue, Shift,
    ShiftOptions, ShiftToken, StaffView,
};
pub use figures::{Counted, Figures, Waiting};
pub use gate::{
    CheckView, DocumentView, Gate, GateAnswer, GateRequest, IntakeKey, IntakeKeys, Receive, Received, SignedCall,
    ViewingView,
};
pub use installation::{Directory, Paused, SiteView, Status, Stop, StopKey};
pub use names::{Names, Sent};
pub use operator::{Operator, OperatorAnswer, OperatorRequest, Secrets, SharesRefused, Unlocking};
pub use pages::{Page, SameMember};
pub use refusal::Refusal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
pub use unheard::{Closed, Denial, Refused, Unheard};
pub use whence::Whence;
pub use witness::{
    MAX_WITNESSES, WitnessPlan, WitnessStanding, WitnessTerms, WitnessTermsError, WitnessView, Witnessing,
};

/// The most that one frame may hold, in bytes.
pub const MAX_FRAME: usize = 32 << 20;

/// One side of a conversation: which requests a descriptor carries and what answers them.
pub trait Dialogue {
    /// What the caller may ask.
    type Request: Serialize + DeserializeOwned + Send + 'static;
    /// What the keeper answers.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
}

/// A request with the number under which its answer comes back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Numbered<T> {
    /// Chosen by the caller, unique among its requests under way.
    pub number: u64,
    /// What is asked or answered.
    pub body: T,
}

/// What answers a request, or why it is refused.
pub type Answered<T> = Result<T, Refusal>;
