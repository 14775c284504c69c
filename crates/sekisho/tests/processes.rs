//! The real binary's processes: confined, restarted, ended.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};
use sekisho::app::founding;
use sekisho::demo::{Build, House, Picture};
use sekisho::supervisor::{Config, Handle, Passphrase, ProcessReport, Role, StartError, Supervisor};
use sekisho_core::{budget::Limits, watch};
use sekisho_keeper::{engine::Plan, keystore::Cost};
use sekisho_sys::confine::Options;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// A place that the roles' users can reach.
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711)).unwrap();
    place
}

fn config(place: &Path) -> Config {
    let listener = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (gate, desk) = (listener(), listener());
    let origin = |name: &str, listener: &TcpListener| {
        format!("http://{name}.localhost:{}", listener.local_addr().unwrap().port())
    };
    let config = Config {
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))),
        data: place.join("data"),
        keystore: place.join("keys/keystore"),
        passphrase: Passphrase(Zeroizing::new(b"for this test".to_vec())),
        gate_origin: origin("gate", &gate),
        desk_origin: origin("desk", &desk),
        gate,
        desk,
        test: true,
        figures: None,
        identities: Default::default(),
        behind_proxy: false,
        webhook_ports: Vec::new(),
        witnesses: Default::default(),
        budget: None,
        watch: None,
        demo_reviewer: None,
        networks: Default::default(),
        proposes_age: false,
        driven: Default::default(),
        confinement: Options::default(),
    };
    found(&config);
    config
}

fn found(config: &Config) {
    let plan = Plan {
        test: true,
        desk_origin: config.desk_origin.clone(),
        ledger_name: "processes.example".into(),
        cost: Cost::TEST,
        budget: Limits::default(),
        watch: watch::Setup::all(watch::Switch::Off),
        policies: sekisho::policy_file::built_in(),
        sites: Vec::new(),
        people: Vec::new(),
    };
    founding::found(&config.data, &config.keystore, &config.passphrase, &plan).unwrap();
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < limit, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn of(handle: &Handle, role: Role) -> Option<ProcessReport> {
    handle.processes().into_iter().find(|process| process.role == role && process.ready)
}

fn pid(raw: u32) -> Pid {
    Pid::from_raw(raw as i32).unwrap()
}

fn is_gone(raw: u32) -> bool {
    test_kill_process(pid(raw)).is_err()
}

/// A line of `/proc/PID/status`.
fn status(raw: u32, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{raw}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}"));
    line.trim_start_matches(':').split_whitespace().next().unwrap().to_owned()
}

/// The sockets that a process holds.
fn sockets(raw: u32) -> BTreeSet<PathBuf> {
    let links = fs::read_dir(format!("/proc/{raw}/fd")).unwrap();
    let links = links.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).collect()
}

/// What this kernel and user can't give, and nothing else, is missing.
fn allowed_to_miss(process: &ProcessReport) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if process.grade.landlock_abi < 4 {
        missing.push("landlock_ports");
    }
    if process.grade.landlock_abi < 6 {
        missing.push("landlock_scopes");
    }
    if !geteuid().is_root() {
        missing.push("own_user");
    }
    if process.role == Role::Keeper && !sekisho_sys::secret::is_available() {
        missing.push("secret_memory");
    }
    missing
}

#[test]
fn six_processes_come_up_each_as_confined_as_this_kernel_can() {
    let place = place();
    let handle = Supervisor::start(config(place.path())).unwrap();
    let processes = handle.processes();
    assert_eq!(processes.iter().map(|process| process.role).collect::<Vec<_>>(), Role::ALL);
    for process in &processes {
        assert_eq!(process.grade.missing(), allowed_to_miss(process), "{}", process.role);
        assert!(process.grade.at_floor() && process.ready && process.restarts == 0);
        // What the process says of itself, the kernel says too.
        assert_eq!(status(process.pid, "Seccomp"), "2", "{}", process.role);
        assert_eq!(status(process.pid, "NoNewPrivs"), "1", "{}", process.role);
    }
    let users: BTreeSet<String> = processes.iter().map(|process| status(process.pid, "Uid")).collect();
    assert_eq!(users.len(), if geteuid().is_root() { 6 } else { 1 });
}

