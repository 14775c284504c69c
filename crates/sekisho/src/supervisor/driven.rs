//! The clock of a test installation: the machine's, driven.

use std::sync::{Arc, Mutex, PoisonError};

use sekisho_core::time::{Clock, Reading, Timestamp};
use sekisho_sys::clock::SystemClock;
use serde::{Deserialize, Serialize};

/// How a test installation's clock differs from the machine's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Driven {
    /// Seconds that passed beyond the machine's own. Wall clock and time since boot both show them, as after a sleep.
    pub passed: u64,
    /// Seconds by which the wall clock alone was set, forward or back; time since boot doesn't bear that out.
    pub set: i64,
}

impl Driven {
    /// What a clock shows that is driven so, when the machine's shows `now`.
    pub fn applied_to(self, now: Reading) -> Reading {
        let wall = now.wall + self.passed;
        Reading {
            wall: Timestamp(wall.0.saturating_add_signed(self.set)),
            since_boot: now.since_boot.saturating_add(self.passed),
        }
    }
}

/// A clock that is driven by whoever holds a clone of it.
#[derive(Debug, Clone, Default)]
pub struct DrivenClock(Arc<Mutex<Driven>>);

impl DrivenClock {
    /// How it is driven now.
    pub fn driven(&self) -> Driven {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drives it.
    pub fn drive(&self, driven: Driven) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = driven;
    }
}

impl Clock for DrivenClock {
    fn read(&self) -> Reading {
        self.driven().applied_to(SystemClock.read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_shows_on_both_clocks_and_what_was_set_on_one() {
        let now = Reading { wall: Timestamp(1_000_000), since_boot: 500 };
        let slept = Driven { passed: 70, set: 0 }.applied_to(now);
        assert_eq!(slept, Reading { wall: Timestamp(1_000_070), since_boot: 570 });
        let back = Driven { passed: 70, set: -3600 }.applied_to(now);
        assert_eq!(back, Reading { wall: Timestamp(996_470), since_boot: 570 });
    }
}
