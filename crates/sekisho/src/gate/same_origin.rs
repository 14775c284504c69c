//! Forms are taken from our own pages only.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{lang::Lang, pages::error, state::Gate};

/// Refuses a form that another site's page sent. Cookies are `SameSite=Strict`; this is the second lock.
pub(super) async fn check(State(gate): State<Gate>, lang: Lang, request: Request, next: Next) -> Response {
    if *request.method() == Method::POST && !is_own(request.headers(), &gate.settings().origin) {
        return error::page(lang, StatusCode::FORBIDDEN, error::Kind::ForeignForm).into_response();
    }
    next.run(request).await
}

/// `Origin` is `null` for our own forms too, since our pages send no referrer; so `Sec-Fetch-Site` comes first. A
/// browser that is too old to send it is left to the cookies' own rule.
fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    match headers.get(header::ORIGIN) {
        None => true,
        Some(value) => value == origin || value == "null",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        is_own(&headers.collect(), "https://check.example")
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(own(&[("origin", "https://check.example")]));
        assert!(own(&[]), "a client that is no browser carries nobody else's cookies");
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("origin", "https://evil.example")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "null")]));
    }
}
