//! The forbidden, tried from inside each room.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod common;

use std::{
    fs::{self, File},
    io,
    net::{TcpListener, TcpStream, UdpSocket},
    os::unix::{
        net::{UnixListener, UnixStream},
        process::CommandExt,
    },
    process::Command,
};

use common::{KILLED, Outcome, done, forked, in_bare, inside, plan};
use libc::{EACCES, ENOSYS, EPERM};
use sekisho_sys::{
    confine::{ConfineError, Options, PathAccess, Plan, Profile, confine},
    secret::{SecretKind, SecretPage, is_available},
};

const SERVERS: [Profile; 5] = [Profile::Gate, Profile::Desk, Profile::Keeper, Profile::Courier, Profile::Witness];
const NOT_CHILD: [Profile; 6] =
    [Profile::Gate, Profile::Desk, Profile::Keeper, Profile::Courier, Profile::Witness, Profile::InspectorParent];
const NOT_COURIER: [Profile; 5] =
    [Profile::Gate, Profile::Desk, Profile::Keeper, Profile::Witness, Profile::InspectorParent];

fn try_in_all(profiles: &[Profile], expected: Outcome, attempt: impl Fn() -> io::Result<()>) {
    for profile in profiles {
        assert_eq!(in_bare(*profile, &attempt), expected, "{profile:?}");
    }
}

#[test]
fn a_file_outside_is_shut_to_everybody() {
    let open = || File::open("/etc/hostname").map(drop);
    try_in_all(&SERVERS, Outcome::Refused(EACCES), open);
    try_in_all(&[Profile::InspectorParent], Outcome::Refused(ENOSYS), open);
    try_in_all(&[Profile::InspectorChild], KILLED, open);
}

#[test]
fn the_keystore_and_anothers_database_are_shut() {
    let place = tempfile::tempdir().unwrap();
    let (own, other) = (place.path().join("gate"), place.path().join("keeper"));
    fs::create_dir_all(&own).unwrap();
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("keystore"), "roots").unwrap();
    let gate = plan(Profile::Gate, &[(&own, PathAccess::ReadWriteDir)]);
    assert_eq!(inside(&gate, || fs::write(own.join("gate.db"), "x")), Outcome::Done);
    assert_eq!(inside(&gate, || fs::read(other.join("keystore")).map(drop)), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::write(other.join("keystore"), "")), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::remove_file(other.join("keystore"))), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::read(own.join("../keeper/keystore")).map(drop)), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::rename(own.join("gate.db"), other.join("x"))), Outcome::Refused(EACCES));
}

#[test]
fn the_gate_creates_blobs_and_never_reads_or_deletes_them() {
    let place = tempfile::tempdir().unwrap();
    let blob = place.path().join("blob");
    let gate = plan(Profile::Gate, &[(place.path(), PathAccess::CreateOnlyDir)]);
    // `File::create_new` would ask to read as well.
    let create = || File::options().write(true).create_new(true).open(&blob)?.sync_all();
    assert_eq!(inside(&gate, create), Outcome::Done);
    assert_eq!(inside(&gate, || File::open(place.path())?.sync_all()), Outcome::Done);
    assert_eq!(inside(&gate, || fs::read(&blob).map(drop)), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::remove_file(&blob)), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::rename(&blob, place.path().join("other"))), Outcome::Refused(EACCES));
    assert_eq!(inside(&gate, || fs::write(&blob, "")), Outcome::Refused(EACCES), "what is there can't be cut off");
}

#[test]
fn only_the_courier_dials_and_only_the_ports_of_its_plan() {
    let (yes, no) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let [yes, no] = [yes, no].map(|listener| (listener.local_addr().unwrap(), listener));
    let dial = |to: std::net::SocketAddr| move || TcpStream::connect(to).map(drop);
    try_in_all(&NOT_COURIER, Outcome::Refused(EPERM), dial(yes.0));
    try_in_all(&[Profile::InspectorChild], KILLED, dial(yes.0));
    let courier = Plan { connect_ports: vec![yes.0.port()], ..plan(Profile::Courier, &[]) };
    assert_eq!(inside(&courier, dial(yes.0)), Outcome::Done);
    assert_eq!(inside(&courier, dial(no.0)), expected_with_ports(EACCES));
}

/// Before Landlock knew ports, nothing held the courier to its own.
fn expected_with_ports(refused: i32) -> Outcome {
    if has_ports() { Outcome::Refused(refused) } else { Outcome::Done }
}

fn has_ports() -> bool {
    let room = plan(Profile::Gate, &[]);
    forked(|| i32::from(confine(&room, Options::default()).is_ok_and(|grade| grade.landlock_ports))) != Outcome::Done
}

