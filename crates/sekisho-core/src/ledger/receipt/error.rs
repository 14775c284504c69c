//! Why a receipt does not hold.

use crate::ledger::{
    note::VerifierKeyError,
    proof::{ParseProofError, ProofError},
};

/// Why a receipt does not hold. Events are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is not a receipt's JSON.
    #[error("not a receipt")]
    Form,
    /// It is of a version that this program does not know.
    #[error("a receipt of version {0}, which this program does not know")]
    Version(u8),
    /// Its ledger key is not a verifier key.
    #[error("the receipt's ledger key is not usable: {0}")]
    Key(#[from] VerifierKeyError),
    /// It is of another ledger than the one whose key was given.
    #[error("a receipt of another ledger than the one whose key was given")]
    OtherLedger,
    /// It has no events.
    #[error("the receipt has no events")]
    Empty,
    /// The salt of an event is not base 64 of 32 bytes.
    #[error("event {at}: not a salt")]
    Salt {
        /// Which event.
        at: usize,
    },
    /// The proof of an event is not in the format.
    #[error("event {at}: {why}")]
    ProofForm {
        /// Which event.
        at: usize,
        /// Why.
        why: ParseProofError,
    },
    /// The proof of an event does not hold.
    #[error("event {at}: {why}")]
    Proof {
        /// Which event.
        at: usize,
        /// Why.
        why: ProofError,
    },
    /// The body of an event is not an event that this program knows.
    #[error("event {at}: not an event that this program knows")]
    Body {
        /// Which event.
        at: usize,
    },
    /// An event is not about the receipt's check, and about it alone.
    #[error("event {at}: not about this check")]
    OtherCheck {
        /// Which event.
        at: usize,
    },
    /// An event does not stand after the one before it.
    #[error("event {at}: out of order")]
    Order {
        /// Which event.
        at: usize,
    },
    /// Two checkpoints of one size have different roots: the ledger was forked.
    #[error("two checkpoints of the same size differ: the ledger shows different people different histories")]
    Fork,
}
