//! `GET /work`: what waits, and the present assignment. Looking here changes nothing.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Queue};
use serde::Deserialize;

use super::Task;
use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    session::{Present, only},
    state::{Desk, misplaced},
    witnesses,
};

/// When somebody who found nothing may look again, in seconds.
const LOOK_AGAIN: u64 = 600;

/// What just happened, said once above the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum After {
    /// A decision was recorded.
    Decided,
    /// Another photograph was asked for.
    Retake,
    /// Nothing waited.
    Nothing,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    after: Option<After>,
}

#[derive(Template)]
#[template(path = "desk/work.html")]
struct Work {
    frame: Frame,
    after: Option<After>,
    queue: Queue,
    witnesses: Option<witnesses::Note>,
    /// Whether the witnesses keep documents closed.
    closed: bool,
    task: Option<Task>,
    look_again: Timestamp,
}

/// Shows the queue and the present assignment.
pub(crate) async fn get(
    State(desk): State<Desk>,
    lang: Lang,
    Present(signed): Present,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Cause> {
    only(&signed, &[Role::Reviewer])?;
    let request = DeskRequest::Queue(signed.shift.token.clone());
    let DeskAnswer::Queue(queue) = desk.ask_for(&signed, request).await? else { return Err(misplaced()) };
    let note = witnesses::note(&witnesses::ask(&desk).await?, lang);
    page(&Work {
        frame: Frame::signed(&desk, lang, &signed, "/work"),
        after: asked.ok().and_then(|Query(asked)| asked.after),
        queue,
        closed: note.as_ref().is_some_and(|note| note.closes),
        witnesses: note,
        task: signed.present.as_ref().map(|present| Task::new(present, lang)),
        look_again: desk.now() + LOOK_AGAIN,
    })
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn looking_at_the_queue_draws_no_assignment() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.get("/work").await.status, 200);
        let asked = desk.keeper.asked();
        assert!(asked.iter().any(|asked| asked.starts_with("Queue")));
        assert!(!asked.iter().any(|asked| asked.starts_with("Next")), "{asked:?}");
    }

    #[tokio::test]
    async fn when_nothing_waits_it_says_when_to_come_back() {
        let mut desk = TestDesk::new();
        desk.keeper.empty();
        desk.sign_in(Role::Reviewer).await;
        let answer = desk.get("/work").await;
        assert!(answer.body.contains("待っている書類はありません"));
        assert!(answer.body.contains("21:10"), "ten minutes from now, as a time");
    }

    /// M15
    #[tokio::test]
    async fn nobody_but_a_reviewer_gets_here() {
        for role in [Role::Administrator, Role::Officer] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            assert_eq!(desk.get("/work").await.status, 403);
        }
    }

    #[tokio::test]
    async fn a_shift_that_the_keeper_ended_is_over_here_too() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.keeper.refuse(sekisho_keeper::wire::Refusal::ShiftOver);
        assert_eq!(desk.get("/work").await.status, 401);
        desk.keeper.obey();
        let answer = desk.get("/work").await;
        assert!(answer.body.contains("not_signed_in"));
    }
}
