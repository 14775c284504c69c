//! What sites call.

mod announce;
mod healthz;
mod jwks;
mod knock;
mod left;
mod list;
mod one;
mod openapi;
mod receipt;
mod shapes;
mod signed;
mod well_known;
mod withdraw;

use axum::{
    Router,
    routing::{get, post},
};

pub(super) use knock::Shut;
pub use openapi::document;
pub(super) use signed::{denied, too_many};

use super::state::Gate;

/// The routes of the API. A test holds them against the document.
pub(super) fn routes() -> Router<Gate> {
    Router::new()
        .route("/v1/checks", post(announce::post).get(list::get))
        .route("/v1/checks/{check}", get(one::get))
        .route("/v1/checks/{check}/withdraw", post(withdraw::post))
        .route("/v1/checks/{check}/receipt", get(receipt::get))
        .route("/v1/members/{sub}/left", post(left::post))
        .route("/v1/openapi.json", get(openapi::get))
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/.well-known/sekisho", get(well_known::get))
        .route("/healthz", get(healthz::get))
}
