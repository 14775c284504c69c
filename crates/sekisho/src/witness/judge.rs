//! What a witness answers to a request: C2SP `tlog-witness`, in the order of its clauses. Nothing here has a memory.

use sekisho_core::ledger::{
    AddCheckpoint, Checkpoint, Note,
    note::NoteError,
    tree::{Head, verify_consistency},
};

use super::logs::Logs;

/// Why nothing is cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not such a request, or no checkpoint in it; 400.
    #[error("not a request as add-checkpoint takes it")]
    Malformed,
    /// The old size lies beyond the checkpoint's; 400.
    #[error("the old size is larger than the checkpoint's")]
    OldBeyond,
    /// A log that is not followed; 404.
    #[error("this witness does not follow that log")]
    UnknownLog,
    /// No signature of a known key of the log, or a wrong one; 403.
    #[error("no valid signature of the log's key")]
    NotSigned,
    /// The old size is not that of the last cosignature; 409.
    #[error("the old size is not the one last cosigned, which is {size}")]
    Conflict {
        /// The size last cosigned.
        size: u64,
    },
    /// The checkpoint does not continue what was cosigned last; 422.
    #[error("the proof does not show that the checkpoint continues the one last cosigned")]
    NotConsistent,
    /// The witness's clock stands before its last cosignature; 503.
    #[error("this witness's clock is wrong")]
    Clock,
    /// What would be cosigned can't be stored; 500.
    #[error("this witness's disk does not store")]
    Disk,
}

/// A checkpoint that its log has signed.
#[derive(Debug, Clone)]
pub(super) struct Sound {
    /// The note, with the log's signatures and nobody else's.
    pub(super) note: Note,
    /// What it says.
    pub(super) checkpoint: Checkpoint,
}

/// A refusal, with what it shows.
#[derive(Debug)]
pub(super) struct Refused {
    /// Why.
    pub(super) why: Refusal,
    /// The checkpoint, if it and the last cosigned one are two trees of one size.
    pub(super) contradicts: Option<Box<Sound>>,
}

/// The checkpoint of `request`, if a log of `logs` signed it.
pub(super) fn authentic(request: &AddCheckpoint, logs: &Logs) -> Result<Sound, Refusal> {
    let note = Note::parse(&request.checkpoint).map_err(|_| Refusal::Malformed)?;
    let checkpoint = Checkpoint::unverified(&note).map_err(|_| Refusal::Malformed)?;
    let keys = logs.keys(&checkpoint.origin).ok_or(Refusal::UnknownLog)?;
    let mut signed = false;
    for key in keys {
        match note.verify(key) {
            Ok(()) => signed = true,
            Err(NoteError::NotSigned) => {}
            Err(_) => return Err(Refusal::NotSigned),
        }
    }
    let ours = |name: &str, id| keys.iter().any(|key| key.name() == name && key.id() == id);
    let note = note.only(|line| ours(&line.name, line.id));
    if signed { Ok(Sound { note, checkpoint }) } else { Err(Refusal::NotSigned) }
}

/// Whether `asked` continues `last`, the tree last cosigned (the empty one at first), as `request` has to show.
pub(super) fn continues(asked: Sound, request: &AddCheckpoint, last: Head) -> Result<Sound, Refused> {
    let head = asked.checkpoint.head;
    let why = if request.old > head.size {
        Refusal::OldBeyond
    } else if request.old != last.size {
        Refusal::Conflict { size: last.size }
    } else if !follows(last, head, request) {
        Refusal::NotConsistent
    } else {
        return Ok(asked);
    };
    let contradicts = (head.size == last.size && head.root != last.root).then(|| Box::new(asked));
    Err(Refused { why, contradicts })
}

fn follows(last: Head, head: Head, request: &AddCheckpoint) -> bool {
    verify_consistency(last, head, &request.proof).is_ok()
}
