//! `POST /alerts/acknowledge`: somebody has seen an alert and sees to it.

use axum::{extract::State, response::Redirect};
use sekisho_core::{check::Role, id::AlertId};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use crate::desk::{
    cause::Cause,
    session::{Sent, only_named},
    state::{Desk, misplaced},
};

/// Nobody else is called from then on.
pub(crate) async fn post(State(desk): State<Desk>, Sent { signed, fields }: Sent) -> Result<Redirect, Cause> {
    only_named(&desk, &signed, &[Role::Officer, Role::Administrator]).await?;
    let alert: AlertId = fields.need("alert")?.parse().map_err(|_| Cause::BadForm)?;
    let request = DeskRequest::Acknowledge { shift: signed.shift.token.clone(), alert };
    match desk.ask_for(&signed, request).await? {
        DeskAnswer::Done => Ok(Redirect::to("/alerts")),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn an_alert_that_is_acknowledged_waits_no_more() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Officer).await;
        let alert = AlertId::from_bytes([21; 16]).to_string();
        assert!(desk.get("/alerts").await.body.contains("引き受ける"));
        assert_eq!(desk.post_form("/alerts/acknowledge", &[("alert", &alert)]).await.header("location"), "/alerts");
        let page = desk.get("/alerts").await.body;
        assert!(!page.contains("引き受ける") && page.contains("確認した人"));
    }

    #[tokio::test]
    async fn a_reviewer_acknowledges_nothing() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        let alert = AlertId::from_bytes([21; 16]).to_string();
        assert_eq!(desk.post_form("/alerts/acknowledge", &[("alert", &alert)]).await.status, 403);
    }
}
