//! `GET /healthz`: whether the desk can do its work, for whatever watches the process.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use sekisho_keeper::wire::DeskRequest;
use serde::Serialize;

use super::state::Desk;

#[derive(Serialize)]
struct Health {
    /// `ok`, or `keeper_unavailable`.
    status: &'static str,
}

/// 200 when the keeper answers, else 503. It says no more: the address may be open.
pub(crate) async fn get(State(desk): State<Desk>) -> impl IntoResponse {
    match desk.ask(DeskRequest::Status).await {
        Ok(_) => (StatusCode::OK, Json(Health { status: "ok" })),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "keeper_unavailable" })),
    }
}

#[cfg(test)]
mod tests {
    use sekisho_keeper::wire::Refusal;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn it_answers_under_any_name() {
        let answer = TestDesk::new().send("GET", "/healthz", &[("host", "10.0.0.7:7301")], "").await;
        assert_eq!((answer.status, &*answer.body), (200, r#"{"status":"ok"}"#));
    }

    #[tokio::test]
    async fn a_desk_without_its_keeper_is_not_well() {
        let desk = TestDesk::new();
        desk.keeper.refuse(Refusal::Unavailable);
        assert_eq!(desk.get("/healthz").await.status, 503);
    }
}
