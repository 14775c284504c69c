//! Stop switches at the real doors, by command and at the desk.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Output,
    time::Instant,
};

use sekisho::demo::{House, Picture};
use serde_json::Value;

use super::{house, refused::refused, sekisho, told, until::until};

fn stop(house: &House, arguments: &[&str]) -> Output {
    sekisho(house, "stop").args(arguments).arg("--json").output().unwrap()
}

/// Stops something by command; under which name it is lifted.
fn stopped(house: &House, target: &str) -> String {
    let told: Value = told(&stop(house, &[target, "--why", "a drill"]));
    told["stop"].as_str().unwrap().to_owned()
}

fn lift(house: &House, id: &str) {
    assert_eq!(told(&stop(house, &["--lift", id, "--why", "over"]))["lifted"], true);
}

/// Lets everything go on that is stopped.
pub(super) fn lift_all(house: &House) {
    let listed: Value = told(&stop(house, &["--list"]));
    listed["stops"].as_array().unwrap().iter().for_each(|stop| lift(house, stop["id"].as_str().unwrap()));
}

/// The names under which what the page shows is lifted.
fn shown(page: &str) -> Vec<&str> {
    let lines = page.split("action=\"/watch/stops/lift\"").skip(1);
    lines.map(|line| line.split("name=\"stop\" value=\"").nth(1).unwrap().split('"').next().unwrap()).collect()
}

fn person(page: &str, value: &str, name: &str) -> String {
    let found = page.split(value).skip(1).find(|part| part.contains(name)).unwrap();
    found.split('"').next().unwrap().to_owned()
}

/// M26: after a lockdown, at the desk: one site and one reviewer, then all of both.
pub(super) fn an_officer_reopens_step_by_step(house: &House) {
    assert_eq!(refused(house), Some(503), "the keeper has its keys, and nobody sees anything yet");
    let page = house.officer_sees("/watch/stops").unwrap();
    let reviewer = person(&page, "name=\"staff\" value=\"", "demo-reviewer");
    let everything = shown(&page)[0];
    let first = [("stop", everything), ("site", "sample-site"), ("staff", &reviewer), ("why", "checked")];
    let send = |path: &str, fields: &[(&str, &str)]| house.officer_sends("/watch/stops", path, fields).unwrap().0;
    assert_eq!(send("/watch/stops/reopen", &first), 303);
    assert!(house.look(Some("old_enough")).is_ok());
    let page = house.officer_sees("/watch/stops").unwrap();
    assert_eq!(shown(&page).len(), 2, "other sites and other reviewers still wait");
    for id in shown(&page) {
        assert_eq!(send("/watch/stops/lift", &[("stop", id), ("why", "it went well")]), 303);
    }
    assert!(house.officer_sees("/watch/stops").unwrap().contains("何も止まっていません"));
}

/// Waits until it is so, and prints how long that took. Nothing is judged by it: the machine may be busy.
#[allow(clippy::print_stdout)]
fn within(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    until(what, &mut done);
    println!("{what}: felt within {} ms", began.elapsed().as_millis());
}

/// M25, M26: a function and a site, by command; listed with who and why, and lifted.
#[test]
fn uploads_or_a_site_are_stopped_by_command_and_go_on() {
    let house = house();
    let uploads = stopped(&house, "uploads");
    within("no document is taken in", || house.submit("card.jpg", &Picture::specimen()).is_err());
    assert!(house.ask().is_ok(), "the control: the site's calls are answered");
    let listed = stop(&house, &["--list"]);
    assert_eq!((listed.status.code(), told(&listed)["stops"][0]["why"].clone()), (Some(1), "a drill".into()));
    lift(&house, &uploads);
    within("it is taken in again", || house.submit("card.jpg", &Picture::specimen()).is_ok());
    assert_eq!(stop(&house, &["--list"]).status.code(), Some(0));
    let other = stopped(&house, "site:some-other-site");
    assert!(house.ask().is_ok(), "another site's stop concerns nobody else");
    lift(&house, &other);
    let site = stopped(&house, "site:sample-site");
    within("the site's calls are refused", || house.ask().is_err());
    assert_eq!(refused(&house), Some(503), "and its documents open to nobody");
    lift(&house, &site);
    within("they are answered", || house.ask().is_ok());
    house.clear_away().unwrap();
}

