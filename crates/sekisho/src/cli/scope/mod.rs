//! `sekisho scope`: who is affected.

mod conditions;
mod logs;
mod report;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Whose, exactly.
#[derive(Debug, Args)]
pub(super) struct ScopeArgs {
    #[command(subcommand)]
    command: ScopeCommand,
}

#[derive(Debug, Subcommand)]
enum ScopeCommand {
    /// From the logs of other systems: web servers, balancers, object storage, audit trails
    Logs(Box<logs::LogsArgs>),
}

/// Runs `sekisho scope …` and writes to standard output.
pub(super) fn run(args: ScopeArgs) -> ExitCode {
    let ScopeCommand::Logs(args) = args.command;
    logs::run(&args)
}
