//! Alerts on a whole installation: the real binary's confined processes, a mail server, and `sekisho alert`.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/smtp.rs"]
mod smtp;

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Command, Output},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use sekisho::{
    demo::{Build, House},
    supervisor::Role,
};
use sekisho_keeper::keystore::Cost;
use serde_json::Value;
use smtp::{MailServer, Speaks};

/// An installation whose courier may dial `ports`.
fn house(ports: Vec<u16>) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, ports, cost: Some(Cost::TEST), ..Build::default() }).unwrap()
}

fn sekisho(house: &House, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    command.args(["alert"]).args(arguments).arg("--data").arg(house.data()).arg("--json").output().unwrap()
}

/// What a command that succeeds says.
#[track_caller]
fn told(house: &House, arguments: &[&str]) -> Value {
    let output = sekisho(house, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Two people, both at `server`, one minute each.
fn rota(house: &House, server: &MailServer, more: &str) {
    let (port, ca) = (server.port, &server.ca);
    let people = ["aoki", "baba"].map(|name| format!("[[people]]\nname = \"{name}\"\nmail = \"{name}@example.jp\"\n"));
    let text = format!(
        "minutes = 1\n{more}\n[mail]\nserver = \"localhost\"\nport = {port}\ntls = \"starttls\"\n\
         from = \"sekisho@example.jp\"\nca = \"\"\"\n{ca}\"\"\"\n{}",
        people.concat()
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    assert_eq!(told(house, &["rota", file.path().to_str().unwrap()])["people"], serde_json::json!(["aoki", "baba"]));
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < limit, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn to(server: &MailServer, name: &str) -> usize {
    server.mails().iter().filter(|mail| mail.to[0].contains(name)).count()
}

/// From the command to the mail, to the next person, to the acknowledgment, with nothing in between that is not real.
#[test]
fn a_test_alert_reaches_the_first_by_mail_then_the_next_until_it_is_acknowledged() {
    let server = MailServer::start(Speaks::Starttls);
    let house = house(vec![server.port]);
    let output = sekisho(&house, &["test"]);
    assert_eq!(output.status.code(), Some(2), "nobody would be called, and that is said");
    rota(&house, &server, "");
    let alert = told(&house, &["test"])["alert"].as_str().unwrap().to_owned();
    let mail = until("the first has mail", || server.mails().first().cloned());
    assert!(mail.tls && mail.to[0].contains("aoki@example.jp") && mail.text.contains("Message-ID: <cal_"), "{mail:?}");
    house.handle().set_clock_ahead(61);
    until("the next has mail", || (to(&server, "baba") == 1).then_some(()));
    let list = until("both are said to be reached", || {
        let output = sekisho(&house, &["list"]);
        assert_eq!(output.status.code(), Some(1), "something waits");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        list[0]["called"].as_array().unwrap().iter().all(|one| !one["reached"].is_null()).then_some(list)
    });
    assert_eq!((list[0]["kind"].as_str(), list[0]["called"][1]["name"].as_str()), (Some("test"), Some("baba")));
    assert_eq!(told(&house, &["acknowledge", &alert])["acknowledged"], alert.as_str());
    assert_eq!(told(&house, &["list"])[0]["acknowledged"]["by"], "operator");
    house.handle().set_clock_ahead(3_600);
    // Whoever is called after this one was not called for that one: the outbox goes in order.
    told(&house, &["test"]);
    until("the next test arrives", || (to(&server, "aoki") == 2).then_some(()));
    assert_eq!(server.mails().len(), 3);
}

/// Killed while the server has the mail and has not said so: it comes again, as the same mail, and none is lost.
#[test]
fn a_courier_killed_between_the_outbox_and_the_servers_word_loses_no_alert() {
    let server = MailServer::start(Speaks::Starttls);
    let house = house(vec![server.port]);
    rota(&house, &server, "");
    let courier = || house.processes().into_iter().find(|process| process.role == Role::Courier && process.ready);
    for round in 1..=3 {
        let held = server.hold();
        let seen = server.seen();
        told(&house, &["test"]);
        until("the server has heard the mail", || (server.seen() > seen).then_some(()));
        let killed = until("a courier runs", courier).pid;
        kill_process(Pid::from_raw(killed as i32).unwrap(), Signal::KILL).unwrap();
        until("another courier runs", || courier().filter(|process| process.pid != killed));
        drop(held);
        let reached = || {
            let output = sekisho(&house, &["list"]);
            let list: Value = serde_json::from_slice(&output.stdout).unwrap();
            (!list[0]["called"][0]["reached"].is_null()).then_some(())
        };
        until("the mail was taken and that is known", reached);
        let mails = server.mails();
        let ids = mails
            .iter()
            .filter_map(|mail| mail.text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned));
        let ids: std::collections::BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), round, "what came twice is the same mail");
    }
}

/// A server that reads requests and answers each with 200.
fn beats() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut read = vec![0; 4096];
            let count = stream.read(&mut read).unwrap_or(0);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            let _ = tell.send(String::from_utf8_lossy(&read[..count]).into_owned());
        }
    });
    (port, told)
}

#[test]
fn the_heart_of_a_whole_installation_beats() {
    let (server, (port, told)) = (MailServer::start(Speaks::Starttls), beats());
    let house = house(vec![server.port, port]);
    rota(&house, &server, &format!("[heartbeat]\nurl = \"http://beat.localhost:{port}/x\"\nseconds = 10"));
    for _ in 0..2 {
        let read = told.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(read.starts_with("GET /x HTTP/1.1\r\n"), "{read}");
    }
}

/// The door is the owner's, and says so to whoever comes to the wrong house.
#[test]
fn an_installation_that_does_not_run_is_named() {
    let mut house = house(Vec::new());
    house.rest();
    let output = sekisho(&house, &["list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Is `sekisho serve` running"));
}
