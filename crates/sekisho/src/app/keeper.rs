//! The keeper's work.

use crate::supervisor::{RoleContext, role::RoleError};

/// Runs until it is to stop.
pub(super) fn run(context: RoleContext) -> Result<(), RoleError> {
    context.ready();
    context.stop.wait();
    Ok(())
}
