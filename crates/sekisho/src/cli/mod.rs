//! The command line. Each command is a file with its arguments and its `run`.
//!
//! Exit codes: 0 for yes, 1 for a finding, 2 for a usage or input error.

mod alert;
mod backup;
mod canary;
mod demo;
mod dial;
mod doctor;
mod drill;
mod export;
mod inspect;
mod keys;
mod language;
mod ledger;
mod lockdown;
mod operate;
mod passphrase;
mod pause;
mod pem;
mod policy;
mod restore;
mod role;
mod scope;
mod serve;
mod site;
mod stop;
mod unlock;
mod verify;
mod watch;
mod witness;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Age and identity checks that leave nothing to steal.
#[derive(Debug, Parser)]
#[command(name = "sekisho", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A throwaway installation and the whole story on it
    Demo(demo::DemoArgs),
    /// Say what the inspector says of a picture; store nothing
    Inspect(inspect::InspectArgs),
    /// Attack a throwaway installation, and print what the attacker got
    Drill(drill::DrillArgs),
    /// Say what is weak in an installation on this machine, and how to mend it
    Doctor(doctor::DoctorArgs),
    /// Run an installation on this machine
    Serve(Box<serve::ServeArgs>),
    /// Say who is called when something happens, try it, acknowledge
    Alert(alert::AlertArgs),
    /// Copy everything that is not a way to a picture
    Backup(backup::BackupArgs),
    /// Lay bait that no honest person has a cause to touch
    Canary(canary::CanaryArgs),
    /// Write everything in open formats, to leave
    Export(export::ExportArgs),
    /// Make an installation again from a backup
    Restore(restore::RestoreArgs),
    /// Let nobody open anything for a while
    Pause(pause::PauseArgs),
    /// Custodians: deal shares of the keystore, and seal one for a locked keeper
    Keys(keys::KeysArgs),
    /// Wipe the keeper's keys now: nothing opens until it is unlocked
    Lockdown(lockdown::LockdownArgs),
    /// Stop one function, site, person, network or everything, and let it go on
    Stop(stop::StopArgs),
    /// Give the keeper its keys again, and end a lockdown
    Unlock(unlock::UnlockArgs),
    /// Say who is affected, from the logs of other systems; needs no installation
    Scope(scope::ScopeArgs),
    /// Be a site: make its keys, sign what it asks
    Site(site::SiteArgs),
    /// Check a receipt, or a whole ledger, without the service
    Verify(verify::VerifyArgs),
    /// Show a ledger to the detectors: what looks wrong in it
    Watch(watch::WatchArgs),
    /// Cosign the checkpoints of others' ledgers
    Witness(Box<witness::WitnessArgs>),
    /// Judge policies before they are used
    Policy(policy::PolicyArgs),
    /// Be one of the processes; the supervisor calls this
    #[command(hide = true)]
    Role(role::RoleArgs),
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> ExitCode {
        match self.command {
            Command::Demo(args) => demo::run(args),
            Command::Inspect(args) => inspect::run(args),
            Command::Drill(args) => drill::run(args),
            Command::Doctor(args) => doctor::run(args),
            Command::Alert(args) => alert::run(args),
            Command::Serve(args) => serve::run(*args),
            Command::Backup(args) => backup::run(args),
            Command::Canary(args) => canary::run(args),
            Command::Export(args) => export::run(args),
            Command::Restore(args) => restore::run(args),
            Command::Keys(args) => keys::run(args),
            Command::Lockdown(args) => lockdown::run(args),
            Command::Pause(args) => pause::run(args),
            Command::Stop(args) => stop::run(args),
            Command::Unlock(args) => unlock::run(args),
            Command::Scope(args) => scope::run(args),
            Command::Site(args) => site::run(args),
            Command::Verify(args) => verify::run(args),
            Command::Watch(args) => watch::run(args),
            Command::Witness(args) => witness::run(*args),
            Command::Policy(args) => policy::run(args),
            Command::Role(args) => role::run(args),
        }
    }
}

/// Says on standard error why a command ends, and ends it with code 2.
fn refuse(why: impl std::fmt::Display) -> ExitCode {
    #[allow(clippy::print_stderr)] // The command line's own way to speak.
    {
        eprintln!("sekisho: {why}");
    }
    ExitCode::from(2)
}

/// A verifier key as it was given: itself, or @ and the file that holds it.
fn vkey_text(key: &str) -> Result<String, String> {
    match key.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|why| format!("{file}: {why}")),
        None => Ok(key.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
