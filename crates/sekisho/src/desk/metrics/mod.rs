//! `GET /metrics`, on a listener of its own: figures in Prometheus's text format 0.0.4.
//!
//! For operators alone: the listener is off unless they name it, and it is not the one that staff use. Nothing in it is
//! about a person: no label names a member, a reviewer, a site or an address.

mod text;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};

use super::state::Desk;

/// The format's name.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The routes of that listener.
pub fn router(desk: Desk) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(desk)
}

/// The figures. A keeper that is locked or away is a figure too.
async fn metrics(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    // What collects figures is no browser: a page that somebody was lured to gets nothing.
    if headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let answer = desk.ask(DeskRequest::Figures).await;
    let body = match answer {
        Ok(DeskAnswer::Figures(figures)) => text::of(Some(&figures), &desk.installation().processes()),
        Ok(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(_) => text::of(None, &desk.installation().processes()),
    };
    ([(header::CONTENT_TYPE, FORMAT), (header::CACHE_CONTROL, "no-store")], body).into_response()
}
