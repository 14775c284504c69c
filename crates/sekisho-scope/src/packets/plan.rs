//! What is to be done.

use std::path::PathBuf;

use super::{find::Kinds, question::Question, stores::Stores, windows::FromLog};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is asked.
    pub question: Question,
    /// The log that gives the times.
    pub log: Option<FromLog>,
    /// What is looked for.
    pub kinds: Kinds,
    /// What the stores hold.
    pub stores: Stores,
    /// Whether requests are searched too.
    pub requests: bool,
    /// Whether found values are told, all but their last characters as stars.
    pub reveal: bool,
    /// Where to write a line for each response, see [`crate::objects_file`].
    pub objects: Option<PathBuf>,
    /// A silence of so many seconds is told: of all files together, by the minute.
    pub silence: i64,
    /// So many bytes of one content are searched, unpacked.
    pub content: u64,
    /// How many threads work.
    pub threads: usize,
    /// Bytes that packets may take in memory before they are written down; a connection that is larger than half of it
    /// is not put together.
    pub memory: usize,
    /// A folder for what doesn't fit; `None` for the system's.
    pub spill: Option<PathBuf>,
    /// The key under which values are told apart: 32 bytes that nobody else knows. It changes nothing in the answer.
    pub key: [u8; 32],
}

impl Plan {
    /// Everything is asked about, and nothing is said of stores.
    pub fn new(key: [u8; 32]) -> Self {
        let (question, kinds, stores) = (Question::default(), Kinds::default(), Stores::default());
        let (content, memory) = (1 << 30, 512 << 20);
        Self {
            question,
            log: None,
            kinds,
            stores,
            requests: false,
            reveal: false,
            objects: None,
            silence: 15 * 60,
            content,
            threads: 1,
            memory,
            spill: None,
            key,
        }
    }
}
