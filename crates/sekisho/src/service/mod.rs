//! The use cases. Nothing here knows HTTP or SQL.

pub mod ports;
