//! How far a share may lie from what was counted: Wilson's interval (1927), 95 %.

use serde::{Deserialize, Serialize};

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// How many were so.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
}

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Share {
    /// Counts one more.
    pub const fn count(&mut self, hit: bool) {
        self.hits += hit as u64;
        self.of += 1;
    }

    /// Both, counted as one.
    pub const fn and(self, other: Self) -> Self {
        Self { hits: self.hits + other.hits, of: self.of + other.of }
    }

    /// The share, 0 to 1; nothing of nothing.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Where the share lies with 95 % certainty.
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.share()?;
        let n = self.of as f64;
        let middle = share + Z * Z / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        let (low, high) = ((middle - spread) / whole, (middle + spread) / whole);
        // Rounding must not leave the ends open where nothing or everything was hit.
        Some((if self.hits == 0 { 0.0 } else { low }, if self.hits == self.of { 1.0 } else { high }))
    }
}

/// `98.5 % (197 of 200; 95.7–99.5)`.
impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Some(share), Some((low, high))) = (self.share(), self.interval()) else { return write!(f, "none") };
        let [share, low, high] = [share, low, high].map(|share| share * 100.0);
        write!(f, "{share:.1} % ({} of {}; {low:.1}–{high:.1})", self.hits, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe 1998, table I: method 3 for 81 of 263, 15 of 148, 0 of 20 and 1 of 29.
    #[test]
    fn the_published_intervals_are_found() {
        let expected =
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (hits, of, low, high) in expected {
            let found = Share { hits, of }.interval().unwrap();
            assert!((found.0 - low).abs() < 1e-4 && (found.1 - high).abs() < 1e-4, "{hits} of {of}: {found:?}");
        }
        assert_eq!(Share::default().interval(), None);
    }

    #[test]
    fn it_is_written_in_percent() {
        assert_eq!(Share { hits: 0, of: 0 }.to_string(), "none");
        assert_eq!(Share { hits: 20, of: 20 }.to_string(), "100.0 % (20 of 20; 83.9–100.0)");
    }
}
