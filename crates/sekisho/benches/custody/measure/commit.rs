//! Which commit a figure is of: one that everybody has, and with nothing changed since.

use std::process::Command;

/// The branch that others have.
const MAIN: &str = "main";
/// What is not part of the program, and is written while it is measured.
const WRITTEN: [&str; 2] = [":(top,exclude)docs/BENCHMARKS.md", ":(top,exclude)docs/benchmarks.json"];

/// Why figures can't name a commit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unnamed {
    /// There is no repository, or no git.
    #[error("unknown")]
    Unknown,
    /// Something differs from the commit.
    #[error("none: there are changes beside it")]
    Changed,
    /// It may be gone tomorrow.
    #[error("{0}, which is not on {MAIN}")]
    Elsewhere(String),
}

/// What a repository says of itself.
pub(crate) struct Told {
    /// Its commit, in short.
    pub(crate) head: Option<String>,
    /// Whether its files differ from it.
    pub(crate) changed: bool,
    /// Whether it is on [`MAIN`].
    pub(crate) on_main: bool,
}

/// The commit that is measured.
///
/// # Errors
/// [`Unnamed`].
pub(crate) fn commit() -> Result<String, Unnamed> {
    let status = ["status", "--porcelain", "--untracked-files=no", "--", ":/", WRITTEN[0], WRITTEN[1]];
    judged(Told {
        head: git(&["rev-parse", "--short", "HEAD"]),
        changed: git(&status).is_none_or(|lines| !lines.is_empty()),
        on_main: git(&["merge-base", "--is-ancestor", "HEAD", MAIN]).is_some(),
    })
}

/// Whether that names a commit.
///
/// # Errors
/// [`Unnamed`].
pub(crate) fn judged(told: Told) -> Result<String, Unnamed> {
    let head = told.head.ok_or(Unnamed::Unknown)?;
    match (told.changed, told.on_main) {
        (true, _) => Err(Unnamed::Changed),
        (false, false) => Err(Unnamed::Elsewhere(head)),
        (false, true) => Ok(head),
    }
}

/// What git prints, if it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    let told = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}
