//! `cargo xtask fuzz`: hostile input by chance, for as long as is asked for.

use std::process::Command;

use crate::{
    inspection,
    install::{self, C_COMPILER},
    papers,
    sh::{self, Failure, cargo},
};

/// Attacks what the first word names.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments.split_first() {
        Some((name, rest)) if name == "inspect" => inspect(rest),
        Some((name, rest)) if name == "scope" => scope(rest),
        _ => Err(Failure::usage("what? There are `cargo xtask fuzz inspect` and `cargo xtask fuzz scope`".into())),
    }
}

/// Logs or packets, in a process of their own; as developers build, so that overflows are found.
fn scope(rest: &[String]) -> Result<(), Failure> {
    if let [missing, ..] = &install::ensure(&[C_COMPILER])[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    let mut command =
        cargo(&["run", "--locked", "--quiet", "--package", "sekisho-scope", "--example", "scope-fuzz", "--"]);
    ended(command.args(rest), "something was found; it is kept in target/fuzz/scope")
}

/// Gets the fonts, builds the program as released, and attacks it; `--program FILE` takes another build.
fn inspect(rest: &[String]) -> Result<(), Failure> {
    let needs = [&papers::FONTS[..], &[C_COMPILER]].concat();
    if let [missing, ..] = &install::ensure(&needs)[..] {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    let mut command = cargo(&["run", "--locked", "--quiet", "--package", "sekisho-papers", "--bin", "fuzz", "--"]);
    command.args(rest);
    if !rest.iter().any(|word| word == "--program") {
        command.arg("--program").arg(inspection::built()?);
    }
    ended(&mut command, "pictures were not borne; they are kept in target/fuzz/inspect")
}

fn ended(command: &mut Command, found: &str) -> Result<(), Failure> {
    let status = command.status().map_err(|why| Failure::usage(format!("it does not run: {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(Failure::finding(found.into())),
        _ => Err(Failure::usage(sh::typed(command))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_can_be_attacked() {
        assert!(run(&[]).is_err() && run(&["keeper".into()]).is_err());
    }
}
