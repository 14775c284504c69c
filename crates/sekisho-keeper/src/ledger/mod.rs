//! The ledger's writer: durable first, then the effect.
//!
//! An event is written twice before anything comes of it: the engine commits
//! its row to `keeper.db`, then [`Writer::commit`] appends it to the journal and
//! hands out a [`Position`]. What opens a document demands one. The public
//! side, tiles and a signed checkpoint (C2SP `tlog-tiles`), follows with
//! [`Writer::publish`] and can be derived again at any time.

pub mod files;
mod grown;
pub mod journal;
mod open_error;
mod recover;
pub mod resume;
pub mod signer;
#[cfg(test)]
mod testing;
pub mod writer;

pub use files::{DirFiles, LedgerFiles};
pub use grown::TileError;
pub use open_error::{OpenError, StoredError};
pub use signer::LedgerSigner;
pub use writer::{CommitError, Mark, Position, ProveEntryError, PublishError, StageError, Staged, StoredEntry, Writer};
