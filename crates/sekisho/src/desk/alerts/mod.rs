//! Alerts: what waits for somebody who answers for the house, and who was called.

pub(crate) mod acknowledge;
pub(crate) mod list;
