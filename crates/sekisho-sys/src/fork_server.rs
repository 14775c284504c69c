//! One process per document: a parent that can only fork and wait, and its client.
//!
//! The client makes a pair of sockets, keeps one end and passes the other to the parent. The parent forks a child that
//! has this one socket, may compute, and is gone when its document is read or its time is over. A hostile document
//! meets no other document and no descriptor but its own.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
        unix::net::UnixStream,
    },
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{
        Pid, PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal,
        set_parent_process_death_signal, setrlimit, waitid,
    },
    stdio::{dup2_stderr, dup2_stdin, dup2_stdout},
};

use crate::{
    confine::{FilterError, Profile, filter::Filters},
    fds::{recv_with_fds, send_with_fds},
};

/// What one document may cost.
#[derive(Debug, Clone, Copy)]
pub struct ChildLimits {
    /// Seconds of computing; the kernel ends it.
    pub cpu_seconds: u64,
    /// Seconds in all; the parent ends it.
    pub wall_seconds: u64,
    /// Bytes of address space, the parent's own included.
    pub memory_bytes: u64,
    /// Children at once; further documents wait.
    pub at_once: usize,
}

impl Default for ChildLimits {
    /// Twenty seconds, one gibibyte, four at once.
    fn default() -> Self {
        ChildLimits { cpu_seconds: 20, wall_seconds: 30, memory_bytes: 1 << 30, at_once: 4 }
    }
}

/// Why there is no fork server.
#[derive(Debug, thiserror::Error)]
pub enum ForkServerError {
    /// `/dev/null` can't be opened.
    #[error("can't open /dev/null: {0}")]
    Null(#[from] io::Error),
    /// The child's filter can't be built.
    #[error("the child's filter: {0}")]
    Filter(#[from] FilterError),
}

/// The parent. Made before confinement, run after it.
#[derive(Debug)]
pub struct ForkServer {
    filters: Filters,
    null: File,
    limits: ChildLimits,
}

struct Running {
    process: OwnedFd,
    until: Instant,
}

impl ForkServer {
    /// Prepares what can't be had once confined.
    ///
    /// # Errors
    /// When there is no `/dev/null` or no filter for this machine.
    pub fn new(limits: ChildLimits) -> Result<ForkServer, ForkServerError> {
        let filters = Filters::of(Profile::InspectorChild)?.tighten_only();
        let null = File::options().read(true).write(true).open("/dev/null")?;
        Ok(ForkServer { filters, null, limits })
    }

    /// Serves until `control` ends. `child` gets each document's socket, in a process of its own.
    ///
    /// The caller has one thread only, and is confined as [`Profile::InspectorParent`].
    ///
    /// # Errors
    /// When the control channel or the kernel fails in a way that does not concern one document only.
    pub fn run(&self, control: &UnixStream, child: impl Fn(UnixStream)) -> io::Result<()> {
        let mut running = Vec::new();
        loop {
            reap(&mut running)?;
            if !wait(control, &running, self.limits.at_once)? {
                continue;
            }
            let Some((_, mut fds)) = recv_with_fds(control, 0)? else {
                return end_all(&running);
            };
            if let Some(document) = fds.pop() {
                running.push(self.fork(document.into(), &child)?);
            }
        }
    }

    fn fork(&self, document: UnixStream, child: &impl Fn(UnixStream)) -> io::Result<Running> {
        // SAFETY: this process has one thread, so the child's copy of every lock is free and it may allocate.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => self.be_child(document, child),
            pid => Ok(Running { process: pidfd(pid)?, until: Instant::now() + self.wall() }),
        }
    }

    fn wall(&self) -> Duration {
        Duration::from_secs(self.limits.wall_seconds)
    }

    /// Never returns: whatever the parent would do next is not the child's business.
    fn be_child(&self, document: UnixStream, child: &impl Fn(UnixStream)) -> ! {
        let tightened = self.tighten(document);
        let Ok(document) = tightened else { exit(3) };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| child(document)));
        exit(if outcome.is_ok() { 0 } else { 2 })
    }

    fn tighten(&self, document: UnixStream) -> io::Result<UnixStream> {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // Messages of a child could be a stranger's words: they go nowhere.
        dup2_stdin(&self.null)?;
        dup2_stdout(&self.null)?;
        dup2_stderr(&self.null)?;
        let document = keep_only(document)?;
        set_limit(Resource::Cpu, self.limits.cpu_seconds)?;
        set_limit(Resource::As, self.limits.memory_bytes)?;
        set_limit(Resource::Fsize, 0)?;
        set_limit(Resource::Nproc, 0)?;
        set_limit(Resource::Nofile, 4)?;
        self.filters.apply().map_err(io::Error::other)?;
        Ok(document)
    }
}

