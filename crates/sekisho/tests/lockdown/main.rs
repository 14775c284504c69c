//! Lockdown, pause, stop switches and custodians on the real processes: by command and at the desk, through restarts and
//! a power cut, and how each ends.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "../common/refused.rs"]
mod refused;
#[path = "../common/until.rs"]
mod until;

mod custodians;
mod stops;
mod waiting;

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Instant,
};

use refused::refused;
use rustix::process::{Pid, Signal, kill_process};
use sekisho::{
    demo::{Build, House, Picture},
    supervisor::Role,
};
use serde_json::Value;
use until::until;

fn house() -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    House::build_as(Build { program, officer: true, ..Build::default() }).unwrap()
}

fn sekisho(house: &House, command: &str) -> Command {
    let mut sekisho = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    sekisho.arg(command).arg("--data").arg(house.data());
    sekisho
}

fn lock_down(house: &House) -> Output {
    sekisho(house, "lockdown").args(["--why", "a key was found outside", "--json"]).output().unwrap()
}

/// `sekisho unlock`, with what is given as the passphrase.
fn unlock(house: &House, passphrase: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passphrase");
    fs::write(&file, [passphrase, b"\n"].concat()).unwrap();
    let given = Stdio::from(File::open(&file).unwrap());
    sekisho(house, "unlock").args(["--passphrase-fd", "0", "--json"]).stdin(given).output().unwrap()
}

fn told(output: &Output) -> Value {
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said()))
}

/// M26: one command; whoever has an assignment gets no picture any more. How long that takes is printed.
#[test]
fn by_command_nothing_opens_any_more_and_no_start_changes_that() {
    let mut house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    assert!(house.look(Some("old_enough")).is_ok(), "the control: until then it opens");
    let mut look = house.take().unwrap();
    let began = Instant::now();
    let locked = lock_down(&house);
    assert_eq!(told(&locked)["locked_down"], true);
    let (status, page) = look.view().unwrap();
    println!("views answered 503 within {} ms of the command's start", began.elapsed().as_millis());
    assert!(status == 503 && page.contains("locked_down") && !page.contains(";base64,"));
    assert_eq!(lock_down(&house).status.code(), Some(2), "it is already");
    // In order, with the passphrase at hand as a service manager has it; and as a power cut would have it.
    house.rest();
    house.revive().unwrap();
    assert_eq!(refused(&house), Some(503));
    house.die();
    house.revive().unwrap();
    assert_eq!(refused(&house), Some(503));
    assert!(house.submit("card.jpg", &Picture::specimen()).is_err());
    assert_eq!(unlock(&house, b"another passphrase").status.code(), Some(2));
    assert_eq!(refused(&house), Some(503));
    let passphrase = house.passphrase().0.clone();
    let unlocked = told(&unlock(&house, &passphrase));
    assert_eq!((&unlocked["locked"], &unlocked["stopped"]), (&false.into(), &1.into()));
    stops::an_officer_reopens_step_by_step(&house);
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("運用者 が施錠を命じました: a key was found outside"), "{board}");
    assert!(board.contains("合言葉で解錠されました"));
    house.clear_away().unwrap();
}

/// M26: nobody opens anything, with an assignment or without, until the officer says so; or else it ends by itself.
#[test]
fn a_pause_by_command_holds_every_viewing_and_is_lifted_at_the_desk() {
    let house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    assert!(house.look(Some("old_enough")).is_ok(), "the control: until then it opens");
    let mut look = house.take().unwrap();
    let paused = sekisho(&house, "pause").args(["--minutes", "60", "--json"]).output().unwrap();
    assert_eq!(told(&paused)["paused_minutes"], 60);
    let (status, page) = look.view().unwrap();
    assert!(status == 503 && page.contains("paused") && !page.contains(";base64,"));
    assert!(house.submit("card.jpg", &Picture::specimen()).is_ok(), "documents are taken in meanwhile");
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("運用者 が閲覧を止めました") && board.contains("自動で終わります"), "{board}");
    let (status, _) = house.officer_sends("/watch", "/watch/resume", &[]).unwrap();
    assert_eq!(status, 303);
    assert!(look.view().unwrap().1.contains(";base64,"), "the assignment still stands");
    for minutes in ["0", "481"] {
        assert_eq!(sekisho(&house, "pause").args(["--minutes", minutes]).output().unwrap().status.code(), Some(2));
    }
    house.clear_away().unwrap();
}

/// M26: from the desk, by an officer; the passphrase is in no process any more, so a keeper that dies comes back locked.
#[test]
fn at_the_desk_an_officer_shuts_the_vault_and_a_keeper_that_dies_has_no_passphrase() {
    let house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    let why = [("why", "two sessions at once")];
    let (status, page) = house.officer_sends("/watch/lockdown", "/watch/lockdown", &why).unwrap();
    assert!(status == 200 && page.contains("施錠しました"));
    assert_eq!(refused(&house), Some(503));
    assert!(house.officer_sees("/watch").is_err(), "nobody's shift begins");
    let passphrase = house.passphrase().0.clone();
    assert_eq!(told(&unlock(&house, &passphrase))["locked"], false);
    assert!(house.officer_sees("/watch").unwrap().contains("demo-officer が施錠を命じました: two sessions at once"));
    stops::lift_all(&house);
    assert!(house.look(Some("unreadable")).is_ok());
    // A keeper that dies is started anew by the supervisor, which has forgotten what opens the keystore.
    let keeper = || house.processes().into_iter().find(|process| process.role == Role::Keeper);
    let pid = Pid::from_raw(keeper().unwrap().pid.cast_signed()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    until("the keeper is back", || keeper().is_some_and(|keeper| keeper.restarts == 1 && keeper.ready));
    assert_eq!(refused(&house), Some(503));
    assert_eq!(told(&unlock(&house, &passphrase))["locked"], false);
    until("the desk speaks to it", || house.officer_sees("/watch").is_ok());
    house.clear_away().unwrap();
}

#[test]
fn where_nothing_runs_the_commands_say_so_and_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["lockdown", "--why", "x"][..], &["unlock"], &["pause"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
        let output = command.args(arguments).arg("--data").arg(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("Is `sekisho serve` running on this --data"));
    }
}
