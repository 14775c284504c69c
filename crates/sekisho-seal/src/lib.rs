//! The sealed format: what a gate, an SDK, the keeper and the offline evidence
//! tool all speak.
//!
//! Two layers, both bound to the same [`Context`]:
//!
//! 1. [`seal_document`] seals a document's bytes under a fresh [`DocumentKey`]
//!    (C2SP chunked-encryption with AES-256-GCM, "Cobblestone-256").
//! 2. [`seal_key`] seals that key to an [`IntakePublic`] key of the keeper
//!    (HPKE, RFC 9180, with X-Wing), so that whoever sealed cannot open.
//!
//! ```
//! use sekisho_core::{entropy::Entropy, id::{CheckId, DocumentId, KeeperId}, time::Timestamp};
//! use sekisho_seal::*;
//!
//! fn there_and_back(entropy: &mut dyn Entropy) -> Result<(), OpenError> {
//!     let context = Context {
//!         version: FormatVersion::V1,
//!         keeper: KeeperId::random(entropy),
//!         site: "site-a".parse().unwrap(),
//!         check: CheckId::random(entropy),
//!         document: DocumentId::random(entropy),
//!         deadline: Timestamp(1_795_000_000),
//!     };
//!     let intake = IntakeSecret::fresh(entropy);
//!
//!     let key = DocumentKey::fresh(entropy);
//!     let sealed = seal_document(&key, &context, b"a picture", entropy);
//!     let sealed_key = seal_key(&intake.public(), &context, &key, entropy);
//!
//!     let key = open_key(&intake, &context, &sealed_key)?;
//!     assert_eq!(open_document(&key, &context, &sealed)?.as_bytes(), b"a picture");
//!     Ok(())
//! }
//! # there_and_back(&mut testing::SeededEntropy::new(1)).unwrap();
//! ```

#![forbid(unsafe_code)]

mod chunked;
mod context;
mod document;
mod entropy;
mod intake;
mod secret;
mod share;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use context::{Context, FormatVersion};
pub use document::{Header, open_document, open_document_in_place, seal_document, sealed_len};
pub use entropy::Rng;
pub use intake::{IntakePublic, IntakeSecret, NotAPublicKey, PUBLIC_LEN, SEALED_KEY_LEN, open_key, seal_key};
pub use secret::{DocumentKey, Plaintext, Wiped};
pub use share::{ShareOpenError, open_share, seal_share};

/// Why something sealed does not open.
///
/// The distinctions are for the operator's log. Whoever handed the bytes in
/// should learn no more than that they did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It does not begin like a sealed document, or is shorter than one.
    #[error("not a sealed document")]
    NotSealed,
    /// It is of a format version that this build does not know.
    #[error("sealed in format version {0}, which is unknown here")]
    Version(u8),
    /// Its header names another keeper, document or deadline than was asked for.
    #[error("the header belongs to another document")]
    OtherDocument,
    /// Another key, another context, or a changed salt or commitment.
    #[error("the key commitment does not match")]
    Commitment,
    /// No sealed document has this length: it was cut off or added to.
    #[error("cut off or added to")]
    Length,
    /// A part of it was changed, moved or removed, or the key or context is another one.
    #[error("changed since it was sealed, or sealed to another key or context")]
    Altered,
}
