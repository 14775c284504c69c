//! What the desk needs from outside, declared where it is consumed.

use sekisho_core::{check::Role, id::StaffId, time::Timestamp};
use sekisho_keeper::wire::{Answered, DeskAnswer, DeskRequest};

pub use super::ports::Pending;

/// The keeper, as the desk's descriptor reaches it.
pub trait DeskKeeper: Send + Sync {
    /// Asks and waits for the answer; `Refusal::Unavailable` when the keeper is away.
    fn ask(&self, request: DeskRequest) -> Pending<'_, Answered<DeskAnswer>>;
}

/// SHA-256 of a session's secret. The secret itself is never stored.
pub type SessionHash = [u8; 32];

/// A browser session as the desk remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRow {
    /// Of the cookie's secret.
    pub hash: SessionHash,
    /// Whose it is.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
    /// When it began.
    pub began: Timestamp,
    /// When it ends at the latest: with its shift.
    pub until: Timestamp,
}

/// The desk's database failed and nothing was done. The cause is logged where it arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the desk's database is unavailable")]
pub struct StoreDown;

/// What the desk remembers: who is signed in, and nothing else.
pub trait DeskStore: Send + Sync {
    /// Remembers a session.
    fn begin(&self, row: SessionRow) -> Pending<'_, Result<(), StoreDown>>;

    /// The session of this hash that is not over at `now`.
    fn find(&self, hash: SessionHash, now: Timestamp) -> Pending<'_, Result<Option<SessionRow>, StoreDown>>;

    /// Forgets a session; forgetting an unknown one is no error.
    fn end(&self, hash: SessionHash) -> Pending<'_, Result<(), StoreDown>>;

    /// Forgets what is over at `now`, and says how many that were.
    fn sweep(&self, now: Timestamp) -> Pending<'_, Result<u64, StoreDown>>;
}

/// How one process of the installation is confined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessView {
    /// Its role, e.g. `keeper`.
    pub role: String,
    /// Whether the floor holds: seccomp, no new privileges, Landlock for files.
    pub confined: bool,
    /// What holds, in the words of `sekisho status`.
    pub holds: Vec<String>,
    /// What this kernel or this start could not give.
    pub missing: Vec<String>,
}

/// What the supervisor knows of the processes.
pub trait Installation: Send + Sync {
    /// Every process that reported; empty when nothing is known.
    fn processes(&self) -> Vec<ProcessView>;
}
