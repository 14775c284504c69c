//! What a story ends in, as one object.

use hyper::Response;
use serde::Serialize;
use serde_json::Value;

use super::story::StoryError;
use crate::supervisor::ProcessReport;

/// What came of a story.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The check.
    pub check: Check,
    /// Why no document came in, if none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Trouble>,
    /// The signed claim, verified by the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Value>,
    /// What became of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Entries of this check in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
    /// Whether the receipt verifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Verified>,
    /// Every process.
    pub processes: Vec<Process>,
    /// Whether print on uploads is read. If not, only what members draw stays visible.
    pub reads_print: bool,
    /// Whether the webhook came and its signature holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Delivered>,
    /// Ciphertexts that lie in the blob store now.
    pub stored: usize,
    /// How long the story took, in milliseconds; starting the installation not counted.
    pub ms: u128,
}

/// The check.
#[derive(Debug, Serialize)]
pub struct Check {
    /// Where it stands.
    pub state: String,
}

/// Why a picture was not taken, as the member is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// The reason code.
    pub code: String,
    /// What to do.
    pub message: String,
}

impl Trouble {
    pub(super) fn of(answer: &Response<Vec<u8>>) -> Result<Self, StoryError> {
        let problem: Value = serde_json::from_slice(answer.body()).map_err(|_| StoryError::Status {
            what: "the upload",
            found: answer.status().as_u16(),
            expected: 200,
        })?;
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        Ok(Self { code: text("code"), message: text("detail") })
    }
}

/// What became of the document.
#[derive(Debug, Serialize)]
pub struct Document {
    /// Where it stands.
    pub state: String,
}

/// Entries in the ledger.
#[derive(Debug, Serialize)]
pub struct Ledger {
    /// Documents of this check that arrived.
    pub received: u64,
    /// Looks at them.
    pub viewed: u64,
    /// Decisions.
    pub decided: u64,
    /// Documents whose key was destroyed.
    pub shredded: u64,
    /// Entries under the checkpoint that the receipt was verified with.
    pub size: u64,
}

/// Whether a receipt verifies.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// With the core alone, against the ledger's published key.
    pub verified: bool,
}

/// Whether a webhook came.
#[derive(Debug, Serialize)]
pub struct Delivered {
    /// And its signature holds.
    pub delivered: bool,
}

/// A process and its walls.
#[derive(Debug, Serialize)]
pub struct Process {
    /// Its role.
    pub role: String,
    /// Whether at least the floor holds: seccomp, no new privileges, Landlock for files.
    pub confined: bool,
    /// What this kernel could give and doesn't hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<&'static str>,
}

impl From<&ProcessReport> for Process {
    fn from(report: &ProcessReport) -> Self {
        Self { role: report.role.to_string(), confined: report.grade.at_floor(), missing: report.grade.missing() }
    }
}
