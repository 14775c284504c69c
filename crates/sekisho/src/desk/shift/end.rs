//! `POST /shift/end`: the shift ends, and with it the session.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_keeper::wire::DeskRequest;

use crate::desk::{
    cause::Cause,
    session::{Sent, set_cookie},
    state::Desk,
};

/// Ends it here whatever the keeper says: a keeper that is away ends the shift at its time.
pub(crate) async fn post(State(desk): State<Desk>, sent: Sent) -> Result<Response, Cause> {
    let told = desk.ask(DeskRequest::EndShift(sent.signed.shift.token.clone())).await;
    desk.sessions().end(sent.signed.hash).await?;
    if told.is_err() {
        tracing::warn!("a shift was ended at the desk while the keeper did not answer");
    }
    let gone = set_cookie(&desk, "", 0)?;
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/?after=ended")).into_response())
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use sekisho_keeper::wire::Refusal;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn the_keeper_is_told_and_the_cookie_opens_nothing_any_more() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        let answer = desk.post_form("/shift/end", &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/?after=ended"));
        assert!(desk.keeper.asked().last().unwrap().starts_with("EndShift"));
        assert_eq!(desk.get("/work").await.status, 401);
    }

    #[tokio::test]
    async fn it_ends_here_also_when_the_keeper_is_away() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        desk.keeper.refuse(Refusal::Unavailable);
        assert_eq!(desk.post_form("/shift/end", &[]).await.status, 303);
        assert_eq!(desk.get("/work").await.status, 401);
    }

    #[tokio::test]
    async fn a_form_without_its_token_ends_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.post("/shift/end", &[("form_token", "x")]).await.status, 403);
        assert_eq!(desk.get("/work").await.status, 200);
    }
}
