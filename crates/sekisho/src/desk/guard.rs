//! What holds for every request and every answer.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::Response,
};

use super::{STOPS_BY_KEY, cause::Cause, state::Desk};
use crate::front::Asker;

/// What every answer says to the browser, unless the answer said otherwise itself.
///
/// `no-referrer` keeps an invitation's address to itself. It also makes browsers
/// send `Origin: null` with forms, see [`from_here`].
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), \
         geolocation=(), display-capture=(), clipboard-read=()",
    ),
];

/// Nothing but our own files; no frames, no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for the one page that carries a picture within itself.
pub(crate) const POLICY_WITH_PICTURE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// The same for a page whose form goes to a demo's helper, at another port of this host.
pub(crate) fn policy_with_form_to(address: &str) -> Option<HeaderValue> {
    let uri: Uri = address.parse().ok()?;
    let helper = format!("form-action 'self' {}://{}", uri.scheme()?, uri.authority()?);
    HeaderValue::try_from(POLICY.replace("form-action 'self'", &helper)).ok()
}

/// Adds the headers.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Logs what was asked: the route, never the path, which may hold an invitation.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let response = next.run(request).await;
    let code = response.extensions().get::<Cause>().map(|cause| cause.code());
    tracing::info!(%method, route = route.as_deref().unwrap_or("-"), status = response.status().as_u16(), code, "asked");
    response
}

/// Turns away what came under another name or from another site.
pub(crate) async fn door(State(desk): State<Desk>, request: Request, next: Next) -> Result<Response, Cause> {
    let asker = Asker::of(request.headers(), request.extensions(), desk.settings().behind_proxy);
    if asker.is_some_and(|Asker(address)| desk.stops().stops_address(address)) {
        return Err(Cause::Blocked);
    }
    // Whatever watches the process dials it by address.
    if request.uri().path() == "/healthz" {
        return Ok(next.run(request).await);
    }
    let origin = &desk.settings().origin;
    if !is_our_host(request.headers(), origin) {
        return Err(Cause::WrongHost);
    }
    // What has no session can't be sent in somebody's name from elsewhere.
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD) && request.uri().path() != STOPS_BY_KEY;
    if changes && !from_here(request.headers(), origin) {
        return Err(Cause::ForeignOrigin);
    }
    Ok(next.run(request).await)
}

/// A stranger's name that resolves to our address makes a stranger's page ours (DNS rebinding).
fn is_our_host(headers: &HeaderMap, origin: &str) -> bool {
    let ours = origin.split_once("://").map(|(_, host)| host);
    let theirs = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    ours.is_some() && ours == theirs
}

/// Whether a page of ours sent this.
///
/// Under `no-referrer` a browser writes `Origin: null` on a form's navigation, so
/// then `Sec-Fetch-Site` must vouch; a browser that sends none must send our
/// origin, to the letter.
fn from_here(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), None | Some("null")) => site == "same-origin",
        (Some(site), Some(theirs)) => site == "same-origin" && theirs == origin,
        (None, theirs) => theirs == Some(origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::{ORIGIN, TestDesk};

    fn sent(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|&(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_form_of_ours_passes_with_and_without_its_origin() {
        assert!(from_here(&sent(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), ORIGIN));
        assert!(from_here(&sent(&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN)]), ORIGIN));
        assert!(from_here(&sent(&[("origin", ORIGIN)]), ORIGIN));
    }

    #[test]
    fn nothing_of_a_stranger_passes() {
        for headers in [
            sent(&[]),
            sent(&[("origin", "null")]),
            sent(&[("origin", "http://gate.localhost:7300")]),
            sent(&[("sec-fetch-site", "same-site"), ("origin", "null")]),
            sent(&[("sec-fetch-site", "cross-site")]),
            sent(&[("sec-fetch-site", "none")]),
            sent(&[("sec-fetch-site", "same-origin"), ("origin", "http://desk.localhost:1")]),
        ] {
            assert!(!from_here(&headers, ORIGIN), "{headers:?}");
        }
    }

    #[test]
    fn only_a_demos_helper_is_added_to_where_forms_may_go() {
        let policy = policy_with_form_to("http://desk.localhost:9/demo/reviewer").unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("form-action 'self' http://desk.localhost:9;"));
        assert_eq!(policy.replace(" http://desk.localhost:9", ""), POLICY);
        assert_eq!(policy_with_form_to("/demo/reviewer"), None);
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers() {
        let desk = TestDesk::new();
        for path in ["/", "/no-such-page", "/healthz", "/enrol/abc"] {
            let answer = desk.get(path).await;
            assert_eq!(answer.header("content-security-policy"), POLICY, "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
    }

    /// M25
    #[tokio::test]
    async fn a_stopped_address_is_turned_away_before_anything_else() {
        let mut desk = TestDesk::behind_a_proxy();
        desk.sign_in(sekisho_core::check::Role::Officer).await;
        let form = [("target", "network"), ("network", "203.0.113.0/24"), ("why", "x")];
        assert_eq!(desk.post_form("/watch/stops", &form).await.status, 303);
        for (address, status) in [("203.0.113.9", 403), ("203.0.114.9", 200)] {
            let headers = [("x-forwarded-for", address), ("host", "desk.localhost:7301")];
            assert_eq!(desk.send("GET", "/watch", &headers, "").await.status, status, "{address}");
        }
    }

    #[tokio::test]
    async fn another_name_is_turned_away_before_anything_is_asked() {
        let desk = TestDesk::new();
        let answer = desk.send("GET", "/", &[("host", "evil.example")], "").await;
        assert_eq!(answer.status, 421);
        assert!(desk.keeper.asked().is_empty());
    }

    #[tokio::test]
    async fn a_strangers_post_never_reaches_the_keeper() {
        let desk = TestDesk::new();
        let headers = [("origin", "https://evil.example"), ("content-type", "application/json")];
        let answer = desk.send("POST", "/shift/options", &headers, "{}").await;
        assert_eq!(answer.status, 403);
        assert!(desk.keeper.asked().is_empty());
    }
}
