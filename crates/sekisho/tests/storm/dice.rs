//! Numbers that look random and come again with their seed.

use sekisho_core::testing::Chance;

/// A generator.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Chance);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0.draw()
    }

    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// Once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }

    /// Another generator, for somebody else.
    pub(crate) fn other(&mut self) -> Dice {
        Dice::new(self.next())
    }
}
