//! `cargo xtask walls`: who may import whom.

use crate::sh::{self, Failure};

/// Runs the test of the walls alone.
pub fn run() -> Result<(), Failure> {
    let mut command = sh::cargo(&["test", "--locked", "--package", "sekisho", "--test", "walls"]);
    if sh::succeeds(&mut command) { Ok(()) } else { Err(Failure::finding("walls are broken".into())) }
}
