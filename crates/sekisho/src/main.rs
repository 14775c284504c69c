//! The one binary.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use sekisho::cli::Cli;

/// Plain on purpose: a role confines itself before any runtime or thread exists.
fn main() -> ExitCode {
    Cli::parse().run()
}
