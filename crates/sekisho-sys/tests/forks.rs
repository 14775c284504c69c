//! One process per document, tried with documents that behave and documents that don't.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod common;

use std::{
    fs::File,
    io::{self, Read, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    time::{Duration, Instant},
};

use common::{forked_aside, plan, wait};
use sekisho_sys::{
    confine::{Options, Profile, confine},
    fds::{recv_with_fds, send_with_fds},
    fork_server::{ChildLimits, ForkServer, Forks, Heard},
};

const LIMITS: ChildLimits = ChildLimits { cpu_seconds: 1, wall_seconds: 3, memory_bytes: 1 << 30, at_once: 2 };

/// Does what the document says.
fn read_document(mut document: UnixStream) {
    let mut what = [0];
    document.read_exact(&mut what).expect("a document");
    match what[0] {
        b'e' => {}
        b'o' => drop(File::open("/etc/hostname")),
        b'm' => drop(vec![1_u8; 2 << 30]),
        b's' => std::thread::sleep(Duration::from_secs(60)),
        b'c' => spin(),
        b'f' => others_are_closed(),
        _ => panic!("said in the document"),
    }
    document.write_all(b"read").expect("a reader");
}

fn spin() {
    let mut count = 0_u64;
    while std::hint::black_box(count) < u64::MAX {
        count += 1;
    }
}

fn others_are_closed() {
    for number in 4..64 {
        // SAFETY: asks about a number; nothing is owned or closed.
        let read = unsafe { libc::recv(number, std::ptr::null_mut(), 0, 0) };
        assert_eq!((read, io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EBADF)));
    }
}

fn hear(owner: &UnixStream) -> io::Result<Heard> {
    match recv_with_fds(owner, 1)? {
        Some((_, mut fds)) => Ok(fds.pop().map_or(Heard::Nothing, |fd| Heard::Client(fd.into()))),
        None => Ok(Heard::End),
    }
}

struct Server {
    forks: Forks,
    owner: UnixStream,
    pid: i32,
}

fn server() -> Server {
    let (owner, theirs) = UnixStream::pair().unwrap();
    let (control, client) = UnixStream::pair().unwrap();
    let (owner_end, control_end) = (owner.as_fd(), control.as_fd());
    let pid = forked_aside(|| {
        // The parent's copies of our own ends would keep the channels open.
        // SAFETY: this fork leaves without using or dropping them.
        unsafe { libc::close(std::os::fd::AsRawFd::as_raw_fd(&owner_end)) };
        // SAFETY: as above.
        unsafe { libc::close(std::os::fd::AsRawFd::as_raw_fd(&control_end)) };
        let Ok(server) = ForkServer::new(LIMITS) else { return 1 };
        if confine(&plan(Profile::InspectorParent, &[]), Options::default()).is_err() {
            return 2;
        }
        let client = client.try_clone().expect("a copy");
        i32::from(server.run(client, &theirs, hear, read_document).is_err()) * 3
    });
    Server { forks: Forks::new(control), owner, pid }
}

fn ask(forks: &Forks, what: u8) -> Vec<u8> {
    let mut document = forks.open().unwrap();
    document.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    document.write_all(&[what]).unwrap();
    let mut said = Vec::new();
    // A reader that was ended before it took our byte resets the connection.
    match document.read_to_end(&mut said) {
        Ok(_) => said,
        Err(error) => panic!("{error}"),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: our own child, which is waited for below and so still has this number.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        let _ =
            rustix::process::waitpid(rustix::process::Pid::from_raw(self.pid), rustix::process::WaitOptions::empty());
    }
}

#[test]
fn each_document_has_its_own_process_and_one_that_dies_costs_only_itself() {
    let server = server();
    assert_eq!(ask(&server.forks, b'e'), b"read");
    assert_eq!(ask(&server.forks, b'o'), b"", "opening a file ends the child");
    assert_eq!(ask(&server.forks, b'm'), b"", "so does taking too much memory");
    assert_eq!(ask(&server.forks, b'?'), b"", "so does a panic");
    assert_eq!(ask(&server.forks, b'e'), b"read");
}

#[test]
fn a_child_has_no_descriptor_but_its_document() {
    let server = server();
    let _another = server.forks.open().unwrap();
    assert_eq!(ask(&server.forks, b'f'), b"read");
}

#[test]
fn who_computes_or_sleeps_too_long_is_ended() {
    let server = server();
    let started = Instant::now();
    assert_eq!(ask(&server.forks, b's'), b"");
    assert!(started.elapsed() >= Duration::from_secs(2) && started.elapsed() < Duration::from_secs(20));
    assert_eq!(ask(&server.forks, b'c'), b"");
}

#[test]
fn more_documents_than_processes_wait_for_their_turn() {
    let server = server();
    let mut waiting: Vec<UnixStream> = (0..6).map(|_| server.forks.open().unwrap()).collect();
    for document in waiting.iter_mut().rev() {
        document.write_all(b"e").unwrap();
    }
    for mut document in waiting {
        let mut said = Vec::new();
        document.read_to_end(&mut said).unwrap();
        assert_eq!(said, b"read");
    }
}

#[test]
fn a_client_that_was_started_anew_is_served_and_the_owners_end_is_the_end() {
    let mut server = server();
    let (control, client) = UnixStream::pair().unwrap();
    send_with_fds(&server.owner, b"", &[client.as_fd()]).unwrap();
    drop(client);
    let old = std::mem::replace(&mut server.forks, Forks::new(control));
    drop(old);
    assert_eq!(ask(&server.forks, b'e'), b"read");
    server.owner.shutdown(std::net::Shutdown::Both).unwrap();
    assert_eq!(wait(server.pid).exit_status(), Some(0));
}
