//! So many within some time, of one address or one person.

use std::collections::{HashMap, VecDeque};

use super::Read;

/// Of whom reads are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of an address.
    Address,
    /// Of a person, or a key.
    Person,
}

/// A count within some seconds.
#[derive(Debug, Clone)]
pub struct Counted {
    of: Of,
    limit: usize,
    seconds: u64,
    reads: HashMap<u32, VecDeque<u64>>,
}

impl Counted {
    /// Rings at `limit` reads within `seconds`.
    pub fn new(of: Of, limit: usize, seconds: u64) -> Self {
        Self { of, limit, seconds, reads: HashMap::new() }
    }

    pub(super) fn rings(&mut self, read: &Read) -> bool {
        let key = match self.of {
            Of::Address => read.from,
            Of::Person => read.who,
        };
        let reads = self.reads.entry(key).or_default();
        while reads.front().is_some_and(|first| first + self.seconds <= read.at) {
            reads.pop_front();
        }
        reads.push_back(read.at);
        let rings = reads.len() >= self.limit;
        if rings {
            reads.clear();
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_in_a_quarter_of_an_hour_ring_and_nineteen_do_not() {
        let rings = |gap: u64| {
            let mut counted = Counted::new(Of::Person, 20, 900);
            let read = |at| Read { at, who: 7, from: at as u32, document: at, unassigned: false, loot: false };
            (0..1_000).find(|nth| counted.rings(&read(nth * gap)))
        };
        assert_eq!((rings(47), rings(48)), (Some(19), None));
    }
}
