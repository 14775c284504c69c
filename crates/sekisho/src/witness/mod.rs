//! `sekisho witness`: a small program with its own state that cosigns the checkpoints of others' ledgers.
//!
//! C2SP `tlog-witness` and `tlog-cosignature`. What it promises is one sentence: of each log that it follows it cosigns
//! one history only, and never a smaller tree than before. All of its state is what it cosigned last; that is durable
//! before a cosignature leaves. It knows nothing else of Sekisho and serves other logs as well.

mod judge;
mod key;
mod logs;
mod memory;
mod routes;

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sekisho_core::{
    entropy::Entropy,
    ledger::{AddCheckpoint, WitnessKey, note::NoteSignature},
    time::{Clock, Timestamp},
};
use tokio::sync::watch;

pub use self::{
    judge::Refusal,
    key::{KeyError, Signer},
    logs::{Logs, LogsError},
    memory::{Contradiction, DirFolder, Folder, MemoryError, Record},
    routes::router,
};
use self::{
    judge::{Refused, Sound},
    key::New,
    memory::{Memory, StoreError},
};

/// How far the clock may lie behind the last cosignature before nothing is signed any more, in seconds: as much as a
/// clock is set back in the ordinary course of things.
const SETBACK: u64 = 300;

/// A witness at work. Clones are the same one.
#[derive(Clone)]
pub struct Witness(Arc<Inner>);

struct Inner {
    signer: Signer,
    logs: Logs,
    clock: Box<dyn Clock>,
    memory: Mutex<Memory>,
    broken: watch::Sender<bool>,
}

impl Witness {
    /// A witness that signs with `signer`, follows `logs`, and remembers in `folder`.
    ///
    /// # Errors
    /// When what it remembers can't be read or isn't what it wrote itself.
    pub fn open(
        signer: Signer,
        logs: Logs,
        folder: Box<dyn Folder>,
        clock: Box<dyn Clock>,
    ) -> Result<Self, MemoryError> {
        let memory = Mutex::new(Memory::open(folder, signer.key())?);
        let (broken, _) = watch::channel(false);
        Ok(Self(Arc::new(Inner { signer, logs, clock, memory, broken })))
    }

    /// The key that its cosignatures are verified with.
    pub fn key(&self) -> &WitnessKey {
        self.0.signer.key()
    }

    /// The logs that it follows.
    pub fn logs(&self) -> &Logs {
        &self.0.logs
    }

    /// What it cosigned last of the log `origin`.
    pub fn record(&self, origin: &str) -> Option<Record> {
        self.memory().record(origin).cloned()
    }

    /// That the log `origin` showed it two trees of one size, if it did.
    pub fn contradiction(&self, origin: &str) -> Option<Contradiction> {
        self.memory().contradiction(origin).cloned()
    }

    /// Answers `body`, a request to add a checkpoint, with a signature line. Blocks for the disk.
    ///
    /// # Errors
    /// [`Refusal`], of which each has its status.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<String, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| Refusal::Malformed)?;
        let request: AddCheckpoint = text.parse().map_err(|_| Refusal::Malformed)?;
        // Signatures are verified before the memory is taken: a stranger's request holds nobody up.
        let asked = judge::authentic(&request, &self.0.logs)?;
        let mut memory = self.memory();
        if memory.is_broken() {
            return Err(Refusal::Disk);
        }
        let last = memory.head(&asked.checkpoint.origin);
        match judge::continues(asked, &request, last) {
            Ok(sound) => self.cosign(&mut memory, sound),
            Err(refused) => Err(self.note_refusal(&mut memory, refused)),
        }
    }

    fn cosign(&self, memory: &mut Memory, sound: Sound) -> Result<String, Refusal> {
        let Sound { mut note, checkpoint } = sound;
        let last = memory.record(&checkpoint.origin);
        let time = self.time_after(last.map(|record| record.time))?;
        // Asked again within a second: the answer is known, and a replayed request costs no write.
        if let Some(known) = last.filter(|last| last.time == time && last.text() == note.text()) {
            return Ok(known.line.clone());
        }
        self.0.signer.cosign(&mut note, time);
        let line = own_line(note.signatures(), self.key());
        let (origin, size) = (checkpoint.origin.clone(), checkpoint.size());
        memory
            .store(Record { checkpoint, time, line: line.clone(), note })
            .map_err(|error| self.disk(memory, &error))?;
        tracing::info!(origin, size, "cosigned");
        Ok(line)
    }

    /// The time for the next cosignature: now, and never before the last one.
    fn time_after(&self, last: Option<Timestamp>) -> Result<Timestamp, Refusal> {
        let (now, last) = (self.0.clock.read().wall, last.unwrap_or(Timestamp(1)));
        if last.since(now) > SETBACK {
            tracing::error!(
                behind = last.since(now),
                "the clock stands before the last cosignature; nothing is signed"
            );
            return Err(Refusal::Clock);
        }
        Ok(now.max(last))
    }

    fn disk(&self, memory: &Memory, error: &StoreError) -> Refusal {
        tracing::error!(%error, "not stored, so not cosigned");
        if memory.is_broken() {
            self.0.broken.send_replace(true);
        }
        Refusal::Disk
    }

    /// Two trees of one size, both signed by the log, are proof for anybody: they are kept.
    fn note_refusal(&self, memory: &mut Memory, refused: Refused) -> Refusal {
        if let Some(other) = refused.contradicts {
            tracing::error!(origin = other.checkpoint.origin, "ALARM: this log signed two different trees of one size");
            if let Err(error) = memory.keep_contradiction(&other) {
                tracing::error!(%error, "the two trees were not stored");
            }
        }
        tracing::warn!(why = %refused.why, "refused");
        refused.why
    }

    /// Waits until it is unclear what the disk holds: this process must then end, and read it anew.
    pub async fn broken(&self) {
        let mut broken = self.0.broken.subscribe();
        let _ = broken.wait_for(|broken| *broken).await;
    }

    /// Whether it is unclear what the disk holds.
    pub fn is_broken(&self) -> bool {
        *self.0.broken.borrow()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // A panic while it was held left it as it was: the memory changes in one assignment, after the disk.
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn own_line(lines: &[NoteSignature], key: &WitnessKey) -> String {
    let own = lines.iter().rfind(|line| line.name == key.name() && line.id == key.id());
    own.map(|line| format!("{line}\n")).unwrap_or_default()
}

/// Makes a witness named `name` in the folder `state`, where there is none: an empty memory, then a key for it.
///
/// # Errors
/// When there is one, or the folder can't be written.
pub fn found(state: &Path, name: &str, entropy: &mut dyn Entropy) -> Result<Signer, WitnessError> {
    let new = New::make(name, entropy)?;
    // In this order: a key without a memory would sign anything, and is refused for ever.
    memory::found(&mut DirFolder::new(state), new.key())?;
    Ok(new.store(state)?)
}

/// Why a witness can't do its work. For its operator.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// Its key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its memory.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// A listener, a runtime.
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