#[test]
fn a_killed_process_returns_and_its_peers_get_new_ends() {
    let place = place();
    let handle = Supervisor::start(config(place.path())).unwrap();
    let [keeper, gate] = [Role::Keeper, Role::Gate].map(|role| of(&handle, role).unwrap());
    let look = geteuid().is_root();
    let before = look.then(|| sockets(gate.pid));
    assert!(look || fs::read_dir(format!("/proc/{}/fd", gate.pid)).is_err(), "not even its own user looks inside");
    kill_process(pid(keeper.pid), Signal::KILL).unwrap();
    let back = until("the keeper is back", || of(&handle, Role::Keeper).filter(|now| now.pid != keeper.pid));
    assert_eq!((back.restarts, back.grade), (1, keeper.grade));
    if let Some(before) = before {
        until("the gate has a new end", || sockets(gate.pid).difference(&before).next().map(drop));
    }
    assert_eq!(of(&handle, Role::Gate).unwrap().pid, gate.pid, "the gate stays up");
}

#[test]
fn an_orderly_stop_leaves_no_process() {
    let place = place();
    let handle = Supervisor::start(config(place.path())).unwrap();
    let processes = handle.processes();
    handle.stop();
    assert_eq!(processes.len(), 6);
    assert!(processes.iter().all(|process| is_gone(process.pid)));
}

/// M9: what was acknowledged before a power cut is there after it.
#[test]
fn a_house_that_was_killed_or_stopped_stands_again_over_its_folder() {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let mut house = House::build_as(Build { program, ..Build::default() }).unwrap();
    let check = house.submit("card.jpg", &Picture::specimen()).unwrap();
    for end in [House::die, House::rest] {
        let before = house.processes();
        end(&mut house);
        assert!(before.len() == 6 && before.iter().all(|process| is_gone(process.pid)));
        assert!(house.processes().is_empty());
        house.revive().unwrap();
        assert_eq!(house.state(check).unwrap(), "in_review");
    }
    house.look(Some("old_enough")).unwrap();
    assert_eq!(house.state(check).unwrap(), "approved");
    house.clear_away().unwrap();
}

#[test]
fn below_the_floor_nothing_starts() {
    let place = place();
    let confinement = Options { landlock_off_for_test: true, ..Options::default() };
    let refused = Supervisor::start(Config { confinement, ..config(place.path()) });
    let Err(StartError::Role { role: Role::Keeper, why }) = refused else { panic!("{refused:?}") };
    assert!(why.contains("landlock_files"), "{why}");
}

#[test]
fn whoever_gives_up_the_floor_is_told_what_is_missing() {
    let place = place();
    let confinement = Options { landlock_off_for_test: true, danger_unconfined: true };
    let handle = Supervisor::start(Config { confinement, ..config(place.path()) }).unwrap();
    assert!(handle.processes().iter().all(|process| process.grade.missing().contains(&"landlock_files")));
}

/// The children of process `parent`.
fn children(parent: u32) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let parent_of = |pid: u32| {
        fs::read_to_string(format!("/proc/{pid}/status")).ok().and_then(|status| {
            status.lines().find_map(|line| line.strip_prefix("PPid:")).and_then(|ppid| ppid.trim().parse().ok())
        })
    };
    pids.filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

fn serve(place: &Path) -> std::process::Child {
    let passphrase = place.join("passphrase");
    fs::write(&passphrase, "for this test").unwrap();
    let path = |name: &str| place.join(name).to_str().unwrap().to_owned();
    Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["serve", "--passphrase-fd", "0", "--data", &path("data"), "--keystore", &path("keys/keystore")])
        .args(["--networks", "none", "--gate-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0"])
        .args(["--gate-origin", "https://gate.example", "--desk-origin", "https://desk.example", "--behind-proxy"])
        .stdin(fs::File::open(&passphrase).unwrap())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn when_the_supervisor_dies_its_roles_end() {
    let place = place();
    let mut supervisor = serve(place.path());
    let roles = until("six roles run", || Some(children(supervisor.id())).filter(|roles| roles.len() == 6));
    supervisor.kill().unwrap();
    supervisor.wait().unwrap();
    until("they ended", || roles.iter().all(|role| is_gone(*role)).then_some(()));
}

#[test]
fn a_terminated_supervisor_stops_its_roles_and_ends_well() {
    let place = place();
    let mut supervisor = serve(place.path());
    let roles = until("six roles run", || Some(children(supervisor.id())).filter(|roles| roles.len() == 6));
    thread::sleep(Duration::from_secs(1));
    kill_process(pid(supervisor.id()), Signal::TERM).unwrap();
    assert!(supervisor.wait().unwrap().success());
    assert!(roles.iter().all(|role| is_gone(*role)));
}

/// M8: before a key is made, its place is judged.
#[test]
fn serve_refuses_a_keystore_below_the_data_and_makes_none() {
    let place = place();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let refused = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["serve", "--data", &path("data"), "--keystore", &path("data/keys/keystore"), "--gate-listen"])
        .args(["127.0.0.1:0", "--desk-listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("lies below the data"));
    assert!(!place.path().join("data/keys/keystore").exists());
}
