//! Under which names the gate speaks of networks: by the keeper's key of the day, which is on no disk.
//!
//! So a gate that begins anew, and each of several, names a network as before, and whoever was refused stays refused.

use std::sync::{PoisonError, RwLock};

use sekisho_core::{id::NetworkId, time::Timestamp};
use sekisho_keeper::wire;

use crate::front::Asker;

/// The keys as the keeper handed them out last; none before.
#[derive(Debug, Default)]
pub(super) struct Names(RwLock<wire::Names>);

impl Names {
    /// Takes the keys of now.
    pub(super) fn learn(&self, names: wire::Names) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Whether the keeper is to be asked: nothing was learnt, or the day is over.
    pub(super) fn are_over(&self, now: Timestamp) -> bool {
        now >= self.read().until
    }

    /// The name that an asker's network has now: no address, and none can be tried out on it without the key.
    pub(super) fn of(&self, Asker(address): Asker) -> Option<NetworkId> {
        self.read().keys.first().map(|key| key.network(address))
    }

    /// The names by which it may have been refused: today's, and for an hour yesterday's.
    pub(super) fn each(&self, Asker(address): Asker) -> Vec<NetworkId> {
        self.read().keys.iter().map(|key| key.network(address)).collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, wire::Names> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use sekisho_keeper::names::NameKey;

    use super::*;

    /// M20: over midnight somebody is recognised by the name that they had.
    #[test]
    fn who_was_refused_before_midnight_is_recognised_after_it() {
        let (names, asker) = (Names::default(), Asker([203, 0, 113, 7].into()));
        assert!(names.are_over(Timestamp(0)) && names.of(asker).is_none() && names.each(asker).is_empty());
        let (yesterday, today) = (NameKey::from_bytes([1; 32]), NameKey::from_bytes([2; 32]));
        names.learn(wire::Names { keys: vec![yesterday.clone()], until: Timestamp(100), denied: Vec::new() });
        let before = names.of(asker).unwrap();
        assert!(!names.are_over(Timestamp(99)) && names.are_over(Timestamp(100)));
        names.learn(wire::Names { keys: vec![today, yesterday], until: Timestamp(200), denied: Vec::new() });
        assert_ne!(names.of(asker), Some(before));
        assert!(names.each(asker).contains(&before));
    }
}
