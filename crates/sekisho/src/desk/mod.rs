//! The desk: what the staff see and press. One endpoint is one file.
//!
//! The desk holds no key that opens a document. What it shows, the keeper
//! released for one viewing; what it may do, the keeper decides again. So its own
//! checks (roles, forms, origins) spare the keeper questions and people mistakes,
//! and nothing rests on them alone.

mod alerts;
mod assets;
mod board;
#[cfg(test)]
mod browser_tests;
mod cause;
mod changes;
mod encoding;
mod enrol;
mod guard;
mod healthz;
mod home;
mod lang;
mod language;
pub mod metrics;
mod page;
mod problem;
mod reasons;
mod session;
mod shift;
mod sites;
mod staff;
mod state;
#[cfg(test)]
mod testing;
mod watch;
mod when;
mod witnesses;
mod work;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

pub use state::{Desk, Parts, Settings};
pub(crate) use watch::told;
pub(crate) use when::to_the_second;

use crate::front;

/// The most that a request may carry, in bytes: a site's keys are the largest thing anybody sends here.
const MAX_BODY: usize = 64 << 10;

/// Where programs stop something. They have a key of their own, and no session.
const STOPS_BY_KEY: &str = "/api/stops";

/// Every route of the desk.
///
/// The layers run from the last to the first: log, headers, problems in words,
/// and only then the door, which turns away what another site or name sent.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/enrol/{invitation}", get(enrol::page::get))
        .route("/enrol/options", post(enrol::options::post))
        .route("/enrol/finish", post(enrol::finish::post))
        .route("/shift/options", post(shift::options::post))
        .route("/shift/begin", post(shift::begin::post))
        .route("/shift/end", post(shift::end::post))
        .route("/work", get(work::overview::get))
        .route("/work/next", post(work::next::post))
        .route("/work/view", post(work::view::post).layer(from_fn(front::a_post_is_the_last)))
        .route("/work/decide", post(work::decide::post))
        .route("/staff", get(staff::list::get))
        .route("/staff/invite", post(staff::invite::post))
        .route("/staff/remove", post(staff::remove::post))
        .route("/sites", get(sites::list::get).post(sites::register::post))
        .route("/sites/budget", post(sites::budget::post))
        .route("/changes", get(changes::list::get))
        .route("/changes/policy", post(changes::policy::post))
        .route("/changes/budget", post(changes::budget::post))
        .route("/changes/{change}/options", post(changes::approve::options))
        .route("/changes/approve", post(changes::approve::post))
        .route("/changes/cancel", post(changes::cancel::post))
        .route("/changes/make", post(changes::make::post))
        .route("/watch", get(watch::board::get))
        .route("/watch/pause", post(watch::pause::post))
        .route("/watch/resume", post(watch::resume::post))
        .route("/watch/lockdown", get(watch::lockdown::get).post(watch::lockdown::post))
        .route("/watch/stops", get(watch::stops::get).post(watch::stops::post))
        .route("/watch/stops/lift", post(watch::stops::lift))
        .route("/watch/stops/reopen", post(watch::reopen::post))
        .route("/watch/scope", get(watch::scope::get).post(watch::scope::post))
        .route("/watch/time", post(watch::time::post))
        .route(STOPS_BY_KEY, post(watch::by_key::post))
        .route("/board", get(board::page::get))
        .route("/board/entry/{place}", get(board::entry::get))
        .route("/alerts", get(alerts::list::get))
        .route("/alerts/acknowledge", post(alerts::acknowledge::post))
        .route("/language", post(language::post))
        .route("/assets/{name}", get(assets::get))
        .route("/healthz", get(healthz::get))
        .fallback(problem::no_such_page)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(desk.clone(), guard::door))
        .layer(from_fn_with_state(desk.clone(), problem::in_words))
        .layer(from_fn(guard::headers))
        .layer(from_fn(guard::log))
        .with_state(desk)
}
