//! Where production takes its randomness from.

use core::convert::Infallible;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use hpke::rand_core::{TryCryptoRng, TryRng};
use sekisho_core::entropy::{self, Entropy};

/// The operating system's generator, through aws-lc. The one place in Sekisho that names it.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// Ends the process if there is no randomness: a guessable key is worse than none.
    #[allow(clippy::disallowed_methods, reason = "this is the implementation that everybody else is sent to")]
    fn fill(&mut self, out: &mut [u8]) {
        if SystemRandom::new().fill(out).is_err() {
            std::process::abort();
        }
    }
}

/// Our entropy in the terms of the `rand_core` crate.
pub(crate) struct Rng<'a>(pub(crate) &'a mut dyn Entropy);

impl TryRng for Rng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(entropy::fresh(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(entropy::fresh(self.0)))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Rng<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_bytes_are_all_filled_and_differ_each_time() {
        let (a, b): ([u8; 64], [u8; 64]) = (OsEntropy.bytes(), OsEntropy.bytes());
        assert_ne!(a, b);
        assert_ne!(a[32..], [0; 32]);
    }
}
