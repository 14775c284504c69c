//! A thread's stack that forgets: what ended calls left below the calls under way is overwritten.
//!
//! What lies in the heap is wiped when it is given back ([`crate::wiping`]). A stack is never given back: a name or a
//! birth date that a parser held in an array of its own stays there until some later call goes as deep, which on an
//! idle thread may be never. Even a thread that ended leaves its last pages to the next one.

use std::{cell::Cell, ffi::c_void, mem::MaybeUninit, ptr, sync::OnceLock};

use rustix::{
    mm::{Advice, madvise},
    process::getpid,
    thread::gettid,
};

/// The largest page that the system may have: what is given back ends at a page's edge.
const LARGEST_PAGE: usize = if cfg!(target_arch = "x86_64") { 4 << 10 } else { 64 << 10 };
/// Bytes below the caller that the thread keeps. What lies deeper is given back to the kernel page by page, which costs
/// a fault for each page when it is used again; most calls stay within this.
const KEPT: usize = 24 << 10;
/// Bytes below the caller that are overwritten: more than is kept, so that nothing lies between the two.
const NEAR: usize = KEPT + 2 * LARGEST_PAGE;

thread_local! {
    /// The lowest address of this thread's stack, once it was asked for; none if that can't be told.
    static LOWEST: Cell<Option<Option<usize>>> = const { Cell::new(None) };
}

/// Overwrites what ended calls left on this thread's stack. For a thread that is about to wait.
///
/// A process's first thread has a stack without a known end: there only what lies just below the caller is overwritten.
#[inline(never)]
pub fn wipe() {
    give_back_far();
    overwrite_near();
}

#[inline(never)]
fn overwrite_near() {
    let mut near = [const { MaybeUninit::<u8>::uninit() }; NEAR];
    // SAFETY: the array is ours and `NEAR` bytes long. The C library promises that this writing is not left out as
    // useless, which it would otherwise be: the point is that the array takes the place of those of ended calls.
    unsafe { libc::explicit_bzero(near.as_mut_ptr().cast(), NEAR) };
}

#[inline(never)]
fn give_back_far() {
    let mark = MaybeUninit::<u8>::uninit();
    let Some(lowest) = lowest() else { return };
    let until = (ptr::from_ref(&mark) as usize).saturating_sub(KEPT) & !(page() - 1);
    if until > lowest {
        // SAFETY: the range lies in this thread's own stack, 24 KiB below this call's frame and more: no call under way
        // has its frame there, not even the one that is made here. Its pages read as zeros when they are used again.
        let _ = unsafe { madvise(lowest as *mut c_void, until - lowest, Advice::LinuxDontNeed) };
    }
}

fn page() -> usize {
    static PAGE: OnceLock<usize> = OnceLock::new();
    // SAFETY: asks for a constant of the system.
    *PAGE.get_or_init(|| usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(64 << 10))
}

fn lowest() -> Option<usize> {
    LOWEST.get().unwrap_or_else(|| {
        let lowest = if gettid() == getpid() { None } else { ask_lowest() };
        LOWEST.set(Some(lowest));
        lowest
    })
}

fn ask_lowest() -> Option<usize> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: the calling thread exists, and the attributes are written if the answer is zero.
    if unsafe { libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) } != 0 {
        return None;
    }
    let (mut lowest, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the attributes were written; both results have a place.
    let told = unsafe { libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size) };
    // SAFETY: they were written and are not used again.
    unsafe { libc::pthread_attr_destroy(attributes.as_mut_ptr()) };
    (told == 0).then(|| (lowest as usize).next_multiple_of(page()))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, hint::black_box, os::unix::fs::FileExt, thread};

    use super::*;

    const MARK: [u8; 32] = *b"left by a call that ended, 32 B.";
    /// How deep the reading itself may go.
    const SHALLOW: usize = 6 << 10;

    /// Goes `more` kilobytes and more down, and notes where each call left its mark.
    #[inline(never)]
    fn leave(more: usize, places: &mut Vec<usize>) {
        let mut block = [0_u8; 1 << 10];
        block[..32].copy_from_slice(&MARK);
        places.push(black_box(&mut block).as_ptr() as usize);
        if more > 0 {
            leave(more - 1, places);
        }
        black_box(&mut block);
    }

    /// How many of the marks that calls left further than [`SHALLOW`] below are still there. Dead stack is read as a
    /// file: no reference to it is made.
    fn left(kilobytes: usize, after: fn()) -> (usize, usize) {
        let work = move || {
            let (memory, mut places) = (File::open("/proc/self/mem").unwrap(), Vec::with_capacity(kilobytes + 1));
            leave(kilobytes, &mut places);
            after();
            let top = places[0];
            let deep = places.iter().filter(|place| top - **place > SHALLOW);
            let found = deep.clone().filter(|place| {
                let mut bytes = [0; 32];
                memory.read_exact_at(&mut bytes, **place as u64).unwrap();
                // Turned, so that what was read here is not found further below.
                bytes.reverse();
                bytes.iter().rev().eq(&MARK)
            });
            (found.count(), deep.count())
        };
        thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
    }

    /// M47.
    #[test]
    fn what_ended_calls_left_is_gone_however_deep_they_went() {
        for kilobytes in [16, 64, 600] {
            let (found, marks) = left(kilobytes, || {});
            assert!(marks >= kilobytes / 2 && found == marks, "without it, {found} of {marks} are found");
            assert_eq!(left(kilobytes, wipe).0, 0);
        }
    }

    #[test]
    fn calls_under_way_keep_what_is_theirs() {
        let (mut numbers, words) = ([0_u64; 512], String::from("kept"));
        for turn in 0..100 {
            numbers[turn * 5] = turn as u64;
            wipe();
        }
        assert_eq!((numbers.iter().sum::<u64>(), words.as_str()), (4950, "kept"));
    }

    #[test]
    fn a_first_thread_is_told_from_the_others() {
        // The harness runs tests in threads of their own, unless it was told to use one.
        let known = thread::spawn(|| lowest().is_some()).join().unwrap();
        assert!(known);
    }
}
