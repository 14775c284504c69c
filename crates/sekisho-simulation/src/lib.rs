//! The keeper, driven by chance.
//!
//! One thread, one seed: a run drives the real engine with a real keeper.db through random work, crashes at its
//! writes, clocks that lie, full disks and lost power, and after every call holds what lies on the disks against a
//! small model of its own and against a thief who knows all formats. What breaks a law is shrunk to a short script.
//!
//! For developers; nothing imports it.

#![forbid(unsafe_code)]

pub mod chance;
pub mod clock;
pub mod disk;
pub mod exhaustive;
pub mod generate;
pub mod laws;
pub mod model;
pub mod op;
pub mod people;
pub mod planted;
pub mod run;
pub mod shrink;
pub mod thief;
pub mod wire;
pub mod world;
