//! The states of a check and of a document, and the reasons for a decision.

use serde::{Deserialize, Serialize};

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// No document is with us: none came yet, or the last one ended and another may come.
    AwaitingDocument,
    /// A document waits for a reviewer, or is being looked at.
    InReview,
    /// Decided: the claim holds.
    Approved,
    /// Decided: the claim was not shown.
    Rejected,
    /// The site or the member withdrew it.
    Withdrawn,
    /// Time or arrivals ran out without a decision.
    Expired,
}

impl CheckState {
    /// Whether nothing more can happen to it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Withdrawn | Self::Expired)
    }
}

/// Where a document stands. There is no way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// The keeper holds its key; it waits for a reviewer.
    Waiting,
    /// Given to a reviewer.
    Assigned,
    /// The running system can no longer open it; its ciphertext may still lie there.
    Shredding,
    /// Key gone, ciphertext gone.
    Shredded,
}

/// Why a document ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShredCause {
    /// A reviewer decided.
    Decided,
    /// A reviewer asked for another photograph.
    Retake,
    /// Its deadline passed.
    Overdue,
    /// The site or the member withdrew the check.
    Withdrawn,
    /// Its ciphertext or its key was found missing or altered.
    Damaged,
}

/// What a reviewer answers to the policy's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The document shows what the policy asks for.
    Approve,
    /// It does not.
    Reject,
    /// It can't be told from this photograph; the member is asked for another.
    Retake,
}

/// Why a reviewer decided so. Each reason belongs to one verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Approve: the birth date or age meets the policy.
    OldEnough,
    /// Reject: the birth date or age does not meet the policy.
    NotOldEnough,
    /// Reject: not a document that the policy accepts.
    KindNotAccepted,
    /// Reject: the document's own validity has ended.
    DocumentExpired,
    /// Reject: it looks altered or made up.
    Suspicious,
    /// Retake: blurred, glaring, or too small to read.
    Unreadable,
    /// Retake: birth date, title or issuer can't be seen.
    PartMissing,
    /// Retake: shows something that must not be sent, such as a My Number.
    ShowsForbidden,
}

impl Reason {
    /// The verdict that this reason supports.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::OldEnough => Verdict::Approve,
            Self::NotOldEnough | Self::KindNotAccepted | Self::DocumentExpired | Self::Suspicious => Verdict::Reject,
            Self::Unreadable | Self::PartMissing | Self::ShowsForbidden => Verdict::Retake,
        }
    }

    /// Every reason, in the order in which a reviewer is shown them.
    pub const ALL: [Reason; 8] = [
        Self::OldEnough,
        Self::NotOldEnough,
        Self::KindNotAccepted,
        Self::DocumentExpired,
        Self::Suspicious,
        Self::Unreadable,
        Self::PartMissing,
        Self::ShowsForbidden,
    ];
}

/// Why somebody looks at a document that was looked at twice before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookReason {
    /// The earlier looks were cut short: the page was lost, or the assignment lapsed.
    CutShort,
    /// The picture didn't appear.
    NotShown,
    /// Whoever looked before was in doubt and left it to somebody else.
    InDoubt,
}

impl LookReason {
    /// Every one, in the order in which a reviewer is shown them.
    pub const ALL: [LookReason; 3] = [Self::CutShort, Self::NotShown, Self::InDoubt];
}

/// What a staff member may do. One person has one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Invites staff and registers sites; can never view.
    Administrator,
    /// Looks at assigned documents and decides.
    Reviewer,
    /// Watches, pauses, answers after an incident; can never view.
    Officer,
}
