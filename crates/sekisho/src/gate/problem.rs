//! Errors as programs read them: problem+json (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::room::Away;

/// Seconds after which it is worth asking again when the keeper is away.
const AWAY_SECONDS: u64 = 30;

/// An error: what it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of error, `urn:sekisho:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// The error, for programs. Stable.
    pub code: String,
    /// What it is, in one sentence.
    pub title: String,
    /// What to do.
    pub detail: String,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem.
    pub fn new(status: StatusCode, code: &str, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:sekisho:problem:{code}"),
            status: status.as_u16(),
            code: code.into(),
            title: title.into(),
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// The same, with a time after which to ask again, in seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl From<Away> for Problem {
    fn from(away: Away) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        match away {
            Away::Locked => Self::new(
                status,
                "locked",
                "The service is locked: it holds no keys now.",
                "Try again later. The operator has to unlock it.",
            ),
            Away::Stopped => return super::stops::stopped(),
            Away::NoSpace => Self::new(
                status,
                "no_space",
                "The service has no room for another document now.",
                "Try again after the time in Retry-After. The operator has to make room.",
            ),
            Away::Unavailable | Away::Stranger => Self::new(
                status,
                "unavailable",
                "The service can't answer now.",
                "Try again after the time in Retry-After.",
            ),
        }
        .retry_after(AWAY_SECONDS)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after.map(HeaderValue::from);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        retry_after.map(|seconds| headers.insert(header::RETRY_AFTER, seconds));
        response
    }
}
