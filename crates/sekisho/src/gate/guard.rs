//! What holds for every answer: headers, one line of log, and never a picture.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::state::Gate;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// Sets what every answer carries. An answer that says nothing about caching is not stored.
pub(super) async fn headers(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if gate.settings().tls {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets no picture out, whatever a handler does. The gate has none to show: an answer that is one is a fault.
pub(super) async fn no_picture(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if is_plain(response.headers()) {
        return response;
    }
    tracing::error!("an answer of a type that the gate does not speak was held back");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Whether an answer is of a type that the gate speaks.
fn is_plain(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let kind = value.split(';').next().unwrap_or_default().trim();
    matches!(
        kind,
        "text/html" | "text/plain" | "text/css" | "text/javascript" | "application/json" | "application/problem+json"
    )
}

/// One line for each request: method, route, status. No path, query, header or address: M47.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    tracing::info!(%method, route, status = response.status().as_u16(), "answered");
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;

    async fn status_of(content_type: &'static str) -> StatusCode {
        let handler = move || async move { ([(header::CONTENT_TYPE, content_type)], "x") };
        let router = Router::new().route("/", get(handler)).layer(from_fn(no_picture));
        router.oneshot(Request::new(Body::empty())).await.unwrap().status()
    }

    /// M11: even a handler that tried would not get a picture out.
    #[tokio::test]
    async fn a_picture_is_held_back() {
        for kind in ["image/png", "image/jpeg", "application/octet-stream", "multipart/form-data", "video/mp4"] {
            assert_eq!(status_of(kind).await, StatusCode::INTERNAL_SERVER_ERROR, "{kind}");
        }
        assert_eq!(status_of("application/json").await, StatusCode::OK);
        assert_eq!(status_of("text/html; charset=utf-8").await, StatusCode::OK);
    }
}
