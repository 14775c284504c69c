//! The processes of an installation, as `/proc` shows them.

use std::fs;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sekisho::supervisor::Role;

/// What a process holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Held {
    /// Resident memory, in KiB.
    pub(crate) rss: u64,
    /// Its share of it, in KiB: pages that others map too are divided among them.
    pub(crate) pss: u64,
    /// Open descriptors.
    pub(crate) descriptors: u64,
}

/// The roles below a supervisor.
pub(crate) fn roles_of(supervisor: u32) -> Vec<(Role, u32)> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut found: Vec<_> =
        pids.filter(|pid| parent(*pid) == Some(supervisor)).filter_map(|pid| Some((role(pid)?, pid))).collect();
    found.sort();
    found
}

fn parent(pid: u32) -> Option<u32> {
    status(pid, "PPid:")
}

fn status(pid: u32, name: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

fn role(pid: u32) -> Option<Role> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0).skip(1);
    let name = words.next().filter(|word| *word == b"role").and(words.next())?;
    Role::ALL.into_iter().find(|role| role.name().as_bytes() == name)
}

fn id(raw: u32) -> Pid {
    Pid::from_raw(i32::try_from(raw).unwrap()).unwrap()
}

/// Signals a process that we started; one that is gone is fine.
pub(crate) fn send(raw: u32, signal: Signal) {
    let _ = kill_process(id(raw), signal);
}

pub(crate) fn is_gone(raw: u32) -> bool {
    // A process that its parent has not taken leave of yet is gone too.
    test_kill_process(id(raw)).is_err() || is_zombie(raw)
}

fn is_zombie(raw: u32) -> bool {
    fs::read_to_string(format!("/proc/{raw}/status")).is_ok_and(|status| status.contains("State:\tZ"))
}

/// What a process holds now; nothing when it is gone, or is not ours to look into.
pub(crate) fn held(pid: u32) -> Option<Held> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let kib = |name: &str| -> Option<u64> {
        rollup.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
    Some(Held { rss: kib("Rss:")?, pss: kib("Pss:")?, descriptors })
}
