//! The one binary.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use sekisho::cli::Cli;
use sekisho_sys::wiping::Wiping;

/// What a picture passed through is overwritten when it is given back, whoever's buffer it was.
#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

/// Plain on purpose: a role confines itself before any runtime or thread exists.
fn main() -> ExitCode {
    Cli::parse().run()
}
