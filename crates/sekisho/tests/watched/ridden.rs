//! A reviewer's session in the hands of a program.

use std::{fs, process::Command};

use sekisho::demo::{Build, House, StoryError};
use sekisho_core::{
    event::What,
    watch::{Detector, Setup, Verdict},
};

use crate::{
    ground::{build, fill, found, unwatched},
    record::events,
    smtp::{MailServer, Speaks},
    until::until,
};

/// How many documents wait.
const WAITING: usize = 9;

/// Slower than any machine on which this runs, and it is the looks that are too fast, not the decisions.
fn watch() -> Setup {
    let tempo = r#"{"settings":{"pace":60,"ahead":240,"glance":0}}"#;
    Setup { tempo: serde_json::from_str(tempo).unwrap(), ..Setup::default() }
}

/// Takes one document after the other. How many pictures came, and what came instead of the next one.
fn ride(house: &House) -> (usize, Option<(u16, String)>) {
    let mut session = house.take().unwrap();
    for pictures in 0..WAITING {
        let (status, page) = session.view().unwrap();
        if status != 200 {
            let next = session.go_on();
            assert!(matches!(next, Err(StoryError::Status { found: 401, .. })), "the next request is told so too");
            return (pictures, Some((status, page)));
        }
        assert!(page.contains(";base64,"), "a picture");
        session.decide("old_enough").unwrap();
        if pictures + 1 < WAITING {
            session.go_on().unwrap();
        }
    }
    (WAITING, None)
}

/// Somebody is called by mail.
fn rota(house: &House, server: &MailServer) {
    let (port, ca) = (server.port, &server.ca);
    let text = format!(
        "minutes = 1\n[mail]\nserver = \"localhost\"\nport = {port}\ntls = \"starttls\"\nfrom = \"sekisho@example.jp\"\n\
         ca = \"\"\"\n{ca}\"\"\"\n[[people]]\nname = \"aoki\"\nmail = \"aoki@example.jp\"\n"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let set = command.args(["alert", "rota"]).arg(file.path()).arg("--data").arg(house.data()).output().unwrap();
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
}

/// M19, M20: the shift ends within some looks; the look for which it ends gives no picture; somebody is called, and the
/// officer reads why, with the entries it rests on. The control gets all there is.
#[test]
fn a_session_that_is_ridden_ends_and_the_officer_reads_why() {
    let control = House::build_as(unwatched()).unwrap();
    fill(&control, WAITING);
    assert_eq!(ride(&control).0, WAITING, "the control");
    control.clear_away().unwrap();

    let server = MailServer::start(Speaks::Starttls);
    let house = House::build_as(Build { ports: vec![server.port], ..build(watch()) }).unwrap();
    rota(&house, &server);
    fill(&house, WAITING);
    let (pictures, instead) = ride(&house);
    let (status, page) = instead.unwrap();
    assert!((1..=6).contains(&pictures), "{pictures}");
    assert!(status == 401 && !page.contains(";base64,") && page.contains("シフト"), "{page}");
    let viewed = events(&house.data()).iter().filter(|what| matches!(what, What::Viewed { .. })).count();
    assert_eq!(viewed, pictures + 1, "the look that was stopped is on record");
    let [finding] = &found(&house, Detector::Tempo)[..] else { panic!("not found once") };
    assert_eq!(finding.verdict(), Verdict::EndShift);

    until("somebody is called", || server.mails().iter().any(|mail| mail.to[0].contains("aoki")));
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("人が見て判断できる速さではありません"), "{board}");
    let place = finding.evidence.places[0];
    assert!(board.contains(&format!("/board/entry/{place}")), "{board}");
    assert!(house.officer_sees(&format!("/board/entry/{place}")).unwrap().contains("demo-reviewer"));
    assert!(house.look(Some("old_enough")).is_ok(), "whoever proves presence anew goes on");
    house.clear_away().unwrap();
}
