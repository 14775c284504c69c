//! The use cases. Nothing here knows HTTP or SQL.

pub mod announce;
pub mod checks;
pub mod desk_ports;
pub mod desk_sessions;
pub mod member;
pub mod ports;
pub mod room;
pub mod secret;
pub mod site_call;
pub mod standing;
pub mod stops;
pub mod submit;
pub(crate) mod timeline;
