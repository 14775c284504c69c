//! The few things that need the operating system's own terms.
//!
//! Each `unsafe` block of Sekisho is in this crate, small, and says why it holds.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

pub mod clock;
pub mod confine;
pub mod entropy;
pub mod fds;
pub mod fork_server;
pub mod frame;
pub mod peak;
pub mod secret;
pub mod spawn;
pub mod stack;
pub mod wiping;
