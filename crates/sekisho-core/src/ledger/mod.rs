//! The ledger's arithmetic: an append-only Merkle tree, its files and its proofs.
//!
//! The formats are those of C2SP (`tlog-tiles`, `tlog-checkpoint`, `signed-note`,
//! `tlog-proof`) over the tree of RFC 6962, so that others' clients and
//! witnesses read them. Our own are only the [`leaf`], a salted commitment to an
//! event, and the [`receipt`] that a member keeps.

pub mod audit;
pub mod checkpoint;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod receipt;
mod text;
pub mod tile;
pub mod tiled;
pub mod tree;

pub use checkpoint::Checkpoint;
pub use hash::Hash;
pub use note::{Note, VerifierKey};
pub use proof::TlogProof;
pub use receipt::Receipt;
