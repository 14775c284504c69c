//! `GET /board`: what is opened now, by whom, against which budget; arrivals against viewings; what was found.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use sekisho_core::{
    budget::Window,
    check::Role,
    event::{Event, What},
    time::Timestamp,
};
use sekisho_keeper::wire::{self, DeskAnswer, DeskRequest, LoggedEvent, OpenNow, StaffView, Status};
use serde::Deserialize;

use super::{
    budgets::{self, Budgets},
    chart::{Chart, Span, chart},
};
use crate::{
    desk::{
        cause::Cause,
        lang::Lang,
        page::{Frame, page},
        session::{Present, only},
        state::{Desk, misplaced},
        watch::sentence::{Teller, weight},
        when,
    },
    service::desk_sessions::Signed,
};

/// What the address may say.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// After how many seconds the page is to be read anew by itself.
    every: Option<u16>,
}

/// How often it may be, in seconds: the keeper has other work too.
const OFTEN: std::ops::RangeInclusive<u16> = 10..=600;

/// Something that a detector found.
struct Found {
    index: u64,
    time: String,
    sentence: String,
    weight: &'static str,
}

/// A document that somebody has.
struct Open {
    who: String,
    document: String,
    site: String,
    given: Timestamp,
    viewed: Option<Timestamp>,
    until: Timestamp,
}

#[derive(Template)]
#[template(path = "desk/board.html")]
struct Board {
    frame: Frame,
    status: Status,
    /// Seconds after which it is read anew by itself; nothing unless that was switched on.
    every: Option<u16>,
    now: Timestamp,
    ledger_size: u64,
    found: Vec<Found>,
    open: Vec<Open>,
    on_shift: usize,
    windows: [&'static str; 4],
    budgets: Budgets,
    more: bool,
    charts: [Chart; 2],
    /// Since when it counts, if that is not seven days yet.
    since: Option<Timestamp>,
}

/// Shows it.
pub(crate) async fn get(
    State(desk): State<Desk>,
    lang: Lang,
    Query(asked): Query<Asked>,
    Present(signed): Present,
) -> Result<Response, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let DeskAnswer::Status(status) = desk.ask(DeskRequest::Status).await? else { return Err(misplaced()) };
    let board = board(&desk, &signed).await?;
    let teller = Teller::of(&desk, &signed, lang).await?;
    page(&Board {
        frame: Frame::signed(&desk, lang, &signed, "/board"),
        status,
        every: asked.every.filter(|seconds| OFTEN.contains(seconds)),
        now: board.now,
        ledger_size: board.ledger_size,
        found: board.found.iter().filter_map(|entry| found(entry, &teller)).collect(),
        open: board.open.iter().map(|one| open(one, &teller.staff)).collect(),
        on_shift: board.shifts.iter().filter(|shift| shift.role == Role::Reviewer).count(),
        windows: Window::ALL.map(|window| budgets::called(window, lang)),
        budgets: budgets::budgets(&board.budgets, &board.shifts, &teller.staff, lang),
        more: board.more,
        charts: [Span::Day, Span::Week].map(|span| chart(&board.flow, span, board.now, lang)),
        since: Some(board.flow.since).filter(|since| board.now.since(*since) < 7 * 24 * 3600),
    })
}

async fn board(desk: &Desk, signed: &Signed) -> Result<wire::Board, Cause> {
    match desk.ask_for(signed, DeskRequest::Board(signed.shift.token.clone())).await? {
        DeskAnswer::Board(board) => Ok(*board),
        _ => Err(misplaced()),
    }
}

fn found(entry: &LoggedEvent, teller: &Teller) -> Option<Found> {
    let event = Event::from_bytes(entry.body.as_bytes()).ok()?;
    let What::Found { .. } = &event.what else { return None };
    Some(Found {
        index: entry.index,
        time: when::day_and_minute(event.at, teller.lang),
        sentence: teller.sentence(&event.what),
        weight: weight(&event.what),
    })
}

