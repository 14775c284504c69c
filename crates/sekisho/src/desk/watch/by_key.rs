//! `POST /api/stops`: a program that holds a key that only stops stops something. It lifts nothing, and lists nothing.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use sekisho_core::{id::StopId, lockdown::Why, stop::Target};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, Refusal};
use serde::{Deserialize, Serialize};

use crate::desk::{
    cause::Cause,
    encoding::FromScript,
    state::{Desk, misplaced},
};

/// What to stop.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// E.g. `uploads`, `site:NAME`, `network:ADDRESS/BITS`.
    target: Target,
    /// Why.
    why: Why,
}

/// What was stopped.
#[derive(Serialize)]
pub(crate) struct Stopped {
    /// Under this name it is lifted.
    stop: StopId,
}

/// Stops it.
pub(crate) async fn post(
    State(desk): State<Desk>,
    headers: HeaderMap,
    order: Result<FromScript<Order>, Cause>,
) -> Result<(StatusCode, Json<Stopped>), Cause> {
    // No browser has a key: a page that somebody was lured to stops nothing.
    if headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN) {
        return Err(Cause::ForeignOrigin);
    }
    let key = bearer(&headers).ok_or(Cause::NotSignedIn)?;
    let FromScript(Order { target, why }) = order?;
    match desk.ask(DeskRequest::StopByKey { key, target, why: why.to_string() }).await {
        Ok(DeskAnswer::Stopped(stop)) => {
            desk.learn_stops().await;
            Ok((StatusCode::CREATED, Json(Stopped { stop })))
        }
        Ok(_) => Err(misplaced()),
        Err(Cause::Refused(Refusal::BadSignature)) => Err(Cause::NotSignedIn),
        Err(cause) => Err(cause),
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    said.strip_prefix("Bearer ").map(|key| key.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::{ORIGIN, STOP_KEY, TestDesk};

    const ORDER: &str = r#"{"target":"uploads","why":"a flood"}"#;

    async fn sent(desk: &TestDesk, key: &str, more: &[(&str, &str)], body: &str) -> (u16, String) {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("host", "desk.localhost:7301"), ("content-type", "application/json")];
        headers.push(("authorization", &bearer));
        headers.extend(more);
        let answer = desk.send("POST", "/api/stops", &headers, body).await;
        (answer.status, answer.body)
    }

    /// M25
    #[tokio::test]
    async fn a_program_with_a_key_stops_something_and_is_told_its_name() {
        let desk = TestDesk::new();
        let (status, body) = sent(&desk, STOP_KEY, &[], ORDER).await;
        assert_eq!(status, 201, "{body}");
        assert!(body.contains("\"stop\":\"stp_"), "{body}");
        assert_eq!(desk.keeper.asked().iter().filter(|asked| asked.starts_with("StopByKey")).count(), 1);
    }

    /// M26: neither another key, nor none, nor a page in somebody's browser, nor anything but an order.
    #[tokio::test]
    async fn whoever_has_no_key_stops_nothing_and_a_browser_neither() {
        let desk = TestDesk::new();
        assert_eq!(sent(&desk, "skstop_guessed", &[], ORDER).await.0, 401);
        assert_eq!(sent(&desk, STOP_KEY, &[("origin", ORIGIN)], ORDER).await.0, 403);
        assert_eq!(sent(&desk, STOP_KEY, &[("sec-fetch-site", "same-origin")], ORDER).await.0, 403);
        for wrong in ["", "{}", r#"{"target":"all","why":"x"}"#, r#"{"target":"uploads","why":""}"#] {
            let (status, body) = sent(&desk, STOP_KEY, &[], wrong).await;
            assert!(status == 422 && body.contains("\"code\":\"bad_form\""), "{wrong}: {body}");
        }
        let headers = [("host", "desk.localhost:7301"), ("content-type", "application/json")];
        assert_eq!(desk.send("POST", "/api/stops", &headers, ORDER).await.status, 401);
        assert_eq!(desk.send("GET", "/api/stops", &headers, "").await.status, 405);
    }
}
