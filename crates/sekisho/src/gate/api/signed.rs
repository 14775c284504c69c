//! The extractor of a signed call: `Sekisho-Call: <jws>` over method, path and body.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sekisho_core::id::SiteName;
use sekisho_keeper::wire::SignedCall;

use super::knock::Knock;
use crate::{
    gate::{problem::Problem, state::Gate},
    service::{
        secret::sha256,
        site_call::{self, NotHeard},
    },
};

/// The header that carries the site's signature over the call.
pub(super) const HEADER: &str = "sekisho-call";

/// A call whose signature holds.
pub(super) struct Signed {
    /// Who calls.
    pub(super) site: SiteName,
    /// The call, for the keeper to judge again.
    pub(super) call: SignedCall,
}

/// Why a call is not heard.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unheard {
    /// The header is missing. A bearer token in its place does nothing.
    #[error("unsigned")]
    Unsigned,
    /// The body did not come whole, or is too large.
    #[error("body")]
    Body,
    /// The signature does not do.
    #[error(transparent)]
    NotHeard(#[from] NotHeard),
    /// For what the watch found; the seconds to wait.
    #[error("denied")]
    Denied(u64),
    /// Too many calls; the seconds to wait.
    #[error("too_many")]
    TooMany(u64),
}

impl From<Unheard> for Problem {
    fn from(error: Unheard) -> Self {
        let unauthorized = StatusCode::UNAUTHORIZED;
        match error {
            Unheard::Unsigned => Self::new(
                unauthorized,
                "unsigned",
                "The call carries no signature.",
                "Send the header Sekisho-Call with a JWS over method, path and body; see /v1/openapi.json.",
            ),
            Unheard::Body => too_large(),
            Unheard::NotHeard(NotHeard::Signature(error)) => Self::new(
                unauthorized,
                "bad_signature",
                "The signature over the call does not hold.",
                format!("{error}."),
            ),
            Unheard::NotHeard(NotHeard::Replayed) => Self::new(
                unauthorized,
                "replayed",
                "This signed call was used before.",
                "Sign each call anew, with a jti of its own.",
            ),
            Unheard::NotHeard(NotHeard::Away(away)) => away.into(),
            Unheard::TooMany(seconds) => too_many(seconds),
            Unheard::Denied(seconds) => denied(seconds),
        }
    }
}

/// A body that is too large for a call.
pub(super) fn too_large() -> Problem {
    let what = "The body is too large or did not come whole.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body", what, "Send at most 64 KB.")
}

/// More calls than one may make.
pub(in crate::gate) fn too_many(seconds: u64) -> Problem {
    let what = "Too many calls within this minute.";
    let todo = "Wait for the time in Retry-After.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many", what, todo).retry_after(seconds)
}

/// Somebody tried what isn't theirs.
pub(in crate::gate) fn denied(seconds: u64) -> Problem {
    let what = "Too much was asked for from here that doesn't exist or is somebody else's.";
    let todo = "Wait for the time in Retry-After; ask the operator if you don't know why.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "denied", what, todo).retry_after(seconds)
}

impl IntoResponse for Unheard {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

async fn hear(gate: &Gate, call: &SignedCall, knock: &Knock) -> Result<SiteName, Unheard> {
    let heard = site_call::hear(gate.room(), call).await;
    if let Err(NotHeard::Signature(_) | NotHeard::Replayed) = heard {
        knock.is_refused(gate, Some(&call.jws)).map_err(Unheard::Denied)?;
    }
    Ok(heard?)
}

impl FromRequest<Gate> for Signed {
    type Rejection = Unheard;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, Unheard> {
        let (parts, body) = request.into_parts();
        let knock = Knock::of(&parts);
        let Some(jws) = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()) else {
            knock.is_refused(gate, None).map_err(Unheard::Denied)?;
            return Err(Unheard::Unsigned);
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let (jws, method, path) = (jws.to_owned(), parts.method.to_string(), path.to_owned());
        let body = Bytes::from_request(Request::from_parts(parts, body), gate).await.map_err(|_| Unheard::Body)?;
        let call = SignedCall { jws, method, path, body_sha256: sha256(&body) };
        let site = hear(gate, &call, &knock).await?;
        let now = gate.room().now();
        gate.rates().count(&site, now).map_err(Unheard::TooMany)?;
        gate.unheard().denied_site(&site, now).map_or(Ok(()), |seconds| Err(Unheard::Denied(seconds)))?;
        Ok(Self { site, call })
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    /// M7: what a thief of a token has is worth nothing.
    #[tokio::test]
    async fn a_bearer_token_alone_does_nothing() {
        let gate = TestGate::new().await;
        let answer = gate.get("/v1/checks?sub=x").header("authorization", "Bearer stolen").send().await;
        assert_eq!((answer.status, answer.code()), (401, "unsigned".into()));
    }

    /// M7: a call that was overheard can't be sent again, from anywhere.
    #[tokio::test]
    async fn a_signed_call_works_once_and_not_when_bent_or_late() {
        let gate = TestGate::new().await;
        let check = gate.announced().await.check;
        let path = format!("/v1/checks/{check}");
        let jws = gate.sign_call("GET", &path, b"");
        assert_eq!(gate.get(&path).header(super::HEADER, &jws).send().await.status, 200);
        let again = gate.get(&path).header(super::HEADER, &jws).send().await;
        assert_eq!((again.status, again.code()), (401, "replayed".into()));
        let elsewhere = gate.sign_call("GET", "/v1/checks/other", b"");
        let bent = gate.get(&path).header(super::HEADER, &elsewhere).send().await;
        assert_eq!((bent.status, bent.code()), (401, "bad_signature".into()));
        let late = gate.sign_call("GET", &path, b"");
        gate.pass(121);
        assert_eq!(gate.get(&path).header(super::HEADER, &late).send().await.code(), "bad_signature");
    }

    #[tokio::test]
    async fn an_unknown_site_is_not_heard() {
        let gate = TestGate::new().await;
        let jws = gate.sign_call_as("site-b", "GET", "/v1/checks?sub=x", b"");
        let answer = gate.get("/v1/checks?sub=x").header(super::HEADER, &jws).send().await;
        assert_eq!((answer.status, answer.code()), (401, "bad_signature".into()));
    }

    #[tokio::test]
    async fn one_site_is_stopped_for_the_minute() {
        let gate = TestGate::new().await;
        let mut last = 0;
        for _ in 0..601 {
            last = gate.call("GET", "/v1/checks?sub=x", b"").await.status;
        }
        assert_eq!(last, 429);
    }
}
