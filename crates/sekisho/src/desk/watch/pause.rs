//! `POST /watch/pause`: nobody opens anything until the time is over or officers lift it.

use axum::{extract::State, response::Redirect};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only},
    state::{Desk, misplaced},
};

/// Pulls the brake. An administrator may too: it tightens.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only(&signed, &[Role::Officer, Role::Administrator])?;
    let minutes = fields.need("minutes")?.parse().map_err(|_| Cause::BadForm)?;
    let request = DeskRequest::Pause { shift: signed.shift.token.clone(), minutes };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::Done => Ok(Redirect::to("/watch")),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn a_pause_shows_on_the_board() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Administrator).await;
        assert_eq!(desk.post_form("/watch/pause", &[("minutes", "15")]).await.header("location"), "/watch");
        assert!(desk.get("/watch").await.body.contains("一時停止中"));
    }

    #[tokio::test]
    async fn a_reviewer_pauses_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.post_form("/watch/pause", &[]).await.status, 403);
    }
}
