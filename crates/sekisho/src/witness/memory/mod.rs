//! What a witness remembers: of each log, the checkpoint that it cosigned last, in one file that is replaced whole.
//!
//! Each is kept as the note that was given out, the witness's own cosignature in it. So the file vouches for itself:
//! what this key didn't sign is not believed at a start, and a missing file is not taken for an empty one.

mod folder;
mod text;

use std::{collections::BTreeMap, io};

use sekisho_core::{
    ledger::{Checkpoint, Hash, Note, WitnessKey, tree::Head},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

pub use self::folder::{DirFolder, Folder};
use super::judge::Sound;

/// The file with what was cosigned last.
const FILE: &str = "cosigned";

/// Where the next one is written.
const BESIDE: &str = "cosigned.new";

/// What was cosigned last of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The time in the cosignature.
    pub time: Timestamp,
    /// The cosignature's line, its newline included.
    pub line: String,
    /// The checkpoint as a note: the log's signatures and this witness's cosignature.
    pub note: Note,
}

impl Record {
    /// The text that is signed.
    pub fn text(&self) -> &str {
        self.note.text()
    }
}

/// Two trees of one size, both signed by their log: proof that it was forked or rewritten, for whoever has its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The signed checkpoint that this witness has cosigned.
    pub cosigned: String,
    /// The signed checkpoint that it was shown.
    pub other: String,
}

/// Why what is remembered can't be had. The witness must not sign then.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// There is a key and no memory.
    #[error(
        "the file `{FILE}` is not there: this witness no longer knows what it cosigned and could contradict itself; \
         retire its key and make a new witness in another folder"
    )]
    Gone,
    /// It is not what a witness writes.
    #[error("the file `{FILE}` is damaged; retire this witness's key and make a new witness in another folder")]
    Damaged,
    /// It is another witness's.
    #[error("the file `{FILE}` is of another witness than the key beside it")]
    Other,
    /// There is a witness already.
    #[error("there is a witness's memory in this folder already, without its key; take another folder")]
    Founded,
    /// The system refused.
    #[error("the state folder: {0}")]
    Io(#[from] io::Error),
}

/// Why a record was not stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    /// The old one stands.
    #[error("not written: {0}")]
    Before(#[source] io::Error),
    /// The old or the new one stands.
    #[error("unclear what the disk holds: {0}")]
    Unclear(#[source] io::Error),
}

/// All that a witness knows.
pub(super) struct Memory {
    folder: Box<dyn Folder>,
    key: WitnessKey,
    records: BTreeMap<String, Record>,
    contradictions: BTreeMap<String, Contradiction>,
    broken: bool,
}

/// An empty memory for the witness `key`.
pub(super) fn found(folder: &mut dyn Folder, key: &WitnessKey) -> Result<(), MemoryError> {
    if let Some(bytes) = folder.read(FILE)?
        && !text::is_empty(&bytes)
    {
        return Err(MemoryError::Founded);
    }
    let empty = text::write(key, &BTreeMap::new());
    replace(folder, (BESIDE, FILE), &empty)
        .map_err(|(StoreError::Before(error) | StoreError::Unclear(error))| error)?;
    Ok(())
}

/// Writes beside, and renames once it is whole and durable; durable itself when it returns.
fn replace(folder: &mut dyn Folder, (beside, name): (&str, &str), bytes: &[u8]) -> Result<(), StoreError> {
    folder.write(beside, bytes).map_err(StoreError::Before)?;
    folder.sync(beside).map_err(StoreError::Before)?;
    folder.rename(beside, name).map_err(StoreError::Unclear)?;
    folder.sync_folder().map_err(StoreError::Unclear)
}

impl Memory {
    /// Reads what the witness `key` remembers in `folder`.
    pub(super) fn open(mut folder: Box<dyn Folder>, key: &WitnessKey) -> Result<Self, MemoryError> {
        let bytes = folder.read(FILE)?.ok_or(MemoryError::Gone)?;
        let records = text::read(&bytes, key)?;
        // What is read may still be on its way to the disk, since the last run ended: it has to stay before it counts.
        folder.sync(FILE)?;
        folder.sync_folder()?;
        let mut contradictions = BTreeMap::new();
        for origin in records.keys() {
            let found = folder.read(&contradiction_file(origin))?;
            contradictions.extend(found.and_then(|bytes| Some((origin.clone(), text::read_contradiction(&bytes)?))));
        }
        Ok(Self { folder, key: key.clone(), records, contradictions, broken: false })
    }

    /// Whether it is unclear what the disk holds.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// The tree last cosigned of the log `origin`; the empty one if none was.
    pub(super) fn head(&self, origin: &str) -> Head {
        let empty = Head { size: 0, root: Hash::of_nothing() };
        self.record(origin).map_or(empty, |record| record.checkpoint.head)
    }

    pub(super) fn record(&self, origin: &str) -> Option<&Record> {
        self.records.get(origin)
    }

    pub(super) fn contradiction(&self, origin: &str) -> Option<&Contradiction> {
        self.contradictions.get(origin)
    }

    /// Remembers `record` in the place of its log's last one; durable when it returns.
    pub(super) fn store(&mut self, record: Record) -> Result<(), StoreError> {
        let mut records = self.records.clone();
        records.insert(record.checkpoint.origin.clone(), record);
        let stored = replace(&mut *self.folder, (BESIDE, FILE), &text::write(&self.key, &records));
        self.broken |= matches!(stored, Err(StoreError::Unclear(_)));
        stored?;
        self.records = records;
        Ok(())
    }

    /// Keeps the first proof that a log contradicts itself.
    pub(super) fn keep_contradiction(&mut self, other: &Sound) -> Result<(), StoreError> {
        let origin = other.checkpoint.origin.as_str();
        let Some(cosigned) = self.records.get(origin).filter(|_| !self.contradictions.contains_key(origin)) else {
            return Ok(());
        };
        let found = Contradiction { cosigned: cosigned.note.to_string(), other: other.note.to_string() };
        let (name, bytes) = (contradiction_file(origin), text::write_contradiction(&found));
        let stored = replace(&mut *self.folder, (&format!("{name}.new"), &name), &bytes);
        self.contradictions.insert(origin.to_owned(), found);
        stored
    }
}

/// The name by which a log is asked for: SHA-256 of its origin in lower-case hex (C2SP `tlog-witness`).
pub(super) fn origin_hash(origin: &str) -> String {
    Sha256::digest(origin).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn contradiction_file(origin: &str) -> String {
    format!("contradiction-{}", origin_hash(origin))
}
