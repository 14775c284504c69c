//! What time it may be taken to be: bounds, written anew from what is promised.
//!
//! Two clocks are known: the wall's, which anybody can set, and time since boot. From them follows a lowest time that
//! the keeper must believe (so nothing opens that was due by then), and a highest by which it may destroy.

use sekisho_core::time::{HOUR, Reading, Timestamp};

/// Seconds by which a wall clock may run ahead of time since boot and be followed.
const SLACK: u64 = 300;
/// Seconds past what was persisted beyond which a start is in doubt.
const DARK: u64 = 24 * HOUR;

/// Bounds of the time, tied to time since boot.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    since_boot: u64,
    low: Timestamp,
    high: Timestamp,
    destroy: Timestamp,
    /// Whether this start is in doubt and nobody settled it.
    pub doubtful_start: bool,
    /// Whether a confirmation was asked for and nobody knows whether it holds.
    unsure: bool,
}

impl Bounds {
    /// At a start: what was persisted, and what the clock shows.
    pub fn at_start(persisted: Option<Timestamp>, read: Reading) -> Self {
        let known = persisted.unwrap_or(read.wall);
        let believed = known.max(read.wall);
        let is_dark = read.wall.since(known) > DARK;
        let now = if is_dark { known } else { believed };
        let doubtful_start = is_dark || known.since(read.wall) > SLACK;
        let since_boot = read.since_boot;
        Self { since_boot, low: now, high: now, destroy: believed, doubtful_start, unsure: false }
    }

    const fn passed(&self, read: Reading) -> u64 {
        read.since_boot.saturating_sub(self.since_boot)
    }

    /// It is at least this time.
    pub fn low(&self, read: Reading) -> Timestamp {
        self.low + self.passed(read)
    }

    /// It is at most this time.
    pub fn high(&self, read: Reading) -> Timestamp {
        self.high + self.passed(read) + SLACK
    }

    /// What was due after this may not be destroyed.
    pub fn destroy(&self, read: Reading) -> Timestamp {
        self.destroy.max(self.high) + self.passed(read) + SLACK
    }

    /// An officer said that the wall clock is right; `sure` if the keeper answered yes.
    pub fn confirm(&mut self, read: Reading, sure: bool) {
        let (low, high) = (self.low(read).max(read.wall), (self.high + self.passed(read)).max(read.wall));
        let (low, doubtful) = if sure { (low, false) } else { (self.low(read), self.doubtful_start) };
        let destroy = if sure { high } else { (self.destroy + self.passed(read)).max(high) };
        let since_boot = read.since_boot;
        *self = Self { since_boot, low, high, destroy, doubtful_start: doubtful, unsure: self.unsure || !sure };
    }

    /// Why nothing may be opened, if that is so for sure.
    pub fn doubt(&self, read: Reading) -> Option<&'static str> {
        if self.unsure {
            return None;
        }
        let leapt = read.wall.since(self.high + self.passed(read)) > SLACK;
        match (self.doubtful_start, leapt) {
            (true, _) => Some("the start was in doubt"),
            (_, true) => Some("the clock leapt"),
            _ => None,
        }
    }

    /// Whether all agree on the time, so that everything must work.
    pub fn is_plain(&self, read: Reading) -> bool {
        let now = self.low(read);
        !self.doubtful_start && !self.unsure && read.wall.since(now).max(now.since(read.wall)) < SLACK
    }
}
