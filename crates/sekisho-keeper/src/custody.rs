//! Custody of document keys: wrapping, re-wrapping, and the one way to open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{DocumentId, KeeperId},
    time::Hour,
};
use sekisho_seal::{Context, DocumentKey, Plaintext};
use zeroize::Zeroizing;

use crate::{keystore::Keys, ledger::Position, meter::Ticket};

/// What a wrapped key hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The keeper.
    pub keeper: KeeperId,
    /// The document.
    pub document: DocumentId,
    /// The hour of the root.
    pub root: Hour,
    /// The hour of the deadline.
    pub deadline: Hour,
}

/// A key could not be wrapped or opened: its root or slot is gone, or the bytes are not its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document's key is gone")]
pub struct Gone;

/// Wraps a document key under root and slot.
///
/// # Errors
/// [`Gone`] if either is not held.
pub fn wrap(keys: &Keys, hold: Hold, key: &DocumentKey, entropy: &mut dyn Entropy) -> Result<Vec<u8>, Gone> {
    let nonce: [u8; 12] = fresh(entropy);
    let mut sealed = Zeroizing::new(key.expose().to_vec());
    cipher(keys, hold)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(hold), &mut *sealed)
        .map_err(|_| Gone)?;
    Ok([&nonce[..], &sealed[..]].concat())
}

/// Unwraps a document key.
///
/// # Errors
/// [`Gone`].
pub(crate) fn unwrap(keys: &Keys, hold: Hold, wrapped: &[u8]) -> Result<DocumentKey, Gone> {
    let (nonce, sealed) = wrapped.split_at_checked(12).ok_or(Gone)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Gone)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let key = cipher(keys, hold)?.open_in_place(nonce, aad(hold), &mut opened).map_err(|_| Gone)?;
    Ok(DocumentKey::from_bytes(<&[u8; 32]>::try_from(&*key).map_err(|_| Gone)?))
}

/// Opens one document for one viewing.
///
/// It takes what only the decision point makes, a [`Ticket`], and what only a
/// durable ledger makes, a [`Position`]: there is no other way to a plaintext,
/// and none for a viewing that is not on record.
///
/// # Errors
/// [`Gone`] if the key is gone, or the ciphertext is not what was received.
pub fn open(keys: &Keys, ticket: Ticket, position: &Position, ciphertext: Vec<u8>) -> Result<Plaintext, Gone> {
    let entry = ticket.redeem(position).ok_or(Gone)?;
    let key = unwrap(keys, entry.hold, &entry.wrapped)?;
    sekisho_seal::open_document_in_place(&key, &entry.context, ciphertext).map_err(|_| Gone)
}

/// What a ticket stands for.
pub struct Entry {
    /// What the key hangs on.
    pub hold: Hold,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// The context that the ciphertext is bound to.
    pub context: Context,
}

fn cipher(keys: &Keys, hold: Hold) -> Result<LessSafeKey, Gone> {
    let key = keys.wrapping_key(hold.keeper, hold.root, hold.deadline).ok_or(Gone)?;
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| Gone)?))
}

fn aad(hold: Hold) -> Aad<[u8; 16]> {
    Aad::from(*hold.document.as_bytes())
}
