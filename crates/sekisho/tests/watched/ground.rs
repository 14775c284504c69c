//! A house that is watched or not, and what stands in its ledger.

use std::path::PathBuf;

use rustix::process::{Pid, Signal, kill_process};
use sekisho::{
    demo::{Build, House, Picture},
    supervisor::Role,
};
use sekisho_core::{
    budget::Limits,
    event::What,
    watch::{Detector, Finding, Setup, Switch},
};
use sekisho_keeper::keystore::Cost;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

use crate::{record, until::until};

/// How a house is made whose budgets stop nobody: if somebody is stopped, the watch does it.
pub(crate) fn build(watch: Setup) -> Build {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let (budget, watch) = (Some(Limits::endless()), Some(watch));
    Build { program, budget, watch, officer: true, cost: Some(Cost::TEST), ..Build::default() }
}

/// The control: the same with every detector off.
pub(crate) fn unwatched() -> Build {
    build(Setup::all(Switch::Off))
}

/// So many documents wait.
pub(crate) fn fill(house: &House, count: usize) {
    for _ in 0..count {
        house.submit("card.jpg", &Picture::specimen()).unwrap();
    }
}

/// What was found, by one detector.
pub(crate) fn found(house: &House, detector: Detector) -> Vec<Finding> {
    let found = record::events(&house.data()).into_iter().filter_map(|what| match what {
        What::Found { finding } if finding.detector == detector => Some(finding),
        _ => None,
    });
    found.collect()
}

/// Kills a process and waits until the supervisor has another one in its place.
pub(crate) fn kill(house: &House, role: Role) {
    let of = || house.processes().into_iter().find(|process| process.role == role && process.ready);
    let before = of().unwrap().pid;
    kill_process(Pid::from_raw(before.cast_signed()).unwrap(), Signal::KILL).unwrap();
    until("it is back", || of().is_some_and(|now| now.pid != before));
}

/// The gate's answer to a request from this address of the machine itself: its status, and all that came.
pub(crate) fn ask_gate(house: &House, from: [u8; 4], path: &str, headers: &str) -> (u16, String) {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}\r\n", house.gate.authority);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let answer = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream = socket.connect(house.gate.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}
