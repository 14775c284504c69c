//! The gate: the sites' API and the members' pages, over HTTP.
//!
//! It faces the internet. There is no key in it that opens a document, and no
//! route that answers with a picture.

pub mod api;
mod assets;
mod cookie;
mod denied;
mod guard;
mod lang;
mod names;
mod pages;
mod places;
mod problem;
mod rate;
mod same_origin;
mod state;
pub mod stops;
#[cfg(test)]
pub(crate) mod testing;
mod unheard;

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};

pub use lang::Lang;
pub use problem::Problem;
pub use state::{Gate, Settings};

/// The most that a body may hold where no document is expected, in bytes.
const BODY_LIMIT: usize = 64 << 10;

/// All routes of the gate.
pub fn router(gate: Gate) -> Router {
    let pages = pages::routes(&gate);
    Router::new()
        .merge(api::routes())
        .merge(pages)
        .route("/assets/{version}/{name}", get(assets::get))
        .route("/favicon.ico", get(assets::no_mark))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(gate.clone(), stops::door))
        .layer(middleware::from_fn_with_state(gate.clone(), rate::by_address))
        .layer(middleware::from_fn(guard::log))
        .layer(middleware::from_fn(guard::no_picture))
        .layer(middleware::from_fn_with_state(gate.clone(), guard::headers))
        .with_state(gate)
}
