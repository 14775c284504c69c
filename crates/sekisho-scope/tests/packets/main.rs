//! Records out of packets: made ones, others' and hostile ones.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod account;
mod contents;
mod harm;
mod hostile;
mod listing;
#[path = "../others/mod.rs"]
mod others;
mod processor;
mod public;
mod wire;
