//! The few things that need the operating system's own terms.
//!
//! Each `unsafe` block of Sekisho is in this crate, small, and says why it holds.

pub mod frame;
