//! What there is to do, for several threads.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex},
};

/// A piece of work.
#[derive(Debug)]
pub(crate) enum Work {
    /// The lines that begin in a piece of a file: where, and how many bytes.
    Piece { file: usize, start: u64, length: usize },
    /// A file from its beginning to its end.
    Whole { file: usize },
    /// Lines that another thread unpacked, and where in the file they begin.
    Block { file: usize, start: u64, bytes: Vec<u8> },
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Work>,
    blocks: VecDeque<Work>,
    /// Threads that may still bring blocks.
    unpacking: usize,
    buffers: Vec<Vec<u8>>,
}

/// Work that waits.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    bell: Condvar,
    most: usize,
}

impl Queue {
    /// At most so many blocks wait.
    pub(crate) fn new(waiting: VecDeque<Work>, most: usize) -> Self {
        let state = State { waiting, blocks: VecDeque::new(), unpacking: 0, buffers: Vec::new() };
        Self { state: Mutex::new(state), bell: Condvar::new(), most }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // A thread that panicked takes the whole run with it.
        work(&mut self.state.lock().expect("no thread panicked over the queue"))
    }

    /// What to do next; waits while others may bring something. `None`: there is nothing more.
    pub(crate) fn next(&self) -> Option<Work> {
        let mut state = self.state.lock().expect("no thread panicked over the queue");
        loop {
            if let Some(work) = state.blocks.pop_front().or_else(|| state.waiting.pop_front()) {
                state.unpacking += usize::from(matches!(work, Work::Whole { .. }));
                return Some(work);
            }
            if state.unpacking == 0 {
                return None;
            }
            state = self.bell.wait(state).expect("no thread panicked over the queue");
        }
    }

    /// Offers a block to another thread. It comes back if enough wait already: then it is one's own.
    pub(crate) fn offer(&self, block: Work) -> Option<Work> {
        let back = self.with(|state| {
            if state.blocks.len() >= self.most {
                return Some(block);
            }
            state.blocks.push_back(block);
            None
        });
        if back.is_none() {
            self.bell.notify_one();
        }
        back
    }

    /// Whoever took a whole file holds this until no more blocks come of it, whatever the reason.
    pub(crate) fn unpacking(&self) -> Unpacking<'_> {
        Unpacking(self)
    }

    /// An empty buffer that was used before, if there is one.
    pub(crate) fn buffer(&self) -> Vec<u8> {
        self.with(|state| state.buffers.pop()).unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(crate) fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.with(|state| state.buffers.push(buffer));
    }
}

/// While this lives, others wait for blocks.
pub(crate) struct Unpacking<'q>(&'q Queue);

impl Drop for Unpacking<'_> {
    fn drop(&mut self) {
        // A lock that a panic poisoned must not keep the others waiting.
        let mut state = self.0.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.unpacking -= 1;
        drop(state);
        self.0.bell.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn every_block_is_done_once_and_everybody_goes_home() {
        for threads in [1, 2, 5] {
            let queue = Queue::new((0..20).map(|file| Work::Whole { file }).collect(), 3);
            let done = AtomicUsize::new(0);
            let work = || {
                while let Some(work) = queue.next() {
                    let Work::Whole { file } = work else {
                        done.fetch_add(1, Ordering::Relaxed);
                        continue;
                    };
                    let _unpacking = queue.unpacking();
                    for start in 0..10 {
                        let back = queue.offer(Work::Block { file, start, bytes: queue.buffer() });
                        done.fetch_add(usize::from(back.is_some()), Ordering::Relaxed);
                    }
                }
            };
            thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
            assert_eq!(done.load(Ordering::Relaxed), 200, "{threads}");
        }
    }
}
