//! What the kernel tells anybody: who holds a lock, and how a process is kept.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt, path::Path};

use crate::{
    doctor::{
        machine::Machine,
        remark::{CannotTell, Told},
    },
    supervisor::Role,
};

/// What the kernel says of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// seccomp filters its system calls.
    pub(super) filtered: bool,
    pub(super) no_new_privs: bool,
    pub(super) user: u32,
}

/// The process that holds a file's lock (`/proc/locks`, proc(5)).
pub(super) fn holder(machine: &Machine, file: &Path) -> Told<Option<u32>> {
    let seen = match fs::metadata(file) {
        Ok(seen) => seen,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CannotTell::at(file, &error)),
    };
    let (major, minor) = (rustix::fs::major(seen.dev()), rustix::fs::minor(seen.dev()));
    let wanted = format!("{major:02x}:{minor:02x}:{}", seen.ino());
    let locks = machine.text("/proc/locks")?.unwrap_or_default();
    Ok(locks.lines().find_map(|line| holder_of(line, &wanted)))
}

// `2: FLOCK  ADVISORY  WRITE 22501 fe:00:10051674 0 EOF`
fn holder_of(line: &str, wanted: &str) -> Option<u32> {
    let words: Vec<_> = line.split_whitespace().collect();
    let matches = words.get(1) == Some(&"FLOCK") && words.get(5) == Some(&wanted);
    words.get(4).filter(|_| matches)?.parse().ok()
}

/// The roles' processes, by their parent and their command line.
pub(super) fn kept(machine: &Machine, supervisor: u32) -> BTreeMap<Role, Kept> {
    let pids = machine.names("/proc").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    pids.filter_map(|pid| {
        let status = machine.line(&format!("/proc/{pid}/status"))?;
        let (role, kept) = (role(machine, &pid)?, parse(&status, supervisor)?);
        Some((role, kept))
    })
    .collect()
}

fn role(machine: &Machine, pid: &str) -> Option<Role> {
    let line = machine.line(&format!("/proc/{pid}/cmdline"))?;
    let words: Vec<_> = line.split('\0').collect();
    (words.get(1) == Some(&"role")).then(|| Role::from_name(words.get(2)?))?
}

/// What its status says, if it is a child of `supervisor`.
fn parse(status: &str, supervisor: u32) -> Option<Kept> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"));
    let first = |name: &str| field(name)?.split_whitespace().next()?.parse::<u32>().ok();
    (first("PPid")? == supervisor).then_some(())?;
    Some(Kept {
        filtered: first("Seccomp") == Some(2),
        no_new_privs: first("NoNewPrivs") == Some(1),
        user: first("Uid")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_lock_is_known_without_asking_it() {
        let line = "2: FLOCK  ADVISORY  WRITE 22501 fe:00:10051674 0 EOF";
        assert_eq!(holder_of(line, "fe:00:10051674"), Some(22501));
        assert_eq!(holder_of(line, "fe:00:1005167"), None);
        assert_eq!(holder_of(&line.replace("FLOCK", "POSIX"), "fe:00:10051674"), None);
        let data = tempfile::tempdir().unwrap();
        assert_eq!(holder(&Machine::here(), &data.path().join("lock")), Ok(None));
        let _lock = crate::supervisor::Lock::take(data.path()).unwrap();
        assert_eq!(holder(&Machine::here(), &data.path().join("lock")), Ok(Some(std::process::id())));
    }
}
