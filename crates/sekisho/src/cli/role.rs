//! `sekisho role NAME`: one of the processes. Not for people.

use std::process::ExitCode;

use clap::Args;

use crate::supervisor::{Role, role};

/// Which role.
#[derive(Debug, Args)]
pub(super) struct RoleArgs {
    /// Its name
    #[arg(value_parser = parse)]
    name: Role,
}

fn parse(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "there is no such role".to_owned())
}

/// Becomes that role.
pub(super) fn run(args: RoleArgs) -> ExitCode {
    role::enter(args.name)
}