fn set_limit(resource: Resource, value: u64) -> rustix::io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
}

/// Moves `document` to descriptor 3 and closes everything above it: the control channel, others' process descriptors.
fn keep_only(document: UnixStream) -> io::Result<UnixStream> {
    const PLACE: i32 = 3;
    if document.as_raw_fd() != PLACE {
        // SAFETY: whatever has this number belongs to the parent's values, which this child never touches again: it
        // leaves by `_exit`, without running their destructors.
        if unsafe { libc::dup3(document.as_raw_fd(), PLACE, libc::O_CLOEXEC) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    std::mem::forget(document);
    // SAFETY: as above; the numbers above 3 are nobody's any more.
    if unsafe { libc::syscall(libc::SYS_close_range, PLACE + 1, libc::c_uint::MAX, 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: descriptor 3 is open and this is its only owner.
    Ok(unsafe { UnixStream::from_raw_fd(PLACE) })
}

fn exit(code: i32) -> ! {
    // SAFETY: ends the process without running what the parent registered.
    unsafe { libc::_exit(code) }
}

fn pidfd(pid: i32) -> io::Result<OwnedFd> {
    let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::NotFound)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// Takes leave of the children that ended; ends those whose time is over.
fn reap(running: &mut Vec<Running>) -> io::Result<()> {
    let now = Instant::now();
    for child in running.iter().filter(|child| child.until <= now) {
        kill(child)?;
    }
    let mut still = Vec::with_capacity(running.len());
    for child in running.drain(..) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        if waitid(WaitId::PidFd(child.process.as_fd()), options)?.is_none() {
            still.push(child);
        }
    }
    *running = still;
    Ok(())
}

fn kill(child: &Running) -> io::Result<()> {
    match pidfd_send_signal(&child.process, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn end_all(running: &[Running]) -> io::Result<()> {
    running.iter().try_for_each(kill)
}

/// Waits for a document, a child's end, or a child's time limit. Whether it is a document and there is room for it.
fn wait(control: &UnixStream, running: &[Running], at_once: usize) -> io::Result<bool> {
    let room = running.len() < at_once.max(1);
    let mut fds: Vec<_> = running.iter().map(|child| PollFd::new(&child.process, PollFlags::IN)).collect();
    if room {
        fds.push(PollFd::new(control, PollFlags::IN));
    }
    let next = running.iter().map(|child| child.until).min();
    let left = next.map(|until| until.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
    let left = left.and_then(|left| Timespec::try_from(left).ok());
    match poll(&mut fds, left.as_ref()) {
        Ok(_) => Ok(room && fds.last().is_some_and(|control| !control.revents().is_empty())),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The client's side: asks for children.
#[derive(Debug)]
pub struct Forks {
    control: UnixStream,
}

impl Forks {
    /// Asks over `control`, whose other end the parent has.
    pub fn new(control: UnixStream) -> Forks {
        Forks { control }
    }

    /// A socket to a process that serves this one document and then ends. When the other end closes without an
    /// answer, it was ended.
    ///
    /// # Errors
    /// When the parent is gone.
    pub fn open(&self) -> io::Result<UnixStream> {
        let (ours, theirs) = UnixStream::pair()?;
        send_with_fds(&self.control, &[], &[theirs.as_fd()])?;
        Ok(ours)
    }
}
