//! What Sekisho is about, without IO.
//!
//! Everything here is arithmetic on values: no file, no socket, no clock and no
//! randomness of its own. It is also all that an outsider needs in order to
//! check a receipt, so it depends on nothing that opens a document.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod alert;
pub mod attestation;
pub mod author;
pub mod budget;
pub mod calendar;
pub mod canary;
pub mod change;
pub mod check;
pub mod entropy;
pub mod event;
pub mod id;
pub mod kinds;
pub mod ledger;
pub mod lockdown;
pub mod policy;
pub mod render;
pub mod stop;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod trust;
pub mod watch;
