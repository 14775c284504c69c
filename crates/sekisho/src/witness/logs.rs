//! The logs that a witness follows.

use std::collections::BTreeMap;

use sekisho_core::ledger::VerifierKey;

/// Verifier keys by origin; a log may have several.
#[derive(Debug, Clone, Default)]
pub struct Logs(BTreeMap<String, Vec<VerifierKey>>);

/// Why logs can't be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// None is named.
    #[error("no log is named: give --log and the verifier key of each")]
    None,
}

impl Logs {
    /// The logs whose keys are `keys`; a key's name is its log's origin.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(keys: Vec<VerifierKey>) -> Result<Self, LogsError> {
        let mut logs = BTreeMap::<String, Vec<VerifierKey>>::new();
        for key in keys {
            logs.entry(key.name().to_owned()).or_default().push(key);
        }
        if logs.is_empty() { Err(LogsError::None) } else { Ok(Self(logs)) }
    }

    /// The keys of the log `origin`; nothing if it is not followed.
    pub fn keys(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.0.get(origin).map(Vec::as_slice)
    }

    /// The origins, in order.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
