//! Chance that repeats.

use sekisho_core::{entropy::Entropy, testing};

/// A sequence that follows from its seed. Anybody can predict it; nothing real may use it, though the keeper that is
/// simulated takes its keys from it.
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

    /// A number from `from` to `to`, both included.
    pub const fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    /// Whether the one of `many` cases came.
    pub const fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

impl Entropy for Chance {
    fn fill(&mut self, out: &mut [u8]) {
        for piece in out.chunks_mut(8) {
            piece.copy_from_slice(&self.draw().to_le_bytes()[..piece.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let take = |seed| Chance::new(seed).bytes::<77>();
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn what_lies_between_is_between() {
        let mut chance = Chance::new(3);
        assert!((0..1000).map(|_| chance.between(5, 7)).all(|n| (5..=7).contains(&n)));
    }
}