#[test]
fn nobody_listens_and_nobody_reaches_a_path_socket() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("desk.sock");
    let _desk = UnixListener::bind(&path).unwrap();
    try_in_all(&NOT_COURIER, Outcome::Refused(EPERM), || UdpSocket::bind("127.0.0.1:0").map(drop));
    try_in_all(&[Profile::Courier], Outcome::Refused(EPERM), || UdpSocket::bind("127.0.0.1:0").map(drop));
    try_in_all(&NOT_COURIER, Outcome::Refused(EPERM), || UnixStream::connect(&path).map(drop));
    try_in_all(&[Profile::Courier], Outcome::Refused(ENOSYS), || UnixStream::connect(&path).map(drop));
    try_in_all(&[Profile::InspectorChild], KILLED, || UnixStream::connect(&path).map(drop));
}

#[test]
fn a_listener_is_of_use_to_gate_desk_and_witness_only() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for (profile, expected) in [
        (Profile::Gate, Outcome::Done),
        (Profile::Desk, Outcome::Done),
        (Profile::Witness, Outcome::Done),
        (Profile::Keeper, Outcome::Refused(EPERM)),
        (Profile::Courier, Outcome::Refused(EPERM)),
        (Profile::InspectorChild, KILLED),
    ] {
        let _caller = TcpStream::connect(address).unwrap();
        assert_eq!(in_bare(profile, || listener.accept().map(drop)), expected, "{profile:?}");
    }
}

/// M24: what was dropped somewhere can't run, and who tries ends, which is noticed.
#[test]
fn executing_ends_whoever_tries() {
    try_in_all(&Profile::ALL, KILLED, || Err(Command::new("/bin/true").exec()));
}

#[test]
fn a_second_process_can_not_be_made_by_a_server() {
    // SAFETY: the child, if there is one, leaves at once.
    let fork = || match unsafe { libc::fork() } {
        // SAFETY: as above.
        0 => unsafe { libc::_exit(0) },
        pid => done(pid),
    };
    try_in_all(&SERVERS, Outcome::Refused(ENOSYS), fork);
    try_in_all(&[Profile::InspectorChild], KILLED, fork);
}

#[test]
fn anothers_memory_is_out_of_reach() {
    let secret = [7_u8; 8];
    let me = std::process::id() as i32;
    let read = || {
        let mut copy = [0_u8; 8];
        let local = libc::iovec { iov_base: copy.as_mut_ptr().cast(), iov_len: 8 };
        let remote = libc::iovec { iov_base: secret.as_ptr().cast_mut().cast(), iov_len: 8 };
        // SAFETY: both ranges are eight bytes that outlive the call.
        done(unsafe { libc::process_vm_readv(me, &local, 1, &remote, 1, 0) } as i64)
    };
    try_in_all(&Profile::ALL, KILLED, read);
    // SAFETY: attaching touches no memory of ours.
    try_in_all(&Profile::ALL, KILLED, || done(unsafe { libc::ptrace(libc::PTRACE_SEIZE, me, 0, 0) }));
    try_in_all(&SERVERS, Outcome::Refused(EACCES), || File::open(format!("/proc/{me}/mem")).map(drop));
    try_in_all(&SERVERS, Outcome::Refused(EACCES), || File::open(format!("/proc/{me}/environ")).map(drop));
    // SAFETY: signal 0 only asks.
    try_in_all(&NOT_CHILD, Outcome::Refused(EPERM), || done(unsafe { libc::kill(me, 0) }));
}

#[test]
fn memory_is_never_executable() {
    let map = || {
        let (protection, flags) = (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, where the kernel likes.
        let place = unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0) };
        if place == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
    };
    let change = || {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping, where the kernel likes.
        let place = unsafe { libc::mmap(std::ptr::null_mut(), 4096, libc::PROT_WRITE, flags, -1, 0) };
        // SAFETY: that mapping.
        done(unsafe { libc::mprotect(place, 4096, libc::PROT_READ | libc::PROT_EXEC) })
    };
    try_in_all(&NOT_CHILD, Outcome::Refused(EPERM), map);
    try_in_all(&NOT_CHILD, Outcome::Refused(EPERM), change);
    try_in_all(&[Profile::InspectorChild], KILLED, map);
    try_in_all(&[Profile::InspectorChild], KILLED, change);
}

