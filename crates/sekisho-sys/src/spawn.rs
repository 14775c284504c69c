//! Starting one of our own processes.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{net::UnixStream, process::CommandExt},
    },
    path::Path,
    process::{Child, Command, Stdio},
};

/// Variables of our own environment that a process may see. Nothing else passes: no proxies, no loader variables.
const PASSED_ON: &[&str] = &["SEKISHO_LOG", "TZ", "LANG"];

/// What glibc's allocator is told at its start.
///
/// With one arena a thread under pressure does not make it open /sys or /proc for a second one. With a fixed threshold
/// a large block is a mapping of its own, and goes back to the kernel when it is freed; without, the first picture that
/// is freed raises the threshold to its own size, and from then on twice that may stay with the process for good.
const ALLOCATOR: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "262144"), ("MALLOC_TRIM_THRESHOLD_", "524288")];

/// The program that roles are started from, held open, so that a restart runs the same program after an upgrade has
/// replaced the file, and so that the folder it lies in need not be open to the users of the roles.
#[derive(Debug)]
pub struct Program(File);

impl Program {
    /// The program that runs now.
    ///
    /// # Errors
    /// When `/proc` is not there.
    pub fn current() -> io::Result<Program> {
        Program::at(Path::new("/proc/self/exe"))
    }

    /// The program at `path`.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn at(path: &Path) -> io::Result<Program> {
        Ok(Program(File::open(path)?))
    }
}

/// Starts `program` with `args`; `channel` becomes its standard input, standard output is closed to it, messages go to
/// our own standard error. With `user`, it gets that user and group id and no further groups.
///
/// # Errors
/// When it can't be started.
pub fn spawn_role(
    program: &Program,
    args: &[&str],
    channel: UnixStream,
    user: Option<(u32, u32)>,
) -> io::Result<Child> {
    let mut command = Command::new(format!("/proc/self/fd/{}", program.0.as_raw_fd()));
    command.arg0("sekisho").args(args).env_clear().current_dir("/");
    command.envs(ALLOCATOR);
    command.envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.stdin(OwnedFd::from(channel)).stdout(Stdio::null()).stderr(Stdio::inherit());
    // A terminal sends Ctrl-C to a whole group: the supervisor alone is to hear it, and end the roles in their order.
    command.process_group(0);
    if let Some((uid, gid)) = user {
        // As root, the standard library also empties the list of further groups.
        command.uid(uid).gid(gid);
    }
    command.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn ask_shell(script: &str, user: Option<(u32, u32)>) -> io::Result<String> {
        let (mut mine, theirs) = UnixStream::pair()?;
        let shell = Program::at(Path::new("/bin/sh"))?;
        let mut child = spawn_role(&shell, &["-c", script], theirs, user)?;
        let mut said = String::new();
        mine.read_to_string(&mut said)?;
        child.wait()?;
        Ok(said)
    }

    #[test]
    fn the_channel_is_the_standard_input_and_the_environment_is_bare() {
        let said = ask_shell("/usr/bin/env >&0", None).unwrap();
        assert!(said.contains("MALLOC_ARENA_MAX=1") && said.contains("MALLOC_MMAP_THRESHOLD_=262144"));
        assert!(!said.contains("HOME=") && !said.contains("PATH=/"), "{said}");
    }

    #[test]
    fn a_process_of_its_own_user_has_no_other_groups() {
        let said = ask_shell("/usr/bin/id -u >&0; /usr/bin/id -G >&0", Some((61200, 61201)));
        if rustix::process::geteuid().is_root() {
            assert_eq!(said.unwrap(), "61200\n61201\n");
        } else {
            assert_eq!(said.unwrap_err().kind(), io::ErrorKind::PermissionDenied, "only root may give a user");
        }
    }

    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim_end_matches(" kB").trim().parse().unwrap()
    }

    /// Pictures come and go, and each leaves something small behind.
    #[test]
    #[ignore = "the next test runs it in processes of its own"]
    fn pictures_come_and_go() {
        let (before, mut small) = (resident_kib(), Vec::new());
        for turn in 0..8 {
            let size = 9_000_000 - turn % 3 * 2_000_000;
            let (sent, clean) = (vec![1_u8; size], vec![2_u8; size]);
            small.push(vec![3_u8; 5_000]);
            drop((sent, clean));
        }
        println!("left {}", resident_kib().saturating_sub(before));
        drop(small);
    }

    fn left_kib(variables: &[(&str, &str)]) -> u64 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "spawn::tests::pictures_come_and_go", "--ignored", "--nocapture"]);
        let told = command.env_remove("MALLOC_MMAP_THRESHOLD_").envs(variables.iter().copied()).output().unwrap();
        let said = String::from_utf8(told.stdout).unwrap();
        said.split_once("left ").unwrap().1.lines().next().unwrap().parse().unwrap()
    }

    /// The control: with one arena and nothing else said, they leave their sizes behind.
    #[test]
    fn what_pictures_took_up_goes_back_to_the_kernel() {
        let without = left_kib(&ALLOCATOR[..1]);
        assert!(without > 6_000, "{without} KiB are left");
        let with = left_kib(&ALLOCATOR);
        assert!(with < 1_000, "{with} KiB are left");
    }
}
