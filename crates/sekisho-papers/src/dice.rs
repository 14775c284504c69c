//! Chance that comes again with its seed.

use sekisho_core::testing::Chance;

/// A sequence of throws that follows from its seed.
#[derive(Debug, Clone)]
pub struct Dice(Chance);

impl Dice {
    /// The throws of `seed`, for the purpose that `salt` names: two purposes of one seed have nothing in common.
    pub fn new(seed: u64, salt: &str) -> Self {
        let salted = salt.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let mut first = Chance::new(seed ^ salted);
        Self(Chance::new(first.draw()))
    }

    /// A whole number below `end`, which is not zero.
    pub fn below(&mut self, end: u32) -> u32 {
        // Below `end`, which is 32 bits wide.
        self.0.below(u64::from(end)) as u32
    }

    /// A number of `from..to`.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.0.unit() as f32
    }

    /// A number of `from..to`, as often below the middle of their logarithms as above.
    pub fn between_by_ratio(&mut self, from: f32, to: f32) -> f32 {
        self.between(from.ln(), to.ln()).exp()
    }

    /// True in `percent` of a hundred throws.
    pub fn once_in(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `all`, which has at least one.
    pub fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }

    /// Digits, each from 0 to 9.
    pub fn digits<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.below(10) as u8)
    }

    /// A number around 0 whose spread is 1, never beyond ±3.5: four throws of sixteen bits, added up.
    pub fn hiss(&mut self) -> f32 {
        let throws = self.0.draw();
        let sum = (0..4).map(|place| throws >> (16 * place) & 0xFFFF).sum::<u64>();
        // Four even throws from 0 to 1 have a mean of 2 and a variance of a third.
        (sum as f32 / 65_535.0 - 2.0) * 3.0_f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_again_and_another_purpose_something_else() {
        let throws = |seed, salt| Dice::new(seed, salt).digits::<32>();
        assert_eq!(throws(7, "holder"), throws(7, "holder"));
        assert_ne!(throws(7, "holder"), throws(7, "view"));
        assert_ne!(throws(7, "holder"), throws(8, "holder"));
    }

    #[test]
    fn a_hiss_is_around_nought_with_a_spread_of_one() {
        let mut dice = Dice::new(1, "");
        let throws: Vec<f32> = (0..20_000).map(|_| dice.hiss()).collect();
        let mean = throws.iter().sum::<f32>() / 20_000.0;
        let spread = (throws.iter().map(|throw| (throw - mean).powi(2)).sum::<f32>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.03 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
    }
}
