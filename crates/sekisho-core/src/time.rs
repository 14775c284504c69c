//! Points in time and whole hours, and the clock as a parameter.

use core::{
    fmt,
    ops::{Add, Sub},
};

use serde::{Deserialize, Serialize};

/// Seconds in an hour.
pub const HOUR: u64 = 3600;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The hour in which this point lies.
    pub const fn hour(self) -> Hour {
        Hour(self.0 / HOUR)
    }

    /// Seconds from `earlier` to this point; zero if `earlier` is later.
    pub const fn since(self, earlier: Timestamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<u64> for Timestamp {
    type Output = Timestamp;

    /// The point `seconds` later.
    fn add(self, seconds: u64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }
}

impl Sub<u64> for Timestamp {
    type Output = Timestamp;

    /// The point `seconds` earlier.
    fn sub(self, seconds: u64) -> Timestamp {
        Timestamp(self.0.saturating_sub(seconds))
    }
}

/// A whole hour: hours since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hour(pub u64);

impl Hour {
    /// The first second of this hour.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 * HOUR)
    }

    /// The hour `count` hours later.
    pub const fn plus(self, count: u64) -> Hour {
        Hour(self.0 + count)
    }

    /// The hour `count` hours earlier.
    pub const fn minus(self, count: u64) -> Hour {
        Hour(self.0.saturating_sub(count))
    }
}

impl fmt::Debug for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hour {}", self.0)
    }
}

/// What a machine can say about the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What the wall clock shows. It can be set, by mistake or on purpose.
    pub wall: Timestamp,
    /// Whole seconds since this machine started, sleep included. It only goes forward.
    pub since_boot: u64,
}

/// A clock as a parameter. Nothing else in Sekisho asks the machine for the time.
pub trait Clock: Send + Sync {
    /// Reads the clock.
    fn read(&self) -> Reading;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_begins_at_its_first_second() {
        assert_eq!(Timestamp(7199).hour(), Hour(1));
        assert_eq!(Timestamp(7200).hour().start(), Timestamp(7200));
    }
}
