//! The real program `sekisho witness`: confined, over sockets, killed and started again.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use sekisho::{
    client::{Client, ClientError},
    demo::Neighbour,
    testing::log::Log,
};
use sekisho_core::ledger::{Note, WitnessKey};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "ledger.example/kpr";

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_sekisho"))
}

fn log(size: u64) -> Log {
    let mut log = Log::new(ORIGIN, [5; 32]);
    log.grow(size);
    log
}

fn witness() -> Neighbour {
    Neighbour::start("witness.example/w1", vec![log(0).key().clone()], Some(&program())).unwrap()
}

/// Status, media type and body of an answer.
struct Answer {
    status: u16,
    kind: String,
    body: String,
}

fn send(witness: &Neighbour, method: &str, path: &str, body: Vec<u8>) -> Result<Answer, ClientError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = axum::http::Request::builder().method(method).uri(path).body(body).unwrap();
    let answer = runtime.block_on(Client::default().send(&witness.server(), request))?;
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    Ok(Answer { status: answer.status().as_u16(), kind, body: String::from_utf8(answer.into_body()).unwrap() })
}

fn add(witness: &Neighbour, log: &Log, old: u64, new: u64) -> Answer {
    send(witness, "POST", "/add-checkpoint", log.request(old, new).to_string().into_bytes()).unwrap()
}

fn checkpoint_path() -> String {
    let hash: String = Sha256::digest(ORIGIN).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/{hash}/checkpoint")
}

/// M16: the statuses, the bodies and the media type of C2SP tlog-witness.
#[test]
fn it_answers_as_the_specification_has_it() {
    let (witness, log) = (witness(), log(20));
    let get = |path: &str| send(&witness, "GET", path, Vec::new()).unwrap();
    assert_eq!(get(&checkpoint_path()).status, 404);
    let first = add(&witness, &log, 0, 10);
    let mut note = Note::parse(&log.checkpoint(10)).unwrap();
    assert_eq!((first.status, note.adopt_cosignature(&first.body, witness.key()).is_ok()), (200, true));
    let conflict = add(&witness, &log, 0, 20);
    assert_eq!((conflict.status, conflict.kind.as_str(), conflict.body.as_str()), (409, "text/x.tlog.size", "10\n"));
    let mut other = self::log(20);
    other.rewrite(3);
    assert_eq!(add(&witness, &other, 10, 20).status, 422);
    assert_eq!(add(&witness, &other, 10, 10).status, 422);
    let mut strange = Log::new("elsewhere.example/log", [5; 32]);
    strange.grow(3);
    assert_eq!(add(&witness, &strange, 0, 3).status, 404);
    let mut impostor = Log::new(ORIGIN, [9; 32]);
    impostor.grow(20);
    assert_eq!(add(&witness, &impostor, 10, 20).status, 403);
    assert_eq!(send(&witness, "POST", "/add-checkpoint", b"old x\n".to_vec()).unwrap().status, 400);
    assert_eq!(send(&witness, "POST", "/add-checkpoint", vec![b'a'; 300 << 10]).unwrap().status, 413);
    assert_eq!(send(&witness, "GET", "/add-checkpoint", Vec::new()).unwrap().status, 405);
    let shown = get(&checkpoint_path());
    let shown = Note::parse(&shown.body).unwrap();
    assert!(shown.verify(log.key()).is_ok() && shown.verify_cosignature(witness.key()).is_ok());
    let home = get("/").body;
    assert!(
        home.contains(&witness.key().to_string()) && home.contains("10 entries") && home.contains("ALARM"),
        "{home}"
    );
}

/// M16: everything that ever left the witness, over many kills: one tree for each size, sizes and times that only grow.
#[test]
fn killed_at_any_moment_it_never_contradicts_itself() {
    let mut witness = witness();
    let (honest, mut other) = (log(4_000), log(4_000));
    other.rewrite(0);
    assert_eq!(add(&witness, &honest, 0, 1).status, 200);
    let mut left: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
    let mut answers = 0;
    for round in 0..20_u64 {
        let stop = Duration::from_millis(5 + round * 7 % 60);
        let address = witness.server();
        let seen = thread::scope(|scope| {
            let work = scope.spawn(|| drive(&address, [&honest, &other], witness.key()));
            thread::sleep(stop);
            kill(&witness);
            work.join().unwrap()
        });
        for (size, time, is_honest) in seen {
            if let Some((_, before)) = left.get(&size) {
                assert_eq!(*before, is_honest, "two trees of {size} entries in round {round}");
            }
            let newest = left.last_key_value().map_or((0, 0), |(size, (time, _))| (*size, *time));
            assert!(size >= newest.0 && time >= newest.1, "{size} at {time} after {newest:?}");
            left.insert(size, (time, is_honest));
            answers += 1;
        }
        witness.die();
        witness.revive().unwrap();
        let known: u64 = add(&witness, &honest, 4_000, 4_000).body.trim().parse().unwrap();
        assert!(known >= left.last_key_value().map_or(0, |(size, _)| *size), "it forgot what it gave out");
        assert_eq!(add(&witness, &other, known, known + 1).status, 422, "round {round}");
        assert_eq!(add(&witness, &other, known, known).status, 422, "round {round}");
    }
    assert!(left.values().all(|(_, is_honest)| *is_honest), "one history only");
    assert!(answers > 10, "only {answers} answers: it was killed before it could be asked");
}

