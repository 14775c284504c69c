//! What stands behind the store ports: all SQL of gate and desk.

pub mod desk_sqlite;
pub mod gate_archive;
pub mod gate_sqlite;
pub mod judged;
pub(crate) mod people;
