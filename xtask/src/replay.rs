//! `cargo xtask bench replay`: a vault's life and its thieves, beside the rules of others.

use std::process::Command;

use crate::sh::{self, Failure, cargo};

/// The branch that others have.
const MAIN: &str = "main";
/// What is written by it, and no part of the program.
const WRITTEN: [&str; 5] = [
    ":(top,exclude)docs/REPLAY.md",
    ":(top,exclude)docs/replay.json",
    ":(top,exclude)docs/attacks.json",
    ":(top,exclude)docs/INSPECTION.md",
    ":(top,exclude)docs/inspection.json",
];

/// Builds the model, fast and with its assertions, and runs it with `arguments`. The document is written where the
/// figures can name a commit that others have; else they are printed only. Exit code 1 when a goal is missed.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let mut command =
        cargo(&["run", "--locked", "--quiet", "--profile", "simulation", "--package", "sekisho-replay", "--"]);
    command.args(arguments);
    match commit() {
        Ok(commit) => {
            command.args(["--commit", &commit]).arg("--docs").arg(sh::root().join("docs"));
        }
        Err(why) => eprintln!("figures are printed only, since they name their commit, and that is {why}"),
    }
    eprintln!("$ {}", sh::typed(&command));
    let status = command.status().map_err(|why| Failure::usage(format!("it does not run: {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(Failure::finding("a goal was missed; the rows say which, and why".into())),
        _ => Err(Failure::usage(String::new())),
    }
}

/// The commit that is measured, if everybody has it and nothing was changed since.
///
/// # Errors
/// Why figures can't name it.
pub fn commit() -> Result<String, String> {
    let head = git(&["rev-parse", "--short", "HEAD"]).ok_or("unknown")?;
    let status = [&["status", "--porcelain", "--untracked-files=no", "--", ":/"][..], &WRITTEN].concat();
    let status = git(&status);
    if status.is_none_or(|lines| !lines.is_empty()) {
        return Err("none: there are changes beside it".into());
    }
    match git(&["merge-base", "--is-ancestor", "HEAD", MAIN]) {
        Some(_) => Ok(head),
        None => Err(format!("{head}, which is not on {MAIN}")),
    }
}

/// What git prints, if it succeeds.
fn git(arguments: &[&str]) -> Option<String> {
    let told = Command::new("git").args(arguments).current_dir(sh::root()).output().ok();
    let told = told.filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_refuses_is_nothing() {
        assert_eq!(git(&["rev-parse", "--verify", "--quiet", "no-such-branch-anywhere"]), None);
    }
}
