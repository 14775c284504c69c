//! The machine's clock, driven.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sekisho_core::time::{Clock, Reading, Timestamp};

/// When every run begins: 2026-11-22 01:00 in Tokyo.
pub const START: Timestamp = Timestamp(1_795_276_800);

/// The true time, what the wall clock makes of it, and how long the machine has been up.
#[derive(Debug, Clone, Copy)]
struct Hands {
    truth: Timestamp,
    /// Seconds by which the wall clock is off.
    off: i64,
    since_boot: u64,
}

/// A clock that stands still until it is driven. Clones share it.
#[derive(Debug, Clone)]
pub struct Driven {
    hands: Arc<Mutex<Hands>>,
    /// Seconds by which what the keeper reads lags behind; planted.
    lag: u64,
}

impl Driven {
    /// A clock at [`START`]; the keeper's readings lag by `lag` seconds.
    pub fn new(lag: u64) -> Self {
        let hands = Hands { truth: START, off: 0, since_boot: 1000 };
        Self { hands: Arc::new(Mutex::new(hands)), lag }
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        let mut hands = self.hands();
        hands.truth = hands.truth + seconds;
        hands.since_boot += seconds;
    }

    /// Sets the wall clock by so many seconds.
    pub fn leap(&self, seconds: i64) {
        let mut hands = self.hands();
        let off = hands.off.saturating_add(seconds);
        // A machine knows no time before its firmware's, nor one that no calendar knows.
        hands.off = off.clamp(-(1 << 30), 1 << 30);
    }

    /// Sets the wall clock right.
    pub fn mend(&self) {
        self.hands().off = 0;
    }

    /// Starts the machine anew.
    pub fn reboot(&self) {
        self.hands().since_boot = 10;
    }

    /// The true time.
    pub fn truth(&self) -> Timestamp {
        self.hands().truth
    }

    /// What an honest clock shows.
    pub fn honest(&self) -> Reading {
        let Hands { truth, off, since_boot } = *self.hands();
        Reading { wall: Timestamp(truth.0.saturating_add_signed(off)), since_boot }
    }
}

impl Clock for Driven {
    fn read(&self) -> Reading {
        let Reading { wall, since_boot } = self.honest();
        Reading { wall: wall - self.lag, since_boot }
    }
}
