//! What a witness serves over HTTP.

mod add_checkpoint;
mod checkpoint;
mod home;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use sekisho_core::ledger::add_checkpoint::{MAX_LEN, PATH};

use super::Witness;

/// The routes of `witness`; submission and monitoring prefix are the same.
pub fn router(witness: Witness) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/{origin_hash}/checkpoint", get(checkpoint::get))
        .route(PATH, post(add_checkpoint::post))
        .layer(DefaultBodyLimit::max(MAX_LEN))
        .with_state(witness)
}