/// What a program's order at the desk is answered: the status, and all that came.
fn order(house: &House, key: &str, target: &str) -> (u16, String) {
    let body = format!("{{\"target\":\"{target}\",\"why\":\"a drill\"}}");
    let head = format!(
        "POST /api/stops HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        house.desk.authority,
        body.len()
    );
    let mut stream = TcpStream::connect(house.desk.address).unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

/// M25, M26: a key that only stops: made by command, used over HTTP, felt at the gate; it stops nothing else, and nothing
/// at all when it is dropped.
#[test]
fn a_program_with_a_key_stops_uploads_at_the_desks_door() {
    let house = house();
    let made: Value = told(&stop(&house, &["--make-key", "night-watch", "--may", "uploads"]));
    let key = made["key"].as_str().unwrap();
    assert_eq!(order(&house, key, "viewings").0, 403);
    assert_eq!(order(&house, "skstop_guessed", "uploads").0, 401);
    assert!(house.submit("card.jpg", &Picture::specimen()).is_ok(), "the control: nothing is stopped yet");
    let (status, answer) = order(&house, key, "uploads");
    assert_eq!(status, 201, "{answer}");
    within("no document is taken in", || house.submit("card.jpg", &Picture::specimen()).is_err());
    assert_eq!(told(&stop(&house, &["--list"]))["stops"][0]["why"], "night-watch: a drill");
    lift_all(&house);
    within("it is taken in again", || house.submit("card.jpg", &Picture::specimen()).is_ok());
    assert_eq!(told(&stop(&house, &["--keys"]))["keys"][0]["name"], "night-watch");
    assert_eq!(told(&stop(&house, &["--drop-key", "night-watch"]))["dropped"], true);
    assert_eq!(order(&house, key, "uploads").0, 401);
    house.clear_away().unwrap();
}

/// M25, M26: a person, at the desk: their session ends, and they come in no more, until an officer says so.
#[test]
fn a_stopped_persons_desk_refuses_them() {
    let house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    let mut look = house.take().unwrap();
    let page = house.officer_sees("/watch/stops").unwrap();
    let person = format!("person:{}", person(&page, "value=\"person:", "demo-reviewer"));
    let send = |path: &str, fields: &[(&str, &str)]| house.officer_sends("/watch/stops", path, fields).unwrap().0;
    assert_eq!(send("/watch/stops", &[("target", &person), ("why", "a drill")]), 303);
    within("their desk shows nothing", || {
        look.view().is_ok_and(|(status, page)| status != 200 && !page.contains(";base64,"))
    });
    assert_eq!(refused(&house), Some(503));
    let page = house.officer_sees("/watch/stops").unwrap();
    let id = shown(&page)[0];
    assert_eq!(send("/watch/stops/lift", &[("stop", id), ("why", "over")]), 303);
    assert_eq!(refused(&house), None);
    house.clear_away().unwrap();
}

/// M25, M26: nobody at an address is answered, at either door; the address is on no ledger.
#[test]
fn a_stopped_address_is_answered_by_neither_gate_nor_desk() {
    let house = house();
    let network = stopped(&house, "network:127.0.0.1");
    within("the desk's door", || house.overview().is_err());
    within("the gate's door", || house.ask().is_err());
    lift(&house, &network);
    within("both open again", || house.overview().is_ok() && house.ask().is_ok());
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("運用者 が止めました(network of 32 bits): a drill") && !board.contains("127.0.0.1"));
    house.clear_away().unwrap();
}

/// M25, M26: everything: no picture, no upload, no call; officers come in, and let it go on.
#[test]
fn where_everything_is_stopped_views_refuse_and_an_officer_lets_it_go_on() {
    let house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    let (_, link) = house.ask().unwrap();
    let mut look = house.take().unwrap();
    stopped(&house, "everything");
    let (status, page) = look.view().unwrap();
    assert!(status == 503 && page.contains("stopped") && !page.contains(";base64,"), "{status}");
    within("no call is answered", || house.ask().is_err());
    assert!(!matches!(house.send(&link, "card.jpg", &Picture::specimen()), Ok(Ok(()))));
    let page = house.officer_sees("/watch/stops").unwrap();
    let id = shown(&page)[0];
    let fields = [("stop", id), ("why", "over")];
    assert_eq!(house.officer_sends("/watch/stops", "/watch/stops/lift", &fields).unwrap().0, 303);
    assert!(look.view().unwrap().1.contains(";base64,"), "the assignment still stands");
    within("calls are answered", || house.ask().is_ok());
    house.clear_away().unwrap();
}