fn kill(witness: &Neighbour) {
    let pid = rustix::process::Pid::from_raw(witness.pid().unwrap() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// Asks for one more leaf at a time, now of one history, now of the other, until nobody answers.
fn drive(server: &sekisho::client::Server, logs: [&Log; 2], key: &WitnessKey) -> Vec<(u64, u64, bool)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::default();
    let (mut known, mut seen) = (0, Vec::new());
    for turn in 0.. {
        let log = logs[turn % 2];
        let body = log.request(known, known + 1).to_string().into_bytes();
        let request = axum::http::Request::post("/add-checkpoint").body(body).unwrap();
        let Ok(answer) = runtime.block_on(client.send(server, request)) else { break };
        let body = String::from_utf8(answer.body().clone()).unwrap();
        match answer.status().as_u16() {
            200 => {
                known += 1;
                let mut note = Note::parse(&log.checkpoint(known)).unwrap();
                let time = note.adopt_cosignature(&body, key).unwrap();
                seen.push((known, time.0, turn % 2 == 0));
            }
            409 => known = body.trim().parse().unwrap(),
            422 => {}
            other => panic!("{other}: {body}"),
        }
    }
    seen
}

#[test]
fn a_second_process_does_not_get_the_folder() {
    let witness = witness();
    let second = serve(witness.folder(), &[]);
    assert_eq!(second.0, Some(2));
    assert!(second.1.contains("stop that one first"), "{}", second.1);
}

/// Runs `sekisho witness` over a folder, for cases in which it ends by itself.
fn serve(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program());
    command.args(["witness", "--listen", "127.0.0.1:0", "--log", &log(0).key().to_string(), "--state"]).arg(folder);
    let output = command.args(more).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// M16: a witness that lost its memory could sign another history.
#[test]
fn a_witness_without_its_memory_does_not_start() {
    let mut witness = witness();
    assert_eq!(add(&witness, &log(5), 0, 5).status, 200);
    witness.die();
    fs::rename(witness.folder().join("cosigned"), witness.folder().join("elsewhere")).unwrap();
    let (status, said) = serve(witness.folder(), &[]);
    assert!(status == Some(2) && said.contains("make a new witness"), "{said}");
    fs::rename(witness.folder().join("elsewhere"), witness.folder().join("cosigned")).unwrap();
    witness.revive().unwrap();
    assert_eq!(add(&witness, &log(5), 0, 5).status, 409);
}

#[test]
fn it_is_confined_and_keeps_no_more_than_its_folder_and_port() {
    let witness = witness();
    let status = fs::read_to_string(format!("/proc/{}/status", witness.pid().unwrap())).unwrap();
    assert!(status.contains("Seccomp:\t2") && status.contains("NoNewPrivs:\t1"), "{status}");
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(witness.folder().join("cosigned")).unwrap());
    assert_eq!(mode & 0o077, 0);
}

#[test]
fn a_caller_that_sends_slowly_is_given_up_and_others_are_answered_meanwhile() {
    let witness = witness();
    let mut slow = TcpStream::connect(witness.server().address).unwrap();
    slow.write_all(b"POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nold").unwrap();
    assert_eq!(add(&witness, &log(5), 0, 5).status, 200);
    slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut said = String::new();
    let _ = slow.read_to_string(&mut said);
    assert!(said.starts_with("HTTP/1.1 4"), "{said:?}");
}

#[test]
fn the_key_is_printed_and_told_apart_from_a_logs() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("state");
    let key = |more: &[&str]| {
        let mut command = Command::new(program());
        command.args(["witness", "key", "--state"]).arg(&state).args(more).output().unwrap()
    };
    assert_eq!(key(&[]).status.code(), Some(2));
    let made = key(&["--name", "witness.example/w1", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!((told["made"].as_bool(), told["name"].as_str()), (Some(true), Some("witness.example/w1")));
    let printed = String::from_utf8(key(&[]).stdout).unwrap();
    assert_eq!(printed.trim(), told["witness"].as_str().unwrap());
    assert!(printed.trim().parse::<WitnessKey>().is_ok());
}
