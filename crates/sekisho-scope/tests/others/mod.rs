//! Logs and captures that nobody here made. They lie beside the checkout, in `shared/logs`; a test says so where they
//! don't, and `SEKISHO_REQUIRE_LOGS` makes that a failure.

use std::{
    env,
    path::{Path, PathBuf},
};

/// One of them, if it is there.
#[allow(clippy::print_stderr, reason = "what could not run is told")]
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/logs").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(env::var_os("SEKISHO_REQUIRE_LOGS").is_none(), "{} is not there", path.display());
    eprintln!("NOT RUN: {} is not there, so nothing was compared with its known answer", path.display());
    None
}
