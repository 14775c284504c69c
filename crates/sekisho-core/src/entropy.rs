//! Randomness as a parameter.

/// A source of randomness fit for keys.
///
/// Production passes the operating system's generator, a simulation a seeded
/// one. An implementation aborts the process rather than return weak bytes, so
/// callers have no error to ignore.
pub trait Entropy {
    /// Fills `out` with bytes that nobody can predict.
    fn fill(&mut self, out: &mut [u8]);

    /// Returns `N` fresh bytes.
    fn bytes<const N: usize>(&mut self) -> [u8; N]
    where
        Self: Sized,
    {
        fresh(self)
    }
}

/// Returns `N` fresh bytes from `entropy`; for use behind `dyn Entropy`.
pub fn fresh<const N: usize>(entropy: &mut (impl Entropy + ?Sized)) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}
