//! `GET /watch`: the newest events, how the keeper is, and how the processes are confined.

use askama::Template;
use axum::{extract::State, response::Response};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, LoggedEvent, Status};

use super::{line::Line, sentence::Teller};
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

#[derive(Template)]
#[template(path = "desk/watch.html")]
struct Board {
    frame: Frame,
    status: Status,
    witnesses: Option<witnesses::Note>,
    /// Whether the witnesses keep documents closed.
    closed: bool,
    /// How much is stopped.
    stopped: usize,
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
    let DeskAnswer::Stops(stops) = desk.ask(DeskRequest::Stops).await? else { return Err(misplaced()) };
    let events = events(&desk, &signed).await?;
    let teller = Teller::of(&desk, &signed, lang).await?;
    let note = witnesses::note(&status.witnessing, lang);
    page(&Board {
        frame: Frame::signed(&desk, lang, &signed, "/watch"),
        read: when::to_the_second(status.now),
        closed: note.as_ref().is_some_and(|note| note.closes),
        witnesses: note,
        stopped: stops.len(),
        watching: witnesses::lines(&status.witnessing, lang),
        status,
        lines: events.iter().map(|event| Line::of(event, &teller)).collect(),
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
        let line = Line::of(&LoggedEvent { index: 7, body: "{\"v\":9}".into() }, &teller);
        assert_eq!((line.index, line.weight), (7, "look"));
    }

    #[tokio::test]
    async fn a_reviewer_does_not_see_the_board() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/watch").await.status, 403);
    }
}
