//! `cargo xtask bench`: figures, beside rivals and the bare machine.

use std::{env, process::Command};

use crate::{
    engines, inspection,
    install::{self, C_COMPILER, GAWK, GOACCESS, Need, OPENBAO, TSHARK},
    replay,
    sh::{self, Failure, cargo},
    wheel,
};

/// Gets what it takes, builds, and measures; `arguments` after the name go to the measuring program.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments.split_first() {
        Some((name, rest)) if name == "custody" => custody(rest),
        Some((name, rest)) if name == "inspect" => inspection::run(rest),
        Some((name, rest)) if name == "replay" => replay::run(rest),
        Some((name, rest)) if name == "scope" => scope(rest),
        _ => Err(Failure::usage(
            "which one? There are `cargo xtask bench custody`, `inspect`, `replay` and `scope`".into(),
        )),
    }
}

fn custody(rest: &[String]) -> Result<(), Failure> {
    needs_compiler(&install::ensure(&[C_COMPILER, OPENBAO]))?;
    let mut command = measuring("sekisho", "custody", rest);
    if env::var_os(wheel::OPENBAO.variable).is_none() {
        command.envs(wheel::OPENBAO.found().map(|program| (wheel::OPENBAO.variable, program)));
    }
    measured(&mut command)
}

/// Rivals that are not there are left out, and the program says so. Logs are given to the program that people run, built
/// as released; `--program FILE` takes another build, and `--small` asks the library.
fn scope(rest: &[String]) -> Result<(), Failure> {
    let asks = |name: &str| rest.iter().any(|word| word == name);
    let (rivals, has_engines): (&[Need], _) = match () {
        () if asks("--ledger") => (&[], false),
        () if asks("--packets") => (&[TSHARK], false),
        () => (&[GAWK, GOACCESS], true),
    };
    needs_compiler(&install::ensure(&[&[C_COMPILER], rivals].concat()))?;
    let mut command = measuring("sekisho-scope", "scope", rest);
    let asks_program = !["--ledger", "--packets", "--small", "--program", "make", "ask"].into_iter().any(asks);
    if asks_program {
        command.arg("--program").arg(inspection::built()?);
    }
    if has_engines {
        command.envs(engines::ensure().map(|folder| ("PYTHONPATH", folder)));
    }
    measured(&mut command)
}

fn needs_compiler(missing: &[Need]) -> Result<(), Failure> {
    let compiler = missing.iter().find(|need| need.name == C_COMPILER.name);
    compiler.map_or(Ok(()), |need| Err(Failure::usage(format!("{} is needed for {}", need.name, need.purpose))))
}

fn measuring(package: &str, name: &str, rest: &[String]) -> Command {
    let mut command = cargo(&["bench", "--locked", "--quiet", "--package", package, "--bench", name, "--"]);
    command.args(rest).arg("--docs").arg(sh::root().join("docs"));
    command
}

fn measured(command: &mut Command) -> Result<(), Failure> {
    if sh::succeeds(command) { Ok(()) } else { Err(Failure::usage("nothing was measured".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_can_be_measured() {
        assert!(run(&[]).is_err());
        assert!(run(&["speed".into()]).is_err());
    }
}
