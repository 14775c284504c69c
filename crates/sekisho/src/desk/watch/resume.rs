//! `POST /watch/resume`: an officer asks to lift the pause; the second one's word lifts it.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only},
    state::{Desk, misplaced},
};

/// Lets go of the brake.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, .. }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Officer])?;
    match desk.ask_for(&signed, DeskRequest::Resume(signed.shift.token.clone())).await? {
        DeskAnswer::Done => Ok(Redirect::to("/watch")),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_officer_lifts_a_pause_and_an_administrator_does_not() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        desk.post_form("/watch/pause", &[("minutes", "15")]).await;
        assert_eq!(desk.post_form("/watch/resume", &[]).await.status, 403);
        desk.sign_in(Role::Officer).await;
        assert_eq!(desk.post_form("/watch/resume", &[]).await.status, 303);
        assert!(!desk.get("/watch").await.body.contains("一時停止中"));
    }
}
