//! What members see.
//!
//! A one-time link leads in; then a cookie holds the way. `/check` is the
//! session in one browser, `/s/{token}` the status page for later, from anywhere.

mod arrival;
pub(super) mod error;
mod frame;
mod guest;
mod kind;
mod link;
mod photo;
mod proposals;
mod receipt;
mod status;
mod upload;
mod who;
mod withdraw;
mod words;

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};

use super::{lang, same_origin, state::Gate};
use crate::front;

/// The most that an upload's body may hold, in bytes: the picture, the boxes and the form around them.
const UPLOAD_LIMIT: usize = 26_000_000;

/// The routes of the members' pages.
pub(super) fn routes(gate: &Gate) -> Router<Gate> {
    let photo = get(photo::get).post(upload::post).layer(DefaultBodyLimit::max(UPLOAD_LIMIT));
    Router::new()
        .route("/m/{token}", get(link::get).post(link::post))
        .route("/check", get(who::get))
        .route("/check/kind", get(kind::get))
        .route("/check/photo/arrival", axum::routing::post(arrival::post))
        .route("/check/photo/{kind}", photo)
        .route("/check/status", get(status::get))
        .route("/check/receipt", get(receipt::get))
        .route("/check/withdraw", axum::routing::post(withdraw::post))
        .route("/s/{token}", get(status::get))
        .route("/s/{token}/receipt", get(receipt::get))
        .route("/s/{token}/withdraw", axum::routing::post(withdraw::post))
        .layer(middleware::from_fn_with_state(gate.clone(), same_origin::check))
        .layer(middleware::from_fn(lang::keep))
        .layer(middleware::from_fn(front::a_post_is_the_last))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    /// M11: every route of the gate, with a member's session and a document under review.
    #[tokio::test]
    async fn no_route_answers_with_a_picture() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let sources = [include_str!("mod.rs"), include_str!("../api/mod.rs"), include_str!("../mod.rs")];
        let routes = sources.iter().flat_map(|source| source.lines());
        let mut seen = 0;
        for route in routes.filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next()) {
            for method in ["GET", "POST"] {
                let path = gate.fill(route, &member);
                let answer = gate.call_with(method, &path, member.cookie()).await;
                let kind = answer.header("content-type").unwrap_or_default().to_owned();
                assert!(!kind.starts_with("image/") && !kind.contains("octet"), "{method} {route}: {kind}");
                assert!(!answer.holds_a_picture(), "{method} {route}");
                seen += 1;
            }
        }
        assert!(seen >= 40, "the walk must find the routes, found {seen}");
    }

    /// M47: a connection's buffers hold what came last over it, so they go with what a member sent.
    #[tokio::test]
    async fn what_a_member_sent_is_the_last_of_its_connection() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.get("/check").await.header("connection"), None);
        assert_eq!(member.upload().await.header("connection"), Some("close"));
        assert_eq!(member.upload_bytes(&vec![1; 25_000_001]).await.header("connection"), Some("close"));
    }

    #[tokio::test]
    async fn every_page_carries_its_guards() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let page = member.get("/check").await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(page.header("permissions-policy").unwrap().contains("camera=(self)"));
        let text = page.text();
        assert!(!text.contains("style=\"") && !text.contains("onclick") && !text.contains("<script>"));
    }
}
