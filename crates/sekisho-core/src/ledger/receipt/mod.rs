//! The receipt that a member keeps: the events of one check, each with its proof.
//!
//! A receipt shows that each event in it was recorded, where, and unaltered
//! since. It does not show that no event was left out, nor that what was recorded
//! also happened.

mod error;

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{Checkpoint, Cosigned, TlogProof, VerifierKey, Witnesses, leaf, text, tree::Head};
use crate::{
    event::{self, Event, What},
    id::CheckId,
};
pub use error::ReceiptError;

/// The version of the format that this code reads and writes.
pub const VERSION: u8 = 1;

/// A receipt, not verified yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of the format, [`VERSION`].
    pub version: u8,
    /// The ledger's verifier key (C2SP `signed-note`). Whoever has it from elsewhere compares.
    pub ledger_key: String,
    /// The check that it is about.
    pub check: CheckId,
    /// The check's events, in the order of the ledger.
    pub events: Vec<ReceiptEvent>,
}

/// One event of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptEvent {
    /// The event's JSON, byte for byte as it was written.
    pub body: String,
    /// The leaf's salt: base 64 of 32 bytes.
    pub salt: String,
    /// The proof, in the format `c2sp.org/tlog-proof@v1`.
    pub proof: String,
}

/// An event that stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// Its place, from 0.
    pub index: u64,
    /// What it says.
    pub event: Event,
    /// The known witnesses that cosigned the checkpoint of its proof, and when.
    pub cosigned: Vec<Cosigned>,
}

/// What a receipt showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The check that it is about.
    pub check: CheckId,
    /// The key that the ledger's checkpoints were verified with.
    pub key: VerifierKey,
    /// Whether that key came from the caller rather than from the receipt itself.
    pub key_known: bool,
    /// The events, in the order of the ledger.
    pub events: Vec<VerifiedEvent>,
    /// The largest checkpoint among the proofs.
    pub checkpoint: Checkpoint,
}

/// How often what happened, by a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Documents that arrived.
    pub received: u64,
    /// Releases of a picture to a person.
    pub viewed: u64,
    /// Decisions.
    pub decided: u64,
    /// Documents whose key was dropped and whose ciphertext was removed.
    pub shredded: u64,
}

impl Receipt {
    /// A receipt of `check` out of the ledger whose key is `key`.
    pub fn new(check: CheckId, key: &VerifierKey, events: Vec<ReceiptEvent>) -> Self {
        Self { version: VERSION, ledger_key: alloc::format!("{key}"), check, events }
    }

    /// Reads a receipt from its JSON.
    ///
    /// # Errors
    /// [`ReceiptError::Form`] when it is none.
    pub fn from_json(json: &str) -> Result<Self, ReceiptError> {
        serde_json::from_str(json).map_err(|_| ReceiptError::Form)
    }

    /// Its JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a receipt is numbers and strings under fixed names")
    }
}

impl ReceiptEvent {
    /// An event for a receipt; nothing if the body is not UTF-8, which no event's is.
    pub fn new(body: Vec<u8>, salt: &leaf::Salt, proof: String) -> Option<Self> {
        Some(Self { body: String::from_utf8(body).ok()?, salt: text::base64(salt), proof })
    }
}

impl Verified {
    /// How often what happened.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for verified in &self.events {
            match verified.event.what {
                What::Received { .. } => tally.received += 1,
                What::Viewed { .. } => tally.viewed += 1,
                What::Decided { .. } => tally.decided += 1,
                What::Shredded { .. } => tally.shredded += 1,
                _ => {}
            }
        }
        tally
    }
}

/// Verifies a receipt: every event, under `trusted` or else under the key that the receipt itself names.
///
/// With the receipt's own key it only shows that the receipt agrees with itself.
///
/// # Errors
/// When anything in it does not hold; nothing of it is to be believed then.
pub fn verify(receipt: &Receipt, trusted: Option<&VerifierKey>) -> Result<Verified, ReceiptError> {
    verify_witnessed(receipt, trusted, &Witnesses::none())
}

/// As [`verify`], and that of `witnesses` so many as are needed cosigned the checkpoint of every event's proof.
///
/// # Errors
/// When anything in it does not hold; nothing of it is to be believed then.
pub fn verify_witnessed(
    receipt: &Receipt,
    trusted: Option<&VerifierKey>,
    witnesses: &Witnesses,
) -> Result<Verified, ReceiptError> {
    if receipt.version != VERSION {
        return Err(ReceiptError::Version(receipt.version));
    }
    let key: VerifierKey = receipt.ledger_key.parse()?;
    if trusted.is_some_and(|trusted| *trusted != key) {
        return Err(ReceiptError::OtherLedger);
    }
    let mut events = Vec::new();
    let mut checkpoints = Vec::new();
    for (before, shown) in receipt.events.iter().enumerate() {
        let (verified, checkpoint) = verify_event(receipt.check, shown, (&key, witnesses), before + 1)?;
        if events.last().is_some_and(|last: &VerifiedEvent| last.index >= verified.index) {
            return Err(ReceiptError::Order { at: before + 1 });
        }
        events.push(verified);
        checkpoints.push(checkpoint);
    }
    let checkpoint = largest(checkpoints)?;
    Ok(Verified { check: receipt.check, key, key_known: trusted.is_some(), events, checkpoint })
}

fn verify_event(
    check: CheckId,
    shown: &ReceiptEvent,
    (key, witnesses): (&VerifierKey, &Witnesses),
    at: usize,
) -> Result<(VerifiedEvent, Checkpoint), ReceiptError> {
    let salt = text::base64_32(&shown.salt).ok_or(ReceiptError::Salt { at })?;
    let proof: TlogProof = shown.proof.parse().map_err(|why| ReceiptError::ProofForm { at, why })?;
    let entry = leaf::entry(&salt, shown.body.as_bytes());
    let held = proof.verify_witnessed(&entry, key, witnesses);
    let (checkpoint, cosigned) = held.map_err(|why| ReceiptError::Proof { at, why })?;
    let event = Event::from_bytes(shown.body.as_bytes()).map_err(|_| ReceiptError::Body { at })?;
    if event.v != event::VERSION {
        return Err(ReceiptError::Body { at });
    }
    if event.what.check() != Some(check) {
        return Err(ReceiptError::OtherCheck { at });
    }
    Ok((VerifiedEvent { index: proof.index, event, cosigned }, checkpoint))
}

fn largest(mut checkpoints: Vec<Checkpoint>) -> Result<Checkpoint, ReceiptError> {
    checkpoints.sort_by_key(Checkpoint::size);
    let forked = |pair: &[Checkpoint]| {
        let [Head { size: a, root: x }, Head { size: b, root: y }] = [pair[0].head, pair[1].head];
        a == b && x != y
    };
    if checkpoints.windows(2).any(forked) {
        return Err(ReceiptError::Fork);
    }
    checkpoints.pop().ok_or(ReceiptError::Empty)
}

#[cfg(test)]
mod tests;
