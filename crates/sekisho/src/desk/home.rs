//! `GET /`: the sign-in page, or on to the first page of one's role.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};
use serde::Deserialize;

use super::{
    cause::Cause,
    guard::policy_with_form_to,
    lang::Lang,
    page::{Frame, home_of, page},
    session::Maybe,
    state::Desk,
};

/// What just happened, said once above the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum After {
    /// A passkey was enrolled.
    Enrolled,
    /// A shift was ended.
    Ended,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    after: Option<After>,
}

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignIn {
    frame: Frame,
    after: Option<After>,
    /// Whether an administrator exists; nothing is said while the keeper is away.
    founded: bool,
    demo_reviewer: Option<String>,
}

/// Shows the way in.
pub(crate) async fn get(
    State(desk): State<Desk>,
    lang: Lang,
    Maybe(signed): Maybe,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Cause> {
    if let Some(signed) = signed {
        return Ok(Redirect::to(home_of(signed.shift.staff.role)).into_response());
    }
    let founded = !matches!(desk.ask(DeskRequest::Status).await, Ok(DeskAnswer::Status(status)) if !status.founded);
    let mut response = page(&SignIn {
        frame: Frame::open(&desk, lang, "/"),
        after: asked.ok().and_then(|Query(asked)| asked.after),
        founded,
        demo_reviewer: desk.settings().demo_reviewer.clone(),
    })?;
    if let Some(policy) = desk.settings().demo_reviewer.as_deref().and_then(policy_with_form_to) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use sekisho_keeper::wire::Refusal;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn somebody_who_is_not_signed_in_sees_the_way_in() {
        let answer = TestDesk::new().get("/").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("シフトを始める"));
    }

    #[tokio::test]
    async fn everybody_else_goes_to_the_first_page_of_their_role() {
        for (role, page) in [(Role::Reviewer, "/work"), (Role::Administrator, "/staff"), (Role::Officer, "/watch")] {
            let mut desk = TestDesk::new();
            desk.sign_in(role).await;
            let answer = desk.get("/").await;
            assert_eq!((answer.status, answer.header("location")), (303, page));
        }
    }

    #[tokio::test]
    async fn the_page_stands_while_the_keeper_is_away() {
        let desk = TestDesk::new();
        desk.keeper.refuse(Refusal::Unavailable);
        assert_eq!(desk.get("/").await.status, 200);
    }

    #[tokio::test]
    async fn a_desk_without_a_demo_has_no_demo_button() {
        assert!(!TestDesk::new().get("/").await.body.contains("/demo/"));
    }
}
