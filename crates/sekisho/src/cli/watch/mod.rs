//! `sekisho watch`: what the detectors find.

mod replay;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// What looks wrong in a ledger, and what would come of it.
#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    #[command(subcommand)]
    command: WatchCommand,
}

#[derive(Debug, Subcommand)]
enum WatchCommand {
    /// Show a ledger's events to the detectors, one after the other
    Replay(replay::ReplayArgs),
}

/// Runs `sekisho watch …` and writes to standard output.
pub(super) fn run(args: WatchArgs) -> ExitCode {
    let WatchCommand::Replay(args) = args.command;
    replay::run(&args)
}
