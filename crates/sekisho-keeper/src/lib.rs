//! The process with the keys.
//!
//! The keeper is the only process that can open a document or sign a claim. It
//! is small, believes nobody, and has no HTTP, no HTML and no image code.

#![forbid(unsafe_code)]

pub mod archive;
pub mod blobs;
pub mod canary;
pub mod custody;
pub mod db;
pub mod engine;
pub mod hash;
pub mod intake;
pub mod jose;
pub mod keystore;
pub mod ledger;
pub mod meter;
pub mod names;
pub mod server;
pub mod survey;
pub mod webauthn;
pub mod wire;
