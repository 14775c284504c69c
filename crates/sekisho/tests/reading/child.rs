//! What the child that reads a picture holds while it reads.

use std::{collections::BTreeSet, fs, thread};

use rustix::process::geteuid;
use sekisho::{networks::Source, supervisor::Role};
use sekisho_papers::kinds::Kind;

use super::{Member, SEED, house, paper, until};

/// A line of `/proc/PID/status`; nothing when the process is gone.
fn status(pid: u32, name: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

fn children(parent: u32) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid| status(*pid, "PPid") == Some(parent)).collect()
}

/// What a process has open; nothing when it is gone.
fn open(pid: u32) -> Option<BTreeSet<String>> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links: Option<_> =
        links.map(|entry| Some(fs::read_link(entry.ok()?.path()).ok()?.to_string_lossy().into_owned())).collect();
    links
}

/// M3, M4: the walls of the child that reads print are those of one that doesn't: what its filter kills for is tried
/// within them in `sekisho-sys` (`tests/rooms.rs`), and here it is seen that it has them on, with one thread, one socket
/// and none of the networks' files, while it reads.
#[test]
fn the_child_that_reads_print_has_one_thread_one_socket_and_no_file() {
    let Some(licence) = paper(Kind::DrivingLicence, SEED) else { return };
    if !geteuid().is_root() {
        // What another user's process has open is told to nobody but root.
        assert!(std::env::var_os("SEKISHO_REQUIRE_ROOT").is_none());
        return;
    }
    let house = house(Source::Found);
    let (_, link) = house.ask().unwrap();
    let parent = house.processes().into_iter().find(|process| process.role == Role::UploadInspector).unwrap().pid;
    let mut seen = None;
    thread::scope(|scope| {
        let mut member = Member::at(&house, &link);
        let upload = scope.spawn(move || member.send_plainly("jp-driving-licence", &licence.jpeg).status);
        // It has its own filter on a moment after the fork.
        until("a child reads within its walls", || {
            let tightened = |child: &u32| status(*child, "Seccomp_filters") > status(parent, "Seccomp_filters");
            let child = children(parent).into_iter().find(tightened);
            seen = child.and_then(|child| Some((status(child, "Threads")?, status(child, "Seccomp")?, open(child)?)));
            assert!(seen.is_some() || !upload.is_finished(), "it was over before it was seen");
            seen.is_some()
        });
        assert_eq!(upload.join().unwrap(), 303, "and it reads what it was given");
    });
    let (threads, seccomp, held) = seen.unwrap();
    assert_eq!((threads, seccomp), (1, 2));
    let sockets = held.iter().filter(|link| link.starts_with("socket:")).count();
    assert_eq!((sockets, held.contains("/dev/null"), held.len()), (1, true, 2), "{held:?}");
    assert!(!open(parent).unwrap().iter().any(|link| link.contains("onnx")), "its parent has closed them too");
    house.clear_away().unwrap();
}
