//! The machine's clock. The one place that asks it.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use sekisho_core::time::{Clock, Reading, Timestamp};

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn read(&self) -> Reading {
        Reading { wall: wall(), since_boot: since_boot() }
    }
}

/// The wall clock; a machine set before 1970 reads as 1970, which every guard against time running backwards notices.
#[allow(clippy::disallowed_methods)] // Everything else takes the time from here.
fn wall() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Seconds since boot including suspension: a machine that slept did not stop the deadlines.
fn since_boot() -> u64 {
    u64::try_from(clock_gettime(ClockId::Boottime).tv_sec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_a_present_day_and_does_not_run_backwards() {
        let (one, two) = (SystemClock.read(), SystemClock.read());
        assert!(one.wall > Timestamp(1_700_000_000));
        assert!(two.since_boot >= one.since_boot);
    }
}
