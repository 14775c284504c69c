//! Bugs that are planted, to show that each law can fail.

/// A planted bug. It lies in the wrappers around the keeper, never in the keeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Planted {
    /// None.
    #[default]
    Nothing,
    /// The keystore's medium doesn't overwrite slots, and lies about it.
    SlotsStay,
    /// The keystore's medium doesn't overwrite roots, and lies about it.
    RootsStay,
    /// The keystore's medium doesn't overwrite intake secrets, and lies about it.
    IntakesStay,
    /// What was overwritten of waiting keys can be read on the medium still.
    WaitingStays,
    /// The keystore's medium overwrites slots only after the start.
    LateErasing,
    /// The journal is said to be durable one append before it is.
    JournalLies,
    /// The blob store loses a ciphertext now and then.
    BlobsForget,
    /// The keeper's clock lags an hour behind.
    ClockLags,
    /// The counts of budgets are lost with every process, as if they lay in memory.
    MeterForgets,
    /// What the watch remembers is lost with every process, as if it lay in memory.
    WatchForgets,
    /// Refusals that the ledger was not told yet are lost with every process, as if they lay in memory.
    CountsForget,
    /// Somebody reads the database all the time, so that its write-ahead log is never cut.
    LogStays,
}

impl Planted {
    /// Seconds by which the keeper's clock lags.
    pub const fn lag(self) -> u64 {
        if matches!(self, Self::ClockLags) { 3600 } else { 0 }
    }
}
