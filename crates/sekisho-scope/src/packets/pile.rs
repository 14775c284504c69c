//! What belongs together, put together: packets by their connection, fragments by their packet, sightings by their
//! value. What doesn't fit in memory lies in the spill's file.

use std::{io, sync::Mutex};

use zeroize::{Zeroize as _, Zeroizing};

use crate::spill::{Piece, Spill};

/// So many heaps, by hash.
pub(super) const HEAPS: usize = 128;

/// A heap smaller than this isn't written down: it gives little room.
const LEAST: usize = 32 * 1024;

#[derive(Debug, Default)]
struct Heap {
    held: Zeroizing<Vec<u8>>,
    pieces: Vec<Piece>,
}

/// All heaps.
#[derive(Debug)]
pub(super) struct Pile<'s> {
    heaps: Vec<Mutex<Heap>>,
    spill: &'s Spill,
}

impl<'s> Pile<'s> {
    pub(super) fn new(spill: &'s Spill) -> Self {
        Self { heaps: (0..HEAPS).map(|_| Mutex::default()).collect(), spill }
    }

    /// Adds an item, in two parts if that is easier, to the heap of a hash.
    pub(super) fn add(&self, hash: u64, head: &[u8], tail: &[u8]) -> io::Result<()> {
        let at = (hash >> 32) as usize % HEAPS;
        let mut heap = self.heaps[at].lock().expect("no thread panicked over a heap");
        let before = heap.held.len();
        let length = u32::try_from(head.len() + tail.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        for part in [&length.to_le_bytes(), head, tail] {
            heap.held.extend_from_slice(part);
        }
        self.spill.count(before, heap.held.len());
        if self.spill.is_over() && heap.held.len() > LEAST {
            let piece = self.spill.write(&heap.held)?;
            heap.pieces.push(piece);
            self.spill.count(heap.held.len(), 0);
            heap.held.zeroize();
        }
        Ok(())
    }

    /// Shows every item of a heap, in no order.
    pub(super) fn each(&self, at: usize, mut see: impl FnMut(&[u8])) -> io::Result<()> {
        let heap = self.heaps[at].lock().expect("no thread panicked over a heap");
        for piece in &heap.pieces {
            items(&Zeroizing::new(self.spill.read(*piece)?), &mut see);
        }
        items(&heap.held, &mut see);
        Ok(())
    }

    /// Forgets a heap.
    pub(super) fn clear(&self, at: usize) {
        let mut heap = self.heaps[at].lock().expect("no thread panicked over a heap");
        self.spill.count(heap.held.len(), 0);
        *heap = Heap::default();
    }
}

fn items(mut bytes: &[u8], see: &mut impl FnMut(&[u8])) {
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (item, behind) = rest.split_at(u32::from_le_bytes(*length) as usize);
        see(item);
        bytes = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(budget: usize) -> (u64, Vec<Vec<u8>>) {
        let spill = Spill::new(None, budget).unwrap();
        let pile = Pile::new(&spill);
        for at in 0..100_000u64 {
            let hash = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            pile.add(hash, &at.to_le_bytes(), &vec![7; at as usize % 200]).unwrap();
        }
        let mut items = Vec::new();
        for heap in 0..HEAPS {
            pile.each(heap, |item| items.push(item.to_vec())).unwrap();
            pile.clear(heap);
        }
        items.sort();
        (spill.written(), items)
    }

    #[test]
    fn a_small_memory_loses_nothing() {
        let (large, small) = (all(usize::MAX), all(1 << 20));
        assert_eq!((large.0, large.1.len()), (0, 100_000));
        assert!(small.0 > 1 << 20, "{} bytes were written down", small.0);
        assert_eq!(large.1, small.1);
    }
}
