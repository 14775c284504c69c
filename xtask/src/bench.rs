//! `cargo xtask bench`: figures, beside rivals and the bare machine.

use std::env;

use crate::{
    install::{self, C_COMPILER, OPENBAO},
    replay,
    sh::{self, Failure, cargo},
    wheel,
};

/// Gets what it takes, builds, and measures; `arguments` after the name go to the measuring program.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments.split_first() {
        Some((name, rest)) if name == "custody" => custody(name, rest),
        Some((name, rest)) if name == "replay" => replay::run(rest),
        _ => Err(Failure::usage(
            "which one? There are `cargo xtask bench custody` and `cargo xtask bench replay`".into(),
        )),
    }
}

fn custody(name: &str, rest: &[String]) -> Result<(), Failure> {
    let missing = install::ensure(&[C_COMPILER, OPENBAO]);
    if let Some(compiler) = missing.iter().find(|need| need.name == C_COMPILER.name) {
        return Err(Failure::usage(format!("{} is needed for {}", compiler.name, compiler.purpose)));
    }
    let mut command = cargo(&["bench", "--locked", "--quiet", "--package", "sekisho", "--bench", name, "--"]);
    command.args(rest).arg("--docs").arg(sh::root().join("docs"));
    if env::var_os(wheel::OPENBAO.variable).is_none() {
        command.envs(wheel::OPENBAO.found().map(|program| (wheel::OPENBAO.variable, program)));
    }
    if sh::succeeds(&mut command) { Ok(()) } else { Err(Failure::usage("nothing was measured".into())) }
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
