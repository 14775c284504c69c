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

/// What the owner said.
#[derive(Debug)]
pub enum Heard {
    /// The client was started anew; documents come from here now.
    Client(UnixStream),
    /// Nothing that matters here.
    Nothing,
    /// To end.
    End,
}

struct Running {
    process: OwnedFd,
    until: Instant,
}

/// What there is to do next.
enum Turn {
    Document,
    Owner,
    Again,
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

    /// Serves until the owner says so. `client` sends one socket per document; `child` gets it, in a process of its
    /// own. `hear` is called when `owner` has something to read, or has ended.
    ///
    /// The caller has one thread only, and is confined as [`Profile::InspectorParent`].
    ///
    /// # Errors
    /// When the owner's channel or the kernel fails in a way that does not concern one document only.
    pub fn run(
        &self,
        client: UnixStream,
        owner: &UnixStream,
        mut hear: impl FnMut(&UnixStream) -> io::Result<Heard>,
        child: impl Fn(UnixStream),
    ) -> io::Result<()> {
        let (mut client, mut running) = (Some(client), Vec::new());
        loop {
            reap(&mut running)?;
            let open = client.as_ref().filter(|_| running.len() < self.limits.at_once.max(1));
            match wait(owner, open, &running)? {
                Turn::Owner => match hear(owner)? {
                    Heard::Client(new) => client = Some(new),
                    Heard::Nothing => {}
                    Heard::End => return end_all(&running),
                },
                Turn::Document => match self.document(open, &child)? {
                    Some(one) => running.push(one),
                    None => client = None,
                },
                Turn::Again => {}
            }
        }
    }

    /// Takes one document; nothing when the client is gone or talks nonsense, and is not listened to any more.
    fn document(&self, client: Option<&UnixStream>, child: &impl Fn(UnixStream)) -> io::Result<Option<Running>> {
        let Some(Ok(Some((_, mut fds)))) = client.map(|client| recv_with_fds(client, 0)) else {
            return Ok(None);
        };
        let Some(document) = fds.pop() else { return Ok(None) };
        self.fork(document.into(), child).map(Some)
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

/// Waits for the owner, a document (if `client` is to be listened to), a child's end, or a child's time limit.
fn wait(owner: &UnixStream, client: Option<&UnixStream>, running: &[Running]) -> io::Result<Turn> {
    let mut fds = vec![PollFd::new(owner, PollFlags::IN)];
    fds.extend(client.map(|client| PollFd::new(client, PollFlags::IN)));
    fds.extend(running.iter().map(|child| PollFd::new(&child.process, PollFlags::IN)));
    match poll(&mut fds, time_left(running).as_ref()) {
        Ok(_) if !fds[0].revents().is_empty() => Ok(Turn::Owner),
        Ok(_) if client.is_some() && !fds[1].revents().is_empty() => Ok(Turn::Document),
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(Turn::Again),
        Err(error) => Err(error.into()),
    }
}

/// Until the first child's time is over.
fn time_left(running: &[Running]) -> Option<Timespec> {
    let until = running.iter().map(|child| child.until).min()?;
    let left = until.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
    Timespec::try_from(left).ok()
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