fn open(one: &OpenNow, staff: &[StaffView]) -> Open {
    let person = staff.iter().find(|person| person.staff == one.staff);
    Open {
        who: person.map_or_else(|| one.staff.to_string(), |person| person.name.clone()),
        document: one.document.to_string(),
        site: one.site.to_string(),
        given: one.given,
        viewed: one.viewed,
        until: one.until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{Play, TestDesk};

    async fn shown(play: Play) -> String {
        let mut desk = TestDesk::new();
        desk.keeper.play(play);
        desk.sign_in(Role::Officer).await;
        desk.get("/board").await.body
    }

    /// M20
    #[tokio::test]
    async fn it_says_who_has_what_open_and_how_budgets_stand() {
        let page = shown(Play::Busy).await;
        assert!(page.contains("審査一") && page.contains("sample-dating"));
        assert!(page.contains("<b>4</b> / 5") && page.contains("残りわずか"), "{page}");
        assert!(page.contains("<title id=\"day-title\">"));
    }

    /// The text between two marks, each time.
    fn between<'a>(page: &'a str, from: &str, to: &str) -> Vec<&'a str> {
        page.split(from).skip(1).filter_map(|rest| rest.split(to).next()).collect()
    }

    /// M20: what the keeper read off its ledger stands on the page, number for number.
    #[tokio::test]
    async fn every_number_that_the_keeper_gave_stands_on_the_page() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let (page, board) = (desk.get("/board").await.body, desk.keeper.board());
        let mut expected = Vec::new();
        for spending in &board.budgets {
            let again = spending.standings.again;
            let shown = [Some(spending.standings.opened), (again.used.three_days > 0).then_some(again)];
            for standing in shown.into_iter().flatten() {
                let of = |window| format!("<b>{}</b> / {}", standing.used.get(window), standing.allowed.get(window));
                expected.extend(Window::ALL.map(of));
            }
        }
        assert_eq!(between(&page, "<span class=\"of\">", "</span>"), expected);
        let sums = between(&page, "<p class=\"key\">", "</p>");
        let week: Vec<_> = between(sums[1], "<b>", "</b>").into_iter().map(|sum| sum.parse::<u64>().unwrap()).collect();
        let rows = between(&page, "<caption", "</table>");
        let cells = between(rows[1], "<td>", "</td>").into_iter().map(|cell| cell.parse::<u64>().unwrap());
        let mut of_rows = vec![0; 3];
        cells.zip([0, 1, 2].into_iter().cycle()).for_each(|(count, column)| of_rows[column] += count);
        let first = board.now.0 / 10_800 * 10_800 - 55 * 10_800;
        let quarters = board.flow.quarters.iter().filter(|quarter| quarter.start.0 >= first);
        let counted = quarters.fold(vec![0; 3], |sum, quarter| {
            vec![sum[0] + quarter.arrived, sum[1] + quarter.viewed, sum[2] + quarter.decided]
        });
        assert_eq!((&week, &of_rows), (&counted, &counted));
    }

    #[tokio::test]
    async fn a_finding_leads_to_its_evidence() {
        let page = shown(Play::Attack).await;
        assert!(page.contains("href=\"/board/entry/9\"") && page.contains("使い切り"));
    }

    #[tokio::test]
    async fn an_empty_house_says_so() {
        let page = shown(Play::Empty).await;
        assert!(page.contains("いま手元に書類を持つ審査員はいません") && page.contains("検知はありません"));
    }

    #[tokio::test]
    async fn it_reads_itself_anew_only_when_that_was_switched_on() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        assert!(!desk.get("/board").await.body.contains("http-equiv"));
        let on = desk.get("/board?every=30").await.body;
        assert!(on.contains("<meta http-equiv=\"refresh\" content=\"30\">"));
        assert!(!desk.get("/board?every=1").await.body.contains("http-equiv"), "too often");
    }

    /// M15
    #[tokio::test]
    async fn a_reviewer_does_not_see_it() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/board").await.status, 403);
        assert_eq!(desk.get("/board/entry/1").await.status, 403);
    }
}
