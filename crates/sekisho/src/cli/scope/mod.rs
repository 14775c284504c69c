//! `sekisho scope`: who is affected.

mod conditions;
mod held;
mod in_words;
mod inventory;
mod ledger;
mod ledger_by;
mod ledger_index;
mod ledger_read;
mod logs;
mod packets;
mod packets_in_words;
mod page;
mod report;
mod telling;
mod working;

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
    /// From captured packets: which records a web server's responses held
    Packets(Box<packets::PacketsArgs>),
    /// From an installation's own ledger: which documents were opened, by whom, when
    Ledger(ledger::LedgerArgs),
    /// Make an index of an installation's ledger, so that `ledger` answers in seconds
    Index(ledger_index::IndexArgs),
    /// Which data lie where, and which of it was reached
    Inventory(inventory::InventoryArgs),
}

/// Runs `sekisho scope …` and writes to standard output.
pub(super) fn run(args: ScopeArgs) -> ExitCode {
    match args.command {
        ScopeCommand::Logs(args) => logs::run(&args),
        ScopeCommand::Packets(args) => packets::run(&args),
        ScopeCommand::Ledger(args) => ledger::run(&args),
        ScopeCommand::Index(args) => ledger_index::run(&args),
        ScopeCommand::Inventory(args) => inventory::run(&args),
    }
}
