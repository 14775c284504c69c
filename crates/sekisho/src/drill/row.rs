//! What a drill showed, in one row.

use serde::Serialize;

use super::{moment::Moment, seen::Seen, sought::Got};

/// What a drill showed.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What the attacker held.
    pub held: String,
    /// What they got.
    pub got: Got,
    /// What was promised.
    pub promise: &'static str,
    /// Whether the promise was kept, and the control showed that the attack was one.
    pub kept: bool,
    /// When it was noticed, if it was.
    pub noticed: Moment,
    /// When it was stopped, if it was.
    pub stopped: Moment,
    /// What an officer reads of it at the desk; nothing where nothing is to be read.
    pub officer: Option<Seen>,
    /// What was tried, and what the control showed.
    pub note: String,
    /// What it printed, in a few words for the promise table, where the three counts don't say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// What was counted on the way, and what stood beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<serde_json::Value>,
}
