//! One value in one text, and what several of it add up to.

/// Stores are counted in the bits of one number.
pub(super) const STORES: usize = 32;

/// A text that was searched, e.g. a body. What it holds is confirmed if [`Sightings::confirm`] was called for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(pub(super) u64);

impl Place {
    pub(super) fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// A hash for heaps.
    pub(super) fn hash(self) -> u64 {
        self.0 << 32
    }
}

/// One value in one text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    pub(super) kind: u8,
    pub(super) place: Place,
    /// Whether all of the value is there for certain.
    pub(super) is_all: bool,
    pub(super) is_rich: bool,
    /// The stores it was read from, a bit for each.
    pub(super) stores: u32,
}

/// One value, from one text or from all.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) is_confirmed: bool,
    is_rich: [bool; 2],
    /// Stores from which it was read for certain, and at all.
    pub(super) stores: [u32; 2],
    masked: String,
}

impl Sum {
    pub(super) fn add(&mut self, is_confirmed: bool, is_rich: bool, stores: u32, masked: &[u8]) {
        self.is_confirmed |= is_confirmed;
        self.is_rich[0] |= is_rich;
        self.is_rich[1] |= is_rich && is_confirmed;
        self.stores[0] |= stores * u32::from(is_confirmed);
        self.stores[1] |= stores;
        if self.masked.is_empty() {
            self.masked = String::from_utf8_lossy(masked).into_owned();
        }
    }

    /// Whether it counts in the richer kind: by what is confirmed of it, if anything is.
    pub(super) fn is_rich(&self) -> bool {
        self.is_rich[usize::from(self.is_confirmed)]
    }

    /// Whether it may be of the richer kind, and that isn't confirmed.
    pub(super) fn is_possibly_richer(&self) -> bool {
        self.is_confirmed && self.is_rich[0] && !self.is_rich[1]
    }

    /// All but its last characters as stars; empty unless that was asked for.
    pub(super) fn masked(&self) -> &str {
        &self.masked
    }
}

/// Stars, and the last four characters; fewer of a short one, of which four would be most.
pub(super) fn mask(value: &str) -> String {
    let count = value.chars().count();
    let shown = if count >= 8 { 4 } else { count / 4 };
    let stars = (0..(count - shown).min(40)).map(|_| '*');
    stars.chain(value.chars().skip(count - shown)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_shows_less_than_four_characters() {
        for (value, masked) in [("山田太郎", "***郎"), ("abc", "***"), ("12345678", "****5678")] {
            assert_eq!(mask(value), masked);
        }
    }
}
