//! Stand-ins for people and their devices, for the demo, the drills and the tests.
//!
//! They speak to Sekisho from outside like the real ones; nothing in here is
//! ever asked by gate, desk or keeper.

pub mod authenticator;
pub mod log;
