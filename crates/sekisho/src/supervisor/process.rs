//! One running role, as the supervisor sees it.

use std::{
    io,
    net::TcpListener,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{net::UnixStream, process::ExitStatusExt},
    },
    process::{Child, ExitStatus},
    sync::mpsc::Sender,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};
use sekisho_inspect::ocr::ModelFiles;
use sekisho_sys::spawn::{Program, spawn_role};

use super::{
    keeping::Event,
    messages::{FromRole, RoleConfig, ToRole, receive, send},
    rooms::Role,
};

/// How long a role that let go of its channel may take to end.
const LAST_BREATH: Duration = Duration::from_secs(5);

/// A running role.
pub(super) struct Process {
    control: UnixStream,
    handle: OwnedFd,
    pub(super) pid: u32,
    pub(super) generation: u64,
    pub(super) started: Instant,
}

/// What a role is started with.
pub(super) struct Start<'a> {
    pub(super) role: Role,
    pub(super) config: RoleConfig,
    pub(super) ends: Vec<(&'static str, UnixStream)>,
    pub(super) listeners: Vec<&'a TcpListener>,
    pub(super) networks: Option<ModelFiles>,
}

impl Process {
    /// Starts a role, and a thread that passes on what it says until it ends.
    pub(super) fn start(
        program: &Program,
        start: Start<'_>,
        generation: u64,
        to: Sender<Event>,
    ) -> io::Result<Process> {
        let role = start.role;
        let user = start.config.own_user.then(|| (role.user(), role.user()));
        let (control, theirs) = UnixStream::pair()?;
        let child = spawn_role(program, &["role", role.name()], theirs, user)?;
        let pid = child.id();
        // Not reaped yet, so the number is still this process's.
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::NotFound)?;
        let handle = pidfd_open(raw, PidfdFlags::empty())?;
        introduce(&control, start)?;
        let ears = Ears { role, generation, channel: control.try_clone()?, handle: handle.try_clone()?, child, to };
        thread::Builder::new().name(format!("hear-{role}")).spawn(move || ears.listen())?;
        Ok(Process { control, handle, pid, generation, started: Instant::now() })
    }

    /// Hands over the end of a link to a peer that was started anew.
    pub(super) fn meet(&self, name: &str, end: &UnixStream) -> io::Result<()> {
        send(&self.control, &ToRole::Peer(name.to_owned()), &[end.as_fd()])
    }

    /// Sends a message without descriptors. A role that is gone is noticed elsewhere.
    pub(super) fn tell(&self, message: &ToRole) {
        let _ = send(&self.control, message, &[]);
    }

    /// Ends it at once.
    pub(super) fn kill(&self) {
        kill(&self.handle);
    }
}

fn introduce(control: &UnixStream, start: Start<'_>) -> io::Result<()> {
    let mut fds: Vec<BorrowedFd<'_>> = start.ends.iter().map(|(_, end)| end.as_fd()).collect();
    fds.extend(start.listeners.iter().map(|listener| listener.as_fd()));
    let networks: Vec<BorrowedFd<'_>> = start.networks.iter().flat_map(ModelFiles::descriptors).collect();
    fds.extend(&networks);
    let message = ToRole::Start {
        role: start.role,
        config: Box::new(start.config),
        ends: start.ends.iter().map(|(name, _)| (*name).to_owned()).collect(),
        listeners: start.listeners.len() as u8,
        networks: networks.len() as u8,
    };
    send(control, &message, &fds)
}

struct Ears {
    role: Role,
    generation: u64,
    channel: UnixStream,
    handle: OwnedFd,
    child: Child,
    to: Sender<Event>,
}

impl Ears {
    fn listen(mut self) {
        while let Ok(Some((message, _))) = receive::<FromRole>(&self.channel) {
            let _ = self.to.send(Event::Said { role: self.role, generation: self.generation, message });
        }
        if !ended_within(&self.handle, LAST_BREATH) {
            kill(&self.handle);
        }
        let how = self.child.wait().map_or_else(|_| "lost".to_owned(), describe);
        let _ = self.to.send(Event::Ended { role: self.role, generation: self.generation, how });
    }
}

fn ended_within(handle: &OwnedFd, time: Duration) -> bool {
    let time = Timespec::try_from(time).unwrap_or_default();
    matches!(poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&time)), Ok(1..))
}

fn kill(handle: &OwnedFd) {
    let _ = pidfd_send_signal(handle, Signal::KILL);
}

/// In an operator's words; `SIGSYS` is what a forbidden system call ends in.
fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (_, Some(libc_sigsys)) if libc_sigsys == Signal::SYS.as_raw() => {
            "ended by the kernel: it tried a system call that no honest path of it makes".to_owned()
        }
        (Some(code), _) => format!("ended with code {code}"),
        (_, Some(signal)) => format!("ended by signal {signal}"),
        _ => "ended".to_owned(),
    }
}
