//! What the responsible see: the newest events, how the keeper is, and the brake.

pub(crate) mod board;
pub(crate) mod by_key;
pub(in crate::desk) mod line;
pub(crate) mod lockdown;
pub(crate) mod pause;
pub(crate) mod reopen;
pub(crate) mod resume;
pub(crate) mod scope;
pub(in crate::desk) mod sentence;
pub(crate) mod stops;
pub(crate) mod time;

pub(crate) use sentence::told;
