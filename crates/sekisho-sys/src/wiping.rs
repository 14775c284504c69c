//! An allocator that leaves nothing behind: what is given back is overwritten first.
//!
//! Pictures pass through buffers that are not ours: of the HTTP library, of the runtime, of a form's parser. They are
//! freed without being wiped, and a freed page may lie there for hours. This wipes them all, at the one place that
//! every one of them comes to.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, which overwrites what it is given back.
///
/// Growing moves: the old place is overwritten too, which the system's own `realloc` would not do. That is why
/// [`GlobalAlloc::realloc`] is left as it is written there: allocate, copy, free.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wiping;

// SAFETY: every request is passed on to `System` as it came, and each block goes back to it with the layout it was
// asked for with; wiping writes only into the block, before it is given back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's until it is given back, and `layout.size()` bytes long. The C library
        // promises that this writing is not left out as useless.
        unsafe { libc::explicit_bzero(block.cast(), layout.size()) };
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The allocator under test, in whose freed block the next request of the same size is looked at. A block that is
    /// freed is the library's; so it is asked for again, not read when it is gone.
    #[test]
    fn what_was_given_back_does_not_come_again() {
        let layout = Layout::from_size_align(100_000, 8).unwrap();
        // SAFETY: the layout has a size; each block is used within it, and given back once.
        let seen = unsafe {
            let first = Wiping.alloc(layout);
            first.write_bytes(0xa5, layout.size());
            let place = first as usize;
            Wiping.dealloc(first, layout);
            let second = Wiping.alloc(layout);
            let same = second as usize == place;
            // The library writes its own notes into the first words of a free block; the rest is as it was left.
            let rest: Vec<u8> = (64..layout.size()).map(|at| second.add(at).read_volatile()).collect();
            Wiping.dealloc(second, layout);
            same.then_some(rest)
        };
        let rest = seen.expect("a block of this size is given out again at once");
        assert!(rest.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_block_that_grows_keeps_what_it_held() {
        let layout = Layout::from_size_align(1_000, 8).unwrap();
        // SAFETY: as above; the grown block is given back with its new size.
        unsafe {
            let block = Wiping.alloc(layout);
            block.write_bytes(7, 1_000);
            let grown = Wiping.realloc(block, layout, 50_000);
            assert!((0..1_000).all(|at| grown.add(at).read() == 7));
            Wiping.dealloc(grown, Layout::from_size_align(50_000, 8).unwrap());
        }
    }
}
