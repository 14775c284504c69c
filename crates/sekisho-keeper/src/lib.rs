//! The process with the keys.
//!
//! The keeper is the only process that can open a document or sign a claim. It
//! is small, believes nobody, and has no HTTP, no HTML and no image code.

#![forbid(unsafe_code)]

pub mod intake;
pub mod jose;
pub mod ledger;
pub mod webauthn;
pub mod wire;
