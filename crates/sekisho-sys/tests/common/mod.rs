//! Trying things from inside a room: a fork of the test confines itself and tries.

#![allow(dead_code, unreachable_pub)]

use std::{
    io,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, WaitOptions, WaitStatus, waitpid};
use sekisho_sys::confine::{Options, PathAccess, Plan, Profile, confine};

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Outcome {
    /// It worked.
    Done,
    /// It failed with this error number.
    Refused(i32),
    /// The kernel ended the process with this signal.
    Killed(i32),
    /// The room could not be made.
    NoRoom,
}

/// What a kernel filter's end looks like.
pub const KILLED: Outcome = Outcome::Killed(libc::SIGSYS);
const NO_ROOM: i32 = 254;
const OTHER: i32 = 253;

/// A plan with `paths`.
pub fn plan(profile: Profile, paths: &[(&Path, PathAccess)]) -> Plan {
    let paths = paths.iter().map(|(path, access)| (PathBuf::from(path), *access)).collect();
    Plan { profile, paths, connect_ports: Vec::new(), own_user: false }
}

/// Makes `attempt` inside the room of `plan`.
pub fn inside(plan: &Plan, attempt: impl FnOnce() -> io::Result<()>) -> Outcome {
    forked(|| match confine(plan, Options::default()) {
        Ok(_) => attempt().map_or_else(|error| error.raw_os_error().unwrap_or(OTHER), |()| 0),
        Err(_) => NO_ROOM,
    })
}

/// Makes `attempt` inside the room of `profile`, which has no files.
pub fn in_bare(profile: Profile, attempt: impl FnOnce() -> io::Result<()>) -> Outcome {
    inside(&plan(profile, &[]), attempt)
}

/// Runs `work` in a process of its own, which has one thread.
pub fn forked(work: impl FnOnce() -> i32) -> Outcome {
    // SAFETY: the child only allocates and makes system calls; the C library readies its allocator in a fork.
    match unsafe { libc::fork() } {
        0 => leave(work),
        child => outcome(wait(child)),
    }
}

/// As [`forked`], without waiting.
pub fn forked_aside(work: impl FnOnce() -> i32) -> i32 {
    // SAFETY: as above.
    match unsafe { libc::fork() } {
        0 => leave(work),
        child => child,
    }
}

fn leave(work: impl FnOnce() -> i32) -> ! {
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(OTHER);
    // SAFETY: ends this process without running what the test's process registered.
    unsafe { libc::_exit(code) }
}

/// Waits for a child.
pub fn wait(child: i32) -> WaitStatus {
    let child = Pid::from_raw(child).expect("fork works");
    waitpid(Some(child), WaitOptions::empty()).expect("it is our child").expect("it ended").1
}

fn outcome(status: WaitStatus) -> Outcome {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(0), _) => Outcome::Done,
        (Some(NO_ROOM), _) => Outcome::NoRoom,
        (Some(number), _) => Outcome::Refused(number),
        (_, signal) => Outcome::Killed(signal.unwrap_or(0)),
    }
}

/// The result of a system call of the C library.
pub fn done(result: impl Into<i64>) -> io::Result<()> {
    if result.into() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
