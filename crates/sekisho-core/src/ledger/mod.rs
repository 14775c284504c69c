//! The ledger's arithmetic: an append-only Merkle tree, its files and its proofs.
//!
//! The formats are those of C2SP (`tlog-tiles`, `tlog-checkpoint`, `signed-note`,
//! `tlog-proof`, `tlog-cosignature`, `tlog-witness`) over the tree of RFC 6962, so that others' clients and
//! witnesses read them. Our own are only the [`leaf`], a salted commitment to an
//! event, and the [`receipt`] that a member keeps.

pub mod add_checkpoint;
pub mod audit;
pub mod checkpoint;
pub mod cosignature;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod quorum;
pub mod receipt;
mod text;
pub mod tile;
pub mod tiled;
pub mod tree;
mod vkey;

pub use add_checkpoint::AddCheckpoint;
pub use checkpoint::Checkpoint;
pub use cosignature::WitnessKey;
pub use hash::Hash;
pub use note::{Note, VerifierKey};
pub use proof::TlogProof;
pub use quorum::{Cosigned, Witnesses};
pub use receipt::Receipt;
