//! The watch on real processes, over real sockets: what it stops, whom it leaves alone, and the same attacks where it
//! is off.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod bound;
mod denied;
mod flooded;
mod forged;
mod ground;
#[path = "../common/record.rs"]
mod record;
#[path = "../common/refused.rs"]
mod refused;
mod ridden;
#[path = "../common/smtp.rs"]
mod smtp;
mod strangers;
#[path = "../common/until.rs"]
mod until;
