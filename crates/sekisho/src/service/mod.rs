//! The use cases. Nothing here knows HTTP or SQL.

pub mod desk_ports;
pub mod desk_sessions;
pub mod ports;
