//! Backup, restore and export: everything that is not a way to a picture.

pub mod backup;
pub mod export;
mod files;
mod identity;
pub mod judged;
pub mod manifest;
pub mod refusal;
pub mod restore;
pub mod tombstones;
