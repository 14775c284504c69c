//! `cargo xtask models`: the networks that read print, into the user's cache.

use crate::{
    install::{self, NETWORKS},
    sh::Failure,
    wheel,
};

/// Fetches them if they are not there; prints the folder in which they lie, for `SEKISHO_MODELS`.
pub fn run() -> Result<(), Failure> {
    install::ensure(&[NETWORKS]);
    let folder = wheel::NETWORKS.found().ok_or_else(|| Failure::usage("the networks can't be had here".into()))?;
    println!("{}", folder.display());
    Ok(())
}
