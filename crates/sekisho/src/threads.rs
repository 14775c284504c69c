//! Threads that forget what passed over their stacks.
//!
//! A name in a request's head, a date in a form: parsers hold such things in arrays of their own, and those stay on a
//! thread's stack after the request is over. The threads of the roles wipe it whenever they have nothing to do, and
//! each time when work that may block is done. So both are begun here and nowhere else.

use std::io;

use sekisho_sys::stack;
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinError, spawn_blocking},
};

/// A runtime with this many threads, or one for each core, that wipe their stacks before they wait.
///
/// # Errors
/// When the system gives no threads or no event loop.
pub(crate) fn runtime(workers: Option<usize>) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    builder.enable_all().on_thread_park(stack::wipe).build()
}

/// Does `work` on a thread that may block, which then wipes its stack, also after a panic.
///
/// # Errors
/// When `work` panicked or the runtime ends.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    spawn_blocking(move || {
        let _wiping = WipeAtEnd;
        apart(work)
    })
    .await
}

/// A frame of its own, so that nothing of `work` lies in the frame that outlives it.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

struct WipeAtEnd;

impl Drop for WipeAtEnd {
    fn drop(&mut self) {
        stack::wipe();
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, hint::black_box, os::unix::fs::FileExt};

    use super::*;

    const MARK: [u8; 32] = *b"a name and the date of its birth";

    /// Leaves a mark some way down, and says where.
    #[inline(never)]
    fn leave() -> usize {
        let mut room = [[0_u8; 32]; 512];
        room[0] = MARK;
        black_box(&mut room).as_ptr() as usize
    }

    /// Read as a file, so that nothing refers to what is gone.
    fn is_left(place: usize) -> bool {
        let mut found = [0; 32];
        File::open("/proc/self/mem").unwrap().read_exact_at(&mut found, place as u64).unwrap();
        found == MARK
    }

    /// M47. The control: without it, the thread that waits for more work keeps the mark.
    #[test]
    fn work_that_blocked_leaves_nothing_on_its_stack() {
        let runtime = runtime(Some(1)).unwrap();
        let plain = runtime.block_on(runtime.spawn_blocking(leave)).unwrap();
        assert!(is_left(plain), "the search finds what is there");
        let wiped = runtime.block_on(blocking(leave)).unwrap();
        assert!(!is_left(wiped));
    }

    /// M47. A task's thread wipes before it waits; it waits when its tasks do.
    #[test]
    fn a_thread_that_waits_has_wiped_its_stack() {
        let (plain, wiping) =
            (Builder::new_multi_thread().worker_threads(1).build().unwrap(), runtime(Some(1)).unwrap());
        for (runtime, left) in [(plain, true), (wiping, false)] {
            let place = runtime.block_on(runtime.spawn(async { leave() })).unwrap();
            // Until the thread waits: a moment after its only task ended.
            for _ in 0..100 {
                if is_left(place) == left {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            assert_eq!(is_left(place), left);
        }
    }
}
