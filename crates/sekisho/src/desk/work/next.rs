//! `POST /work/next`: the present assignment, or the next one. It writes an event, so it is no GET.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only},
    state::{Desk, misplaced},
};

/// Asks the keeper for work and goes to the page that shows it.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, .. }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Reviewer])?;
    let request = DeskRequest::Next(signed.shift.token.clone());
    let DeskAnswer::Next(next) = desk.ask_for(&signed, request).await? else { return Err(misplaced()) };
    let page = if next.is_some() { "/work" } else { "/work?after=nothing" };
    desk.sessions().hold(signed.hash, next.map(|assignment| *assignment));
    Ok(Redirect::to(page))
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use sekisho_keeper::wire::Refusal;

    use crate::desk::testing::{QUESTION, TestDesk};

    #[tokio::test]
    async fn an_assignment_shows_its_question_and_its_time_but_no_picture() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.post_form("/work/next", &[]).await.header("location"), "/work");
        let page = desk.get("/work").await.body;
        assert!(page.contains(QUESTION) && page.contains("21:10"));
        assert!(!page.contains("data:image"));
    }

    #[tokio::test]
    async fn every_tenth_time_the_passkey_is_asked_for_and_the_work_goes_on() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.keeper.refuse(Refusal::TouchNeeded);
        let answer = desk.post_form("/work/next", &[]).await;
        assert_eq!(answer.status, 401);
        assert!(answer.body.contains("data-options=\"/shift/options\""));
        desk.keeper.obey();
        assert_eq!(desk.post_form("/work/next", &[]).await.status, 303);
    }

    /// M15
    #[tokio::test]
    async fn an_officer_and_an_administrator_get_no_work() {
        for role in [Role::Administrator, Role::Officer] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            assert_eq!(desk.post_form("/work/next", &[]).await.status, 403);
        }
    }
}
