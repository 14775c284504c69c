//! Engines for tables that Python's package index has: they answer the questions that our scopes answer.

use std::{env, path::PathBuf, process::Command};

use crate::sh;

/// What is fetched, and which version of it; no other is taken.
const PACKAGES: [&str; 3] = ["polars==2.1.0", "duckdb==2.0.0", "chdb==4.4.0"];

/// The modules by which they are called.
const MODULES: &str = "import polars, duckdb, chdb";

/// A variable that names a folder with them to use instead.
pub const VARIABLE: &str = "SEKISHO_ENGINES";

/// The folder in which they lie, fetched if they aren't there yet. `None` if they can't be had; that is told.
pub fn ensure() -> Option<PathBuf> {
    let folder = found();
    if folder.is_some() || env::var_os("SEKISHO_NO_INSTALL").is_some() {
        return folder;
    }
    eprintln!("missing: {}, for asking others the same ({})", PACKAGES.join(", "), place().display());
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target"]).arg(place()).args(PACKAGES);
    sh::succeeds(pip.stdout(std::io::stderr()));
    found()
}

/// The folder in which they lie, if they do.
pub fn found() -> Option<PathBuf> {
    let folder = env::var_os(VARIABLE).map_or_else(place, PathBuf::from);
    let tried = Command::new("python3").args(["-c", MODULES]).env("PYTHONPATH", &folder).output();
    tried.is_ok_and(|output| output.status.success()).then_some(folder)
}

/// The user's cache.
fn place() -> PathBuf {
    let home = env::var_os("HOME").map_or_else(env::temp_dir, PathBuf::from);
    let cache = env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
    cache.join("sekisho").join("engines-1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_one_version() {
        assert!(
            PACKAGES.iter().all(|package| package.split_once("==").is_some_and(|(_, version)| !version.is_empty()))
        );
        assert!(place().ends_with("sekisho/engines-1"));
    }
}
