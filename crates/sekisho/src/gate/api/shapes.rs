//! What the API says of a check. There is no field for a picture or a birth date, on purpose: M1.

use jiff::Timestamp as Instant;
use sekisho_core::{
    check::{CheckState, DocumentState, Reason},
    time::Timestamp,
};
use sekisho_keeper::wire::{DocumentView, ViewingView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::standing::Standing;

/// A check, as its site sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// Its id, `chk_…`.
    pub(super) check: String,
    /// Where it stands.
    pub(super) state: State,
    /// The policy that it was asked under.
    policy: String,
    /// That policy's version, once a document came.
    policy_version: Option<u32>,
    /// When it was announced, RFC 3339.
    announced: String,
    /// Until when the first document may come, RFC 3339.
    expires: String,
    /// The reason of the last decision, e.g. `old_enough`, `unreadable`.
    reason: Option<String>,
    /// How many more documents may come, once one came.
    arrivals_left: Option<u8>,
    /// Documents of it, oldest first. Nothing of what they show.
    documents: Vec<Document>,
    /// Each time that somebody looked, oldest first.
    viewings: Vec<Viewing>,
    /// The signed claim, compact JWS, once approved; its keys are at `/.well-known/jwks.json`.
    attestation: Option<String>,
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// No document is here: none came yet, or another one may come.
    AwaitingDocument,
    /// A document waits for a reviewer, or is being looked at.
    InReview,
    /// The claim holds.
    Approved,
    /// The claim was not shown.
    Rejected,
    /// The site or the member withdrew it.
    Withdrawn,
    /// Time or tries ran out.
    Expired,
}

/// A document of a check: when it came and when it went.
#[derive(Debug, Serialize, ToSchema)]
struct Document {
    /// Its id, `doc_…`.
    document: String,
    /// `waiting`, `assigned`, `shredding` or `shredded`.
    state: String,
    /// What the member said it is.
    kind: String,
    /// When it came, RFC 3339.
    received: String,
    /// When nothing opens it any more, whatever happens, RFC 3339.
    deadline: String,
    /// When it was shredded, RFC 3339.
    shredded: Option<String>,
}

/// One look at a document.
#[derive(Debug, Serialize, ToSchema)]
struct Viewing {
    /// Its id, `vwg_…`.
    viewing: String,
    /// When, RFC 3339.
    at: String,
}

/// A point in time as RFC 3339 in UTC.
pub(super) fn rfc3339(at: Timestamp) -> String {
    let seconds = i64::try_from(at.0).unwrap_or(i64::MAX);
    Instant::from_second(seconds).unwrap_or(Instant::MAX).to_string()
}

impl From<CheckState> for State {
    fn from(state: CheckState) -> Self {
        match state {
            CheckState::AwaitingDocument => Self::AwaitingDocument,
            CheckState::InReview => Self::InReview,
            CheckState::Approved => Self::Approved,
            CheckState::Rejected => Self::Rejected,
            CheckState::Withdrawn => Self::Withdrawn,
            CheckState::Expired => Self::Expired,
        }
    }
}

impl From<&DocumentView> for Document {
    fn from(view: &DocumentView) -> Self {
        Self {
            document: view.document.to_string(),
            state: word(view.state),
            kind: view.kind.to_string(),
            received: rfc3339(view.received),
            deadline: rfc3339(view.deadline),
            shredded: view.shredded.map(rfc3339),
        }
    }
}

impl From<&ViewingView> for Viewing {
    fn from(view: &ViewingView) -> Self {
        Self { viewing: view.viewing.to_string(), at: rfc3339(view.at) }
    }
}

impl From<&Standing> for Check {
    fn from(standing: &Standing) -> Self {
        let (row, view) = (&standing.row, standing.view.as_deref());
        Self {
            check: row.check.to_string(),
            state: standing.state.into(),
            policy: row.policy.to_string(),
            policy_version: view.map(|view| view.policy_version),
            announced: rfc3339(row.announced),
            expires: rfc3339(row.expires),
            reason: view.and_then(|view| view.reason).map(reason),
            arrivals_left: view.map(|view| view.arrivals_left),
            documents: view.map_or_else(Vec::new, |view| view.documents.iter().map(Into::into).collect()),
            viewings: view.map_or_else(Vec::new, |view| view.viewings.iter().map(Into::into).collect()),
            attestation: view.and_then(|view| view.attestation.clone()),
        }
    }
}

fn reason(reason: Reason) -> String {
    word_of(&reason)
}

fn word(state: DocumentState) -> String {
    word_of(&state)
}

/// The word that serde writes for a plain enum.
fn word_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
