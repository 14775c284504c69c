//! Pages for when something does not work: what it is, and what to do.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::frame::{self, Frame};
use crate::{
    gate::lang::Lang,
    service::{checks::ChecksError, member::NoVisit, room::Away},
};

/// What does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The link or session is unknown, used or over.
    LinkOver,
    /// A form of another site's page.
    ForeignForm,
    /// Nothing can be taken in now.
    Away,
    /// The service is locked.
    Locked,
    /// Somebody responsible stopped it for now.
    Stopped,
    /// Too many at once.
    Busy,
    /// Nothing more is left to do in this check.
    CheckOver,
    /// There is no receipt yet.
    NoReceiptYet,
}

#[derive(Template)]
#[template(path = "gate/error.html")]
struct Page {
    frame: Frame,
    kind: Kind,
}

/// The page for it.
pub(crate) fn page(lang: Lang, status: StatusCode, kind: Kind) -> Response {
    frame::show(status, &Page { frame: Frame::new(lang), kind })
}

/// The page for when the keeper is away: 503, with a time to come back.
pub(super) fn away(lang: Lang, away: Away) -> Response {
    let kind = match away {
        Away::Locked => Kind::Locked,
        Away::Stopped => Kind::Stopped,
        _ => Kind::Away,
    };
    later(page(lang, StatusCode::SERVICE_UNAVAILABLE, kind), 60)
}

/// The page for what was stopped: 503, with a time to come back.
pub(crate) fn stopped(lang: Lang) -> Response {
    away(lang, Away::Stopped)
}

/// The page for when too many send at once: 503, with a time to come back.
pub(super) fn busy(lang: Lang) -> Response {
    later(page(lang, StatusCode::SERVICE_UNAVAILABLE, Kind::Busy), 5)
}

fn later(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The page for who does not get in.
pub(super) fn no_visit(lang: Lang, error: NoVisit) -> Response {
    match error {
        NoVisit::Unknown => page(lang, StatusCode::NOT_FOUND, Kind::LinkOver),
        NoVisit::Away(reason) => away(lang, reason),
    }
}

/// The page for what can't be done with a check.
pub(super) fn checks(lang: Lang, error: ChecksError) -> Response {
    match error {
        ChecksError::Away(reason) => away(lang, reason),
        ChecksError::NothingYet => page(lang, StatusCode::CONFLICT, Kind::NoReceiptYet),
        ChecksError::Over => page(lang, StatusCode::CONFLICT, Kind::CheckOver),
        ChecksError::NotFound | ChecksError::Others | ChecksError::Refused => {
            page(lang, StatusCode::NOT_FOUND, Kind::LinkOver)
        }
    }
}
