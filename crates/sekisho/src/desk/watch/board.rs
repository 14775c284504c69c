//! `GET /watch`: the newest events, how the keeper is, and how the processes are confined.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::{check::Role, event::Event};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, LoggedEvent, StaffView, Status};

use super::sentence::{Teller, ids, weight};
use crate::{
    desk::{
        cause::Cause,
        lang::Lang,
        page::{Frame, page},
        session::{Present, only},
        state::{Desk, misplaced},
        when, witnesses,
    },
    service::{desk_ports::ProcessView, desk_sessions::Signed},
};

/// How many events the board shows.
const EVENTS: u16 = 100;

/// One line of the board.
struct Line {
    index: u64,
    time: String,
    sentence: String,
    /// What it is about, whole, so that it can be searched for.
    ids: Vec<String>,
    /// For the style: `plain`, `look` or `alarm`.
    weight: &'static str,
}

#[derive(Template)]
#[template(path = "desk/watch.html")]
struct Board {
    frame: Frame,
    status: Status,
    witnesses: Option<witnesses::Note>,
    /// Whether the witnesses keep documents closed.
    closed: bool,
    /// A line for each witness.
    watching: Vec<String>,
    lines: Vec<Line>,
    processes: Vec<ProcessView>,
    /// The board's own time.
    read: String,
}

/// Shows the board.
pub(crate) async fn get(State(desk): State<Desk>, lang: Lang, Present(signed): Present) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let DeskAnswer::Status(status) = desk.ask(DeskRequest::Status).await? else { return Err(misplaced()) };
    let events = events(&desk, &signed).await?;
    let teller = Teller { lang, staff: staff(&desk, &signed).await? };
    let note = witnesses::note(&status.witnessing, lang);
    page(&Board {
        frame: Frame::signed(&desk, lang, &signed, "/watch"),
        read: when::to_the_second(status.now),
        closed: note.as_ref().is_some_and(|note| note.closes),
        witnesses: note,
        watching: witnesses::lines(&status.witnessing, lang),
        status,
        lines: events.iter().map(|event| line(event, &teller)).collect(),
        processes: desk.installation().processes(),
    })
}

async fn events(desk: &Desk, signed: &Signed) -> Result<Vec<LoggedEvent>, Cause> {
    let request = DeskRequest::Events { shift: signed.shift.token.clone(), limit: EVENTS };
    match desk.ask_for(signed, request).await? {
        DeskAnswer::Events(events) => Ok(events),
        _ => Err(misplaced()),
    }
}

async fn staff(desk: &Desk, signed: &Signed) -> Result<Vec<StaffView>, Cause> {
    match desk.ask_for(signed, DeskRequest::Staff(signed.shift.token.clone())).await? {
        DeskAnswer::Staff(staff) => Ok(staff),
        _ => Err(misplaced()),
    }
}

/// An event of a later format is shown as one that can't be read, not left out.
fn line(logged: &LoggedEvent, teller: &Teller) -> Line {
    let index = logged.index;
    match Event::from_bytes(logged.body.as_bytes()) {
        Ok(event) => Line {
            index,
            time: when::to_the_second(event.at),
            sentence: teller.sentence(&event.what),
            ids: ids(&event.what),
            weight: weight(&event.what),
        },
        Err(_) => Line {
            index,
            time: "–".into(),
            sentence: teller.lang.pick("この版では読めない記録", "An event that this version can't read").into(),
            ids: Vec::new(),
            weight: "look",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    /// M20
    #[tokio::test]
    async fn every_event_is_a_line_newest_first() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let page = desk.get("/watch").await.body;
        let (newer, older) = (page.find("書類を一度開きました").unwrap(), page.find("の書類が届きました").unwrap());
        assert!(newer < older);
    }

    /// M20: an officer knows people, not numbers.
    #[tokio::test]
    async fn a_line_names_the_person() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert!(desk.get("/watch").await.body.contains("審査一 が書類を一度開きました"));
    }

    #[tokio::test]
    async fn the_board_says_how_each_process_is_confined() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let page = desk.get("/watch").await.body;
        assert!(page.contains("keeper") && page.contains("landlock_files"));
    }

    #[test]
    fn an_event_that_can_not_be_read_is_shown_as_one() {
        let teller = Teller { lang: Lang::En, staff: Vec::new() };
        let line = line(&LoggedEvent { index: 7, body: "{\"v\":9}".into() }, &teller);
        assert_eq!((line.index, line.weight), (7, "look"));
    }

    #[tokio::test]
    async fn a_reviewer_does_not_see_the_board() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/watch").await.status, 403);
    }
}
