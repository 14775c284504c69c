//! From where somebody proves presence.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// From where a passkey was used, as the desk saw it. The keeper makes names of it and keeps neither.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whence {
    /// The address, or the first of its network's where a household has a whole one; behind a proxy what that wrote.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

impl core::fmt::Debug for Whence {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Whence(..)")
    }
}
