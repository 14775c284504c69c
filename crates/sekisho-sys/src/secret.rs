//! Memory for the few bytes that must be nowhere else.
//!
//! `memfd_secret(2)` pages are absent from the kernel's own map: neither another process nor root reads them through
//! `/proc/PID/mem` or `process_vm_readv`, and they are never swapped or dumped. Where the kernel has none, locked pages
//! that are left out of dumps stand in; the grade says which.

use std::{
    ffi::c_void,
    io,
    os::fd::{FromRawFd, OwnedFd},
    ptr::NonNull,
    slice,
};

use rustix::{
    fs::ftruncate,
    mm::{Advice, MapFlags, ProtFlags, madvise, mlock, mmap, mmap_anonymous, munmap},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// What holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretKind {
    /// Pages that the kernel itself can't read.
    Secret,
    /// Ordinary pages, never swapped, left out of dumps.
    Locked,
    /// Ordinary pages, left out of dumps. The limit for locked memory is too low.
    Ordinary,
}

/// A fixed number of secret bytes, zero at first, wiped when dropped.
pub struct SecretPage {
    start: NonNull<u8>,
    capacity: usize,
    kind: SecretKind,
}

// SAFETY: the mapping belongs to this value alone and is not tied to the thread that made it.
unsafe impl Send for SecretPage {}
// SAFETY: through a shared reference the bytes can only be read.
unsafe impl Sync for SecretPage {}

impl SecretPage {
    /// Maps room for `capacity` bytes in the best memory that this machine has.
    ///
    /// # Errors
    /// When `capacity` is zero or there is no memory.
    pub fn new(capacity: usize) -> io::Result<SecretPage> {
        map_secret(capacity).or_else(|_| map_ordinary(capacity))
    }

    /// What holds the bytes.
    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    /// Lends all bytes for writing.
    pub fn with<R>(&mut self, work: impl FnOnce(&mut [u8]) -> R) -> R {
        // SAFETY: the mapping is `capacity` initialised bytes and `&mut self` says that nobody else has them.
        work(unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.capacity) })
    }

    /// Lends all bytes for reading.
    pub fn read<R>(&self, work: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: the mapping is `capacity` initialised bytes, and whoever writes needs `&mut self`.
        work(unsafe { slice::from_raw_parts(self.start.as_ptr(), self.capacity) })
    }
}

impl Drop for SecretPage {
    fn drop(&mut self) {
        self.with(Zeroize::zeroize);
        // SAFETY: `start` and `capacity` are those of the mapping, and no borrow of it outlives `self`.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.capacity) };
    }
}

impl std::fmt::Debug for SecretPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretPage({} bytes, {:?})", self.capacity, self.kind)
    }
}

/// Whether this kernel gives secret pages to this process.
pub fn is_available() -> bool {
    map_secret(1).is_ok()
}

fn map_secret(capacity: usize) -> io::Result<SecretPage> {
    let memory = memfd_secret()?;
    ftruncate(&memory, capacity as u64)?;
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the kernel chooses the place, so nothing that exists is replaced; the descriptor is ours alone.
    let start = unsafe { mmap(std::ptr::null_mut(), capacity, protection, MapFlags::SHARED, &memory, 0) }?;
    let page = owned(start, capacity, SecretKind::Secret)?;
    // SAFETY: the range is the mapping just made. A forked child must not have it, not even unreadably.
    unsafe { madvise(start, capacity, Advice::LinuxDontFork) }?;
    Ok(page)
}

fn map_ordinary(capacity: usize) -> io::Result<SecretPage> {
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the kernel chooses the place, so nothing that exists is replaced.
    let start = unsafe { mmap_anonymous(std::ptr::null_mut(), capacity, protection, MapFlags::PRIVATE) }?;
    let mut page = owned(start, capacity, SecretKind::Ordinary)?;
    // SAFETY: the range is the mapping just made.
    unsafe { madvise(start, capacity, Advice::LinuxDontDump) }?;
    // SAFETY: as above.
    unsafe { madvise(start, capacity, Advice::LinuxWipeOnFork) }?;
    // SAFETY: as above.
    if unsafe { mlock(start, capacity) }.is_ok() {
        page.kind = SecretKind::Locked;
    }
    Ok(page)
}

fn owned(start: *mut c_void, capacity: usize, kind: SecretKind) -> io::Result<SecretPage> {
    let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
    Ok(SecretPage { start, capacity, kind })
}

/// A descriptor of secret memory, close-on-exec.
fn memfd_secret() -> io::Result<OwnedFd> {
    // SAFETY: the call takes one integer and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given us this descriptor; nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_starts_empty_and_keeps_what_is_written() {
        let mut page = SecretPage::new(100).unwrap();
        assert!(page.read(|bytes| bytes.len() == 100 && bytes.iter().all(|byte| *byte == 0)));
        page.with(|bytes| bytes[99] = 7);
        assert_eq!(page.read(|bytes| bytes[99]), 7);
        assert!(!format!("{page:?}").contains('7'));
    }

    #[test]
    fn the_stand_in_works_where_there_is_no_secret_memory() {
        let mut page = map_ordinary(5000).unwrap();
        page.with(|bytes| bytes.fill(9));
        assert!(page.read(|bytes| bytes.iter().all(|byte| *byte == 9)));
        assert_ne!(page.kind(), SecretKind::Secret);
    }

    #[test]
    fn not_even_the_kernel_reads_a_secret_page_for_us() {
        let Ok(mut page) = map_secret(32) else {
            return assert_ne!(SecretPage::new(32).unwrap().kind(), SecretKind::Secret);
        };
        page.with(|bytes| bytes.fill(42));
        // Writing from that address to a pipe goes through the kernel's own copy, which is served; reading our memory
        // by process_vm_readv goes through its map of pages, in which these are missing.
        let mut copy = [0_u8; 32];
        let local = libc::iovec { iov_base: copy.as_mut_ptr().cast(), iov_len: 32 };
        let remote = libc::iovec { iov_base: page.start.as_ptr().cast(), iov_len: 32 };
        // SAFETY: both ranges are 32 bytes that live until the call returns.
        let read = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
        assert_eq!((read, copy), (-1, [0; 32]));
    }

    #[test]
    fn no_room_is_an_error() {
        assert!(SecretPage::new(0).is_err());
    }
}
