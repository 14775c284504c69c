//! `POST /check/photo/arrival`: how a body comes in. For `sekisho doctor`, which looks whether a proxy spools bodies.
//!
//! It lies where pictures come in, so that a proxy that treats those apart treats this the same. What comes is counted
//! and dropped; nothing is kept, and nothing depends on who asks.

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use serde::Serialize;
use tokio::time::Instant;

/// The most that is taken, in bytes.
const LIMIT: u64 = 64 << 10;

/// How a body came in.
#[derive(Debug, Serialize)]
pub(super) struct Arrival {
    /// Its bytes.
    bytes: u64,
    /// In how many pieces they were read.
    pieces: u64,
    /// Milliseconds between the first piece and the end.
    spread_ms: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// More than is taken.
    #[error("too_large")]
    TooLarge,
    /// It broke off.
    #[error("broken_off")]
    BrokenOff,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::BrokenOff => StatusCode::BAD_REQUEST,
        }
        .into_response()
    }
}

/// Reads a body to its end and says how it came.
pub(super) async fn post(mut body: Body) -> Result<Json<Arrival>, Error> {
    let (mut bytes, mut pieces, mut first) = (0, 0, None);
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| Error::BrokenOff)?.into_data() else { continue };
        first.get_or_insert_with(Instant::now);
        (bytes, pieces) = (bytes + piece.len() as u64, pieces + 1);
        if bytes > LIMIT {
            return Err(Error::TooLarge);
        }
    }
    let spread = first.map_or(Duration::ZERO, |first| first.elapsed());
    Ok(Json(Arrival { bytes, pieces, spread_ms: spread.as_millis().try_into().unwrap_or(u64::MAX) }))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn what_comes_is_counted_and_too_much_is_refused() {
        let gate = TestGate::new().await;
        let sent = |length: usize| gate.post("/check/photo/arrival").body(vec![0; length]).send();
        let told = sent(5000).await.json();
        assert_eq!((told["bytes"].as_u64(), told["spread_ms"].as_u64()), (Some(5000), Some(0)));
        assert_eq!(sent(0).await.json()["pieces"], 0);
        assert_eq!(sent((64 << 10) + 1).await.status, 413);
    }
}
