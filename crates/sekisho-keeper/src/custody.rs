//! Custody of document keys: wrapping, re-wrapping, and the one way to open.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sekisho_core::{
    entropy::{Entropy, fresh},
    id::{DocumentId, KeeperId},
    time::Hour,
};
use sekisho_seal::{Context, DocumentKey, Plaintext};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    hash::sha256,
    keystore::{Keys, Secret},
    ledger::Position,
    meter::Ticket,
};

/// Bytes of a nonce.
pub(crate) const NONCE: usize = 12;
/// Bytes of a wrapped key: nonce, key, tag.
pub const WRAPPED: usize = NONCE + 32 + 16;

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
pub fn wrap(keys: &Keys, hold: Hold, key: &DocumentKey, entropy: &mut dyn Entropy) -> Result<[u8; WRAPPED], Gone> {
    seal(&cipher(keys, hold)?, hold, key.expose(), fresh(entropy))
}

/// Unwraps a document key.
///
/// # Errors
/// [`Gone`].
pub(crate) fn unwrap(keys: &Keys, hold: Hold, wrapped: &[u8]) -> Result<DocumentKey, Gone> {
    Ok(DocumentKey::from_bytes(&*unseal(&cipher(keys, hold)?, hold, wrapped)?))
}

/// Wraps many keys anew. What is derived of roots and slots is derived once and lives as long as this.
#[derive(Default)]
pub(crate) struct Rewrapper(BTreeMap<(Hour, Hour), LessSafeKey>);

impl Rewrapper {
    /// Unwraps a key that hangs on `old` and wraps it under `root`. The nonce must be fresh.
    ///
    /// # Errors
    /// [`Gone`].
    pub(crate) fn rewrap(
        &mut self,
        keys: &Keys,
        (old, root): (Hold, Hour),
        wrapped: &[u8],
        nonce: [u8; NONCE],
    ) -> Result<[u8; WRAPPED], Gone> {
        let (key, new) = (unseal(self.cipher(keys, old)?, old, wrapped)?, Hold { root, ..old });
        seal(self.cipher(keys, new)?, new, &key, nonce)
    }

    /// Whether a wrapped key opens.
    pub(crate) fn opens(&mut self, keys: &Keys, hold: Hold, wrapped: &[u8]) -> bool {
        self.cipher(keys, hold).and_then(|cipher| unseal(cipher, hold, wrapped)).is_ok()
    }

    fn cipher(&mut self, keys: &Keys, hold: Hold) -> Result<&LessSafeKey, Gone> {
        use std::collections::btree_map::Entry::{Occupied, Vacant};
        match self.0.entry((hold.root, hold.deadline)) {
            Occupied(held) => Ok(held.into_mut()),
            Vacant(room) => Ok(room.insert(cipher(keys, hold)?)),
        }
    }
}

fn seal(cipher: &LessSafeKey, hold: Hold, key: &[u8; 32], nonce: [u8; NONCE]) -> Result<[u8; WRAPPED], Gone> {
    let mut wrapped = [0; WRAPPED];
    let (head, body) = wrapped.split_at_mut(NONCE);
    let (content, tag) = body.split_at_mut(key.len());
    head.copy_from_slice(&nonce);
    content.copy_from_slice(key);
    let sealed = cipher.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad(hold), content);
    match sealed {
        Ok(made) => tag.copy_from_slice(made.as_ref()),
        Err(_) => {
            content.zeroize();
            return Err(Gone);
        }
    }
    Ok(wrapped)
}

fn unseal(cipher: &LessSafeKey, hold: Hold, wrapped: &[u8]) -> Result<Secret, Gone> {
    let (nonce, sealed) = wrapped.split_at_checked(NONCE).ok_or(Gone)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Gone)?;
    let mut opened = Zeroizing::new(<[u8; WRAPPED - NONCE]>::try_from(sealed).map_err(|_| Gone)?);
    let key = cipher.open_in_place(nonce, aad(hold), &mut *opened).map_err(|_| Gone)?;
    Ok(Zeroizing::new(<[u8; 32]>::try_from(&*key).map_err(|_| Gone)?))
}

/// Releases one document for one viewing.
///
/// It takes what only the decision point makes, a [`Ticket`], and what only a
/// durable ledger makes, a [`Position`]: there is no other way to a plaintext,
/// and none for a viewing that is not on record.
///
/// # Errors
/// [`Gone`] if the key is gone.
pub fn release(keys: &Keys, ticket: Ticket, position: &Position, ciphertext: Vec<u8>) -> Result<Opening, Gone> {
    let Entry { hold, wrapped, context, sha256 } = ticket.redeem(position).ok_or(Gone)?;
    Ok(Opening { key: unwrap(keys, hold, &wrapped)?, context, ciphertext, sha256 })
}

/// A document that was released for a viewing on record, still sealed: to be opened once, by whoever draws it. Made by
/// [`release`] alone.
pub struct Opening {
    key: DocumentKey,
    context: Context,
    ciphertext: Vec<u8>,
    sha256: [u8; 32],
}

impl Opening {
    /// Opens it.
    ///
    /// # Errors
    /// [`Gone`] if the ciphertext is not what was received.
    pub fn open(self) -> Result<Plaintext, Gone> {
        let Self { key, context, ciphertext, .. } = self;
        if sha256(&ciphertext) != self.sha256 {
            return Err(Gone);
        }
        sekisho_seal::open_document_in_place(&key, &context, ciphertext).map_err(|_| Gone)
    }
}

/// What a ticket stands for.
pub struct Entry {
    /// What the key hangs on.
    pub hold: Hold,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// The context that the ciphertext is bound to.
    pub context: Context,
    /// SHA-256 of the ciphertext as it was received.
    pub sha256: [u8; 32],
}

fn cipher(keys: &Keys, hold: Hold) -> Result<LessSafeKey, Gone> {
    let key = keys.wrapping_key(hold.keeper, hold.root, hold.deadline).ok_or(Gone)?;
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| Gone)?))
}

fn aad(hold: Hold) -> Aad<[u8; 16]> {
    Aad::from(*hold.document.as_bytes())
}
