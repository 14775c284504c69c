//! What somebody responsible stopped, as the keeper said last.
//!
//! Gate and desk ask every two seconds, so a stop is felt at every door within five; a keeper that is away lifts none.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use sekisho_core::stop::Target;

/// How often the keeper is asked.
pub const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What is stopped. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Stops(Arc<RwLock<Vec<Target>>>);

impl Stops {
    /// What the keeper said now.
    pub fn learn(&self, targets: Vec<Target>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = targets;
    }

    /// Whether anything that is stopped concerns this.
    pub fn any(&self, concerns: impl Fn(&Target) -> bool) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(concerns)
    }

    /// Whether nobody at this address is answered.
    pub fn stops_address(&self, address: IpAddr) -> bool {
        self.any(|target| target.stops_address(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M25: the keeper is asked often enough that a stop which just missed one question is felt after the next, with as
    /// long again for the answer, within the five seconds that are promised.
    #[test]
    fn the_keeper_is_asked_twice_within_five_seconds() {
        assert!(ASK_AGAIN * 2 < Duration::from_secs(5));
    }

    /// M25
    #[test]
    fn every_clone_shows_what_was_learnt_last() {
        let (stops, here) = (Stops::default(), IpAddr::from([203, 0, 113, 7]));
        let clone = stops.clone();
        stops.learn(vec!["network:203.0.113.0/24".parse().unwrap()]);
        assert!(clone.stops_address(here));
        stops.learn(Vec::new());
        assert!(!clone.stops_address(here));
    }
}
