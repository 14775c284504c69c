//! Chance that repeats.

use sekisho_core::testing;

/// What a vault's life draws from a sequence that repeats.
#[derive(Debug, Clone)]
pub struct Chance(testing::Chance);

impl Chance {
    /// The sequence of `seed`, from its beginning.
    pub const fn new(seed: u64) -> Self {
        Self(testing::Chance::new(seed))
    }

    /// The next number.
    pub const fn draw(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number below `end`, which is not zero.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0.below(end)
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A draw of the exponential distribution with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A draw of the log-normal distribution with this median and this deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        // Box and Muller, 1958.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        median * (sigma * radius * (core::f64::consts::TAU * self.unit()).cos()).exp()
    }

    /// Sixteen bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.draw().to_be_bytes());
        bytes[8..].copy_from_slice(&self.draw().to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_means_that_they_should() {
        let mut chance = Chance::new(1);
        let mean = |draw: &mut dyn FnMut() -> f64| (0..100_000).map(|_| draw()).sum::<f64>() / 100_000.0;
        let exponential = mean(&mut || chance.exponential(5.0));
        assert!((exponential - 5.0).abs() < 0.1, "{exponential}");
        let log_normal = mean(&mut || chance.log_normal(22.0, 0.45));
        assert!((log_normal - 22.0 * (0.45_f64 * 0.45 / 2.0).exp()).abs() < 0.3, "{log_normal}");
    }
}
