//! Who works here: seen by the administrator and officers, changed by the administrator.

pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod remove;
