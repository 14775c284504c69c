//! Leaky buckets.

use std::collections::HashMap;

use super::Read;

/// A leaky bucket for each address.
#[derive(Debug, Clone)]
pub struct Bucket {
    capacity: f64,
    /// How many leak in a second.
    leak: f64,
    full: HashMap<u32, (u64, f64)>,
}

impl Bucket {
    /// Buckets of this capacity that leak so many in a second.
    pub fn new(capacity: f64, leak: f64) -> Self {
        Self { capacity, leak, full: HashMap::new() }
    }

    /// Whether this read is one too many; then it isn't poured in.
    pub(super) fn overflows(&mut self, read: &Read) -> bool {
        let (at, level) = self.full.entry(read.from).or_insert((read.at, 0.0));
        *level = (*level - (read.at - *at) as f64 * self.leak).max(0.0);
        *at = read.at;
        let over = *level + 1.0 > self.capacity.max(1.0);
        *level += if over { 0.0 } else { 1.0 };
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(rate: u64, from: u64) -> Option<u64> {
        let mut bucket = Bucket::new(40.0, 2.0);
        let read = |nth: u64| Read {
            at: nth / rate,
            who: 1,
            from: (nth % from) as u32,
            document: nth,
            unassigned: true,
            loot: true,
        };
        (0..10_000).find(|nth| bucket.overflows(&read(*nth)))
    }

    #[test]
    fn what_comes_faster_than_it_leaks_overflows_and_what_is_spread_does_not() {
        assert!(after(3, 1).is_some_and(|nth| (100..140).contains(&nth)), "{:?}", after(3, 1));
        assert_eq!((after(2, 1), after(100, 400)), (None, None));
    }
}
