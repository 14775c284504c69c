//! `cargo xtask simulate`: a campaign of the simulator.

use std::{env, os::unix::process::CommandExt, process::Command};

use crate::sh::{self, Failure};

/// Builds the simulator, fast and with its assertions, and becomes it with `arguments`.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--locked", "--quiet", "--profile", "simulation", "--package", "sekisho-simulation"]);
    command.arg("--manifest-path").arg(sh::root().join("Cargo.toml")).arg("--").args(arguments);
    Err(Failure::usage(format!("cannot run `{}`: {}", sh::typed(&command), command.exec())))
}