#[test]
fn the_kernels_side_doors_are_shut() {
    // SAFETY: the call fails before it looks at the null pointer.
    try_in_all(&Profile::ALL, KILLED, || done(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, 0) }));
    // SAFETY: touches no memory of ours.
    try_in_all(&Profile::ALL, KILLED, || done(unsafe { libc::unshare(libc::CLONE_NEWUSER) }));
    // SAFETY: the name is a C string.
    try_in_all(&NOT_CHILD, Outcome::Refused(EPERM), || done(unsafe { libc::memfd_create(c"x".as_ptr(), 0) }));
    let letter = b'x';
    // SAFETY: the letter outlives the call.
    try_in_all(&SERVERS, Outcome::Refused(ENOSYS), || done(unsafe { libc::ioctl(0, libc::TIOCSTI, &letter) }));
    let datagrams = || {
        let mut pair = [0; 2];
        // SAFETY: the pair has room for two descriptors.
        done(unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_DGRAM, 0, pair.as_mut_ptr()) })
    };
    try_in_all(&SERVERS, Outcome::Refused(ENOSYS), datagrams);
    try_in_all(&SERVERS, Outcome::Done, || UnixStream::pair().map(drop));
}

#[test]
fn a_thread_that_starts_later_is_confined_too() {
    let from_thread = || std::thread::spawn(|| File::open("/etc/hostname").map(drop)).join().unwrap();
    try_in_all(&SERVERS, Outcome::Refused(EACCES), from_thread);
}

#[test]
fn with_a_thread_already_there_nobody_pretends_to_be_confined() {
    let room = plan(Profile::Gate, &[]);
    let outcome = forked(|| {
        let (keep, wait) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || wait.recv());
        let refused = matches!(confine(&room, Options::default()), Err(ConfineError::TooLate(2)));
        drop(keep);
        i32::from(!refused)
    });
    assert_eq!(outcome, Outcome::Done);
}

#[test]
fn without_landlock_the_floor_refuses() {
    let room = plan(Profile::Gate, &[]);
    let without = Options { landlock_off_for_test: true, ..Options::default() };
    let outcome = forked(|| match confine(&room, without) {
        Err(ConfineError::BelowFloor { missing }) => i32::from(!missing.contains("landlock_files")),
        _ => 9,
    });
    assert_eq!(outcome, Outcome::Done);
    let outcome = forked(|| {
        let grade = confine(&room, Options { danger_unconfined: true, ..without });
        i32::from(!grade.is_ok_and(|grade| !grade.at_floor() && grade.seccomp))
    });
    assert_eq!(outcome, Outcome::Done);
}

#[test]
fn the_grade_is_full_where_the_kernel_has_everything() {
    let room = Plan { own_user: true, ..plan(Profile::Keeper, &[]) };
    let outcome = forked(|| {
        let Ok(grade) = confine(&room, Options::default()) else { return 1 };
        let complete = grade.landlock_abi >= 6 && grade.secret_memory == Some(SecretKind::Secret);
        i32::from(!grade.at_floor() || grade.is_full() != complete)
    });
    assert_eq!(outcome, Outcome::Done);
}

#[test]
fn the_keeper_gets_secret_memory_after_it_is_confined() {
    let expected = if is_available() { SecretKind::Secret } else { SecretKind::Locked };
    let outcome = in_bare(Profile::Keeper, || {
        let mut page = SecretPage::new(4096)?;
        page.with(|bytes| bytes.fill(1));
        if page.kind() == expected { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::ENOMEM)) }
    });
    assert_eq!(outcome, Outcome::Done);
}

#[test]
fn computing_allocating_and_panicking_are_free_in_the_smallest_room() {
    let outcome = in_bare(Profile::InspectorChild, || {
        let blocks: Vec<Vec<u8>> = (1..20).map(|size| vec![size; usize::from(size) << 20]).collect();
        let sum: u64 = blocks.iter().flatten().map(|byte| u64::from(*byte)).sum();
        std::panic::set_hook(Box::new(|_| {}));
        let caught = std::panic::catch_unwind(|| panic!("in vain")).is_err();
        if sum > 0 && caught { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::EIO)) }
    });
    assert_eq!(outcome, Outcome::Done);
}

#[test]
fn limits_and_privileges_can_not_be_raised_again() {
    let raise = || {
        let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: the limit outlives the call.
        done(unsafe { libc::setrlimit(libc::RLIMIT_CORE, &limit) })
    };
    try_in_all(&SERVERS, Outcome::Refused(ENOSYS), raise);
    // SAFETY: plain integers.
    try_in_all(&NOT_CHILD, Outcome::Refused(EPERM), || done(unsafe { libc::setuid(0) }));
    // SAFETY: plain integers.
    try_in_all(&SERVERS, Outcome::Refused(ENOSYS), || done(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) }));
}
