//! Our entropy as the `rand_core` crate knows it.

use core::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};
use sekisho_core::entropy::{self, Entropy};

/// Our entropy in the terms of the `rand_core` crate.
pub struct Rng<'a>(pub &'a mut dyn Entropy);

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
