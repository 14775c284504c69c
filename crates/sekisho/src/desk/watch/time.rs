//! `POST /watch/time`: an officer says that the machine's clock is right.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only},
    state::{Desk, misplaced},
};

/// Ends a doubt about the time.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, .. }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Officer])?;
    match desk.ask_for(&signed, DeskRequest::ConfirmTime(signed.shift.token.clone())).await? {
        DeskAnswer::Done => Ok(Redirect::to("/watch")),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_officer_ends_a_doubt_and_nobody_else() {
        let mut desk = TestDesk::new();
        desk.keeper.doubt_the_time();
        desk.sign_in(Role::Administrator).await;
        assert!(!desk.get("/watch").await.body.contains("/watch/time"));
        assert_eq!(desk.post_form("/watch/time", &[]).await.status, 403);
        desk.sign_in(Role::Officer).await;
        assert!(desk.get("/watch").await.body.contains("/watch/time"));
        assert_eq!(desk.post_form("/watch/time", &[]).await.status, 303);
        assert!(!desk.get("/watch").await.body.contains("/watch/time"));
    }
}
