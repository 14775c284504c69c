//! What somebody responsible stopped, as far as it concerns this door. Sites and uploads are asked of the keeper where
//! they matter, so that a member is told before the camera opens.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use sekisho_core::stop::Target;

use super::{lang::Lang, pages::error, problem::Problem, state::Gate};
use crate::{front::Asker, service::stops::Stops};

/// Seconds after which it is worth asking again.
const LATER: u64 = 60;

fn stops_path(stops: &Stops, path: &str) -> bool {
    let api = path.starts_with("/v1/");
    let page = ["/m/", "/check", "/s/"].iter().any(|page| path.starts_with(page));
    stops.any(|target| match target {
        Target::Everything => api || page,
        Target::Api => api,
        _ => false,
    })
}

/// Asks the keeper now; what it said last holds if it is away.
pub async fn ask(gate: &Gate) {
    if let Ok(targets) = gate.room().stops().await {
        gate.stops().learn(targets);
    }
}

/// Turns away what is stopped.
pub(super) async fn door(State(gate): State<Gate>, lang: Lang, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let asker = request.extensions().get::<Asker>().map(|asker| asker.0);
    if asker.is_some_and(|address| gate.stops().stops_address(address)) {
        return (StatusCode::FORBIDDEN, "blocked\n").into_response();
    }
    if !stops_path(gate.stops(), path) {
        return next.run(request).await;
    }
    if path.starts_with("/v1/") { stopped().into_response() } else { error::stopped(lang) }
}

/// To programs.
pub(super) fn stopped() -> Problem {
    let what = "Somebody responsible for the service stopped this for now.";
    let todo = "Try again after the time in Retry-After, or ask the operator.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopped", what, todo).retry_after(LATER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::testing::TestGate;

    async fn with(targets: &[&str]) -> TestGate {
        let gate = TestGate::new().await;
        gate.keeper.stop(targets.iter().map(|target| target.parse().unwrap()).collect());
        ask(gate.gate()).await;
        gate
    }

    /// M25: by the address that the proxy names, at every route.
    #[tokio::test]
    async fn a_stopped_address_is_answered_nothing() {
        let gate = with(&["network:203.0.113.0/24"]).await;
        for path in ["/v1/openapi.json", "/check", "/healthz", "/assets/x/style.css"] {
            let blocked = gate.get(path).header("x-forwarded-for", "203.0.113.9").send().await;
            assert_eq!(blocked.status, 403, "{path}");
            assert_ne!(gate.get(path).header("x-forwarded-for", "203.0.114.9").send().await.status, 403, "{path}");
        }
    }

    /// M26
    #[tokio::test]
    async fn everything_stops_api_and_pages_and_the_api_alone_stops_no_page() {
        let gate = with(&["api"]).await;
        assert_eq!(gate.get("/v1/openapi.json").send().await.code(), "stopped");
        assert_ne!(gate.get("/check").send().await.status, 503);
        let gate = with(&["everything"]).await;
        for path in ["/v1/openapi.json", "/check", "/check/kind", "/s/abc"] {
            assert_eq!(gate.get(path).send().await.status, 503, "{path}");
        }
        let page = gate.get("/check").send().await;
        assert!(page.header("retry-after").is_some());
    }

    /// M26: the member is told before the camera opens.
    #[tokio::test]
    async fn stopped_uploads_are_told_before_a_picture_is_taken() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.get("/check").await.status, 200);
        for stop in ["uploads", "site:site-a"] {
            gate.keeper.stop(vec![stop.parse().unwrap()]);
            for path in ["/check", "/check/kind"] {
                assert_eq!(member.get(path).await.status, 503, "{stop} {path}");
            }
        }
        gate.keeper.stop(Vec::new());
        assert_eq!(member.get("/check").await.status, 200);
    }

    /// A keeper that is away lifts nothing.
    #[tokio::test]
    async fn what_was_learnt_holds_while_the_keeper_is_away() {
        let gate = with(&["api"]).await;
        gate.keeper.away();
        ask(gate.gate()).await;
        assert_eq!(gate.get("/v1/openapi.json").send().await.code(), "stopped");
    }
}
