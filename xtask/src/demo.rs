//! `cargo xtask demo`: from a fresh clone to a running installation.

use std::{env, os::unix::process::CommandExt, process::Command};

use crate::{
    install::{self, C_COMPILER, NETWORKS},
    sh::{self, Failure},
};

/// Installs what is missing, builds, and becomes `sekisho demo` with `arguments`.
pub fn run(arguments: &[String]) -> Result<(), Failure> {
    let missing = install::ensure(&[C_COMPILER, NETWORKS]);
    if missing.iter().any(|need| need.name == NETWORKS.name) {
        eprintln!("without {} nothing is read from pictures; the demo goes on", NETWORKS.name);
    }
    if let Some(missing) = missing.iter().find(|need| need.name == C_COMPILER.name) {
        return Err(Failure::usage(format!("{} is needed for {}", missing.name, missing.purpose)));
    }
    eprintln!("building Sekisho; the first time takes some minutes");
    // `cargo run` gives way to the program, so signals and the exit code are the program's own.
    // The working directory stays, because arguments may name files.
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--locked", "--quiet", "--package", "sekisho", "--manifest-path"]);
    command.arg(sh::root().join("Cargo.toml")).args(["--", "demo"]).args(arguments);
    // The story is what one wants to read; whoever wants each request says so.
    if env::var_os("SEKISHO_LOG").is_none() {
        command.env("SEKISHO_LOG", "warn");
    }
    Err(Failure::usage(format!("cannot run `{}`: {}", sh::typed(&command), command.exec())))
}
