//! How a shift begins, goes on and ends.

pub(crate) mod begin;
pub(crate) mod end;
pub(crate) mod options;
mod whence;
