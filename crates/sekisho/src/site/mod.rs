//! What a site has and does on its own side: its keys, its secrets, its signatures.
//!
//! For the command line and the demo. Nothing in here runs in an installation's processes.

pub mod files;
pub mod kit;
pub mod signing;
