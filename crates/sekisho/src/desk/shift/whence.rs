//! From where a browser comes that proves presence: for the keeper's watch, which knows where a person worked before.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use sekisho_keeper::wire;

use crate::{desk::state::Desk, front::Asker};

/// The most that is passed on of what a browser calls itself, in characters.
const AGENT: usize = 256;

/// What the desk saw; nothing where no address is known.
pub(crate) struct Whence(pub(crate) Option<wire::Whence>);

impl FromRequestParts<Desk> for Whence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Infallible> {
        let asker = Asker::of(&parts.headers, &parts.extensions, desk.settings().behind_proxy);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let agent = agent.chars().take(AGENT).collect();
        Ok(Self(asker.map(|Asker(address)| wire::Whence { address, agent })))
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use sekisho_keeper::wire::Whence;

    use crate::desk::testing::{TestDesk, proof};

    async fn seen(desk: &TestDesk, headers: &[(&str, &str)]) -> Option<Whence> {
        let body = proof(Role::Reviewer).to_string();
        let mut all = vec![("origin", crate::desk::testing::ORIGIN), ("content-type", "application/json")];
        all.extend(headers);
        assert_eq!(desk.send("POST", "/shift/begin", &all, &body).await.status, 200);
        desk.keeper.whence()
    }

    /// M20: the proxy's own word for the address, and the browser's for itself, cut short.
    #[tokio::test]
    async fn the_keeper_is_told_from_where_presence_is_proven() {
        let desk = TestDesk::behind_a_proxy();
        let long = "x".repeat(400);
        let headers = [("x-forwarded-for", "198.51.100.1, 203.0.113.7"), ("user-agent", &*long)];
        let expected = Whence { address: [203, 0, 113, 7].into(), agent: "x".repeat(256) };
        assert_eq!(seen(&desk, &headers).await, Some(expected));
        assert_eq!(seen(&desk, &[]).await, None, "no connection, no address");
        assert_eq!(seen(&TestDesk::new(), &headers).await, None, "nobody stands before it whose word counts");
    }

    /// M47: neither is in what is logged of a request.
    #[tokio::test]
    async fn what_was_seen_is_not_in_what_is_told_of_a_request() {
        let desk = TestDesk::behind_a_proxy();
        seen(&desk, &[("x-forwarded-for", "203.0.113.7"), ("user-agent", "Firefox")]).await;
        let asked = desk.keeper.asked();
        assert!(asked.iter().all(|asked| !asked.contains("203.0.113.7") && !asked.contains("Firefox")), "{asked:?}");
    }
}
