//! Developers' commands: `cargo xtask <command>`.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks")]

mod bench;
mod campaign;
mod demo;
mod engines;
mod fuzz;
mod help;
mod inspection;
mod install;
mod models;
mod papers;
mod promise;
mod replay;
mod screenshots;
mod sh;
mod simulate;
mod tally;
mod test;
mod walls;
mod wheel;

use std::process::ExitCode;

use help::USAGE;
use sh::Failure;

fn run(command: &str, rest: &[String]) -> Result<(), Failure> {
    match command {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "storm" => campaign::STORM.run(rest),
        "models" => models::run(),
        "load" => campaign::LOAD.run(rest),
        "attack" => campaign::ATTACK.run(rest),
        "simulate" => simulate::run(rest),
        "bench" => bench::run(rest),
        "make-documents" => papers::run(rest),
        "fuzz" => fuzz::run(rest),
        "walls" => walls::run(),
        "promise" => promise::run(),
        "screenshots" => screenshots::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::usage(format!("there is no command `{other}`\n\n{USAGE}"))),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(said) = help::asked(&arguments) {
        println!("{said}");
        return ExitCode::SUCCESS;
    }
    let outcome = match arguments.split_first() {
        Some((command, rest)) => run(command, rest),
        None => Err(Failure::usage(USAGE.into())),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
