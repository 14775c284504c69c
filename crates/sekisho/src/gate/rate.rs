//! How often somebody may ask. Over it, they are told when to come back.
//!
//! Kept in memory: it bounds what one asker costs, nothing more. What may be
//! opened, and how often, is the keeper's to count.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use sekisho_core::time::Timestamp;

/// Calls of one asker within one minute.
const PER_MINUTE: u32 = 600;
/// Askers remembered within one minute; more than that, and all newcomers share one count.
const ASKERS: usize = 10_000;

/// Counts of the present minute.
#[derive(Default)]
pub(super) struct Rates(Mutex<Minute>);

#[derive(Default)]
struct Minute {
    number: u64,
    counts: HashMap<u64, u32>,
}

impl Rates {
    /// Counts one call of `asker`; gives the seconds to wait when it was one too many.
    pub(super) fn count(&self, asker: &impl Hash, now: Timestamp) -> Result<(), u64> {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != now.0 / 60 {
            *minute = Minute { number: now.0 / 60, counts: HashMap::new() };
        }
        let known = minute.counts.len() < ASKERS;
        let key = if known { digest(asker) } else { 0 };
        let count = minute.counts.entry(key).or_default();
        *count = count.saturating_add(1);
        if *count > PER_MINUTE { Err(60 - now.0 % 60) } else { Ok(()) }
    }
}

fn digest(asker: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    asker.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M7
    #[test]
    fn one_asker_is_stopped_for_the_minute_and_another_is_not() {
        let rates = Rates::default();
        let now = Timestamp(6_000_010);
        for _ in 0..PER_MINUTE {
            assert_eq!(rates.count(&"a", now), Ok(()));
        }
        assert_eq!(rates.count(&"a", now), Err(50 - 6_000_000 % 60));
        assert_eq!(rates.count(&"b", now), Ok(()));
        assert_eq!(rates.count(&"a", now + 60), Ok(()));
    }
}
