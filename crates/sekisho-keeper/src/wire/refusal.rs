//! Why the keeper refuses.

use serde::{Deserialize, Serialize};

use super::BudgetSpent;

/// Why the keeper refuses. Causes stay in its own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The keeper holds no keys now.
    #[error("locked")]
    Locked,
    /// Nobody may open for a while.
    #[error("paused")]
    Paused,
    /// The time is in doubt.
    #[error("time_in_doubt")]
    TimeInDoubt,
    /// Since the keeper started no witness has cosigned its ledger yet.
    #[error("unwitnessed")]
    Unwitnessed,
    /// A witness knows another ledger than this one.
    #[error("contradicted")]
    Contradicted,
    /// No such thing, or not for this caller.
    #[error("not_found")]
    NotFound,
    /// The role of this person does not allow it.
    #[error("not_allowed")]
    NotAllowed,
    /// The shift has ended or never was.
    #[error("shift_over")]
    ShiftOver,
    /// A fresh touch of the passkey is needed first.
    #[error("touch_needed")]
    TouchNeeded,
    /// The assignment lapsed, was decided, or is somebody else's.
    #[error("assignment_over")]
    AssignmentOver,
    /// The document was viewed already under this assignment.
    #[error("already_viewed")]
    AlreadyViewed,
    /// The document has no more time, or is decided.
    #[error("document_gone")]
    DocumentGone,
    /// The signature, or what it covers, does not hold.
    #[error("bad_signature")]
    BadSignature,
    /// The request object is malformed or says something it may not.
    #[error("bad_request")]
    BadRequest,
    /// The request's time has not come or is over.
    #[error("request_expired")]
    RequestExpired,
    /// The policy is unknown, not in force, or not this site's.
    #[error("policy_not_in_force")]
    PolicyNotInForce,
    /// The kind of document is unknown to the policy, or its time is over.
    #[error("kind_not_accepted")]
    KindNotAccepted,
    /// A document of this check is with us already.
    #[error("already_received")]
    AlreadyReceived,
    /// The check has ended, or its arrivals are used up.
    #[error("check_over")]
    CheckOver,
    /// The intake key is not accepted any more.
    #[error("intake_key_expired")]
    IntakeKeyExpired,
    /// The sealed key or the ciphertext is not what it should be.
    #[error("damaged")]
    Damaged,
    /// The passkey's answer does not hold.
    #[error("bad_passkey")]
    BadPasskey,
    /// The invitation or token is used, expired or unknown.
    #[error("bad_invitation")]
    BadInvitation,
    /// It was not approved yet, or its day is not over.
    #[error("not_yet")]
    NotYet,
    /// Only possible while the installation is being founded.
    #[error("already_founded")]
    AlreadyFounded,
    /// The verdict and the reason do not belong together.
    #[error("reason_mismatch")]
    ReasonMismatch,
    /// A budget is spent; which one, and when it frees, is said to whoever asked.
    #[error("{0}")]
    BudgetSpent(BudgetSpent),
    /// The document was looked at twice already: a third look needs a reason.
    #[error("look_reason_needed")]
    LookReasonNeeded,
    /// The vault is locked down: the keeper wiped its keys and refuses until it is unlocked for that purpose.
    #[error("locked_down")]
    LockedDown,
    /// What was given to unlock the keeper does not.
    #[error("not_unlocked")]
    NotUnlocked,
    /// The watch found something that this asker did: they are refused for a while.
    #[error("denied")]
    Denied,
    /// Somebody responsible stopped this for now.
    #[error("stopped")]
    Stopped,
    /// A disk or another part failed; nothing was done.
    #[error("unavailable")]
    Unavailable,
}
