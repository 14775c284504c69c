//! `POST /v1/checks`: a site asks for a check.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sekisho_keeper::jose::request::RequestError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    knock::Knock,
    shapes::{self, rfc3339},
    signed::{denied, too_large, too_many},
};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::announce::{self, AnnounceError, Announcement},
};

/// The signed request object, where a client prefers JSON.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    /// The request object, compact JWS.
    request: String,
}

/// A check that was announced.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Announced {
    /// Its id, `chk_…`: the same for the same request.
    check: String,
    /// `awaiting_document`.
    state: shapes::State,
    /// Where to send the member: works once, and replaces an earlier one that was not used.
    member_url: String,
    /// Until when the first document may come, RFC 3339.
    expires: String,
}

/// Why no check was announced.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The body is not a request object.
    #[error("bad_body")]
    Body,
    /// The body is too large.
    #[error("too_large")]
    TooLarge,
    /// Too many calls; the seconds to wait.
    #[error("too_many")]
    TooMany(u64),
    /// For what the watch found; the seconds to wait.
    #[error("denied")]
    Denied(u64),
    /// The request object does not do.
    #[error(transparent)]
    Announce(#[from] AnnounceError),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Body => Self::new(
                StatusCode::BAD_REQUEST,
                "bad_body",
                "The body is not a signed request object.",
                "Send the JWS itself as application/jwt, or {\"request\": \"<jws>\"} as application/json.",
            ),
            Error::TooLarge => too_large(),
            Error::TooMany(seconds) => too_many(seconds),
            Error::Denied(seconds) => denied(seconds),
            Error::Announce(error) => refused(error),
        }
    }
}

fn refused(error: AnnounceError) -> Problem {
    match error {
        AnnounceError::Request(error) => bad_request(error),
        AnnounceError::NotInForce => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "policy_not_in_force",
            "The policy is not in force today.",
            "Ask under a policy that is; the operator lists them.",
        ),
        AnnounceError::Conflict => Problem::new(
            StatusCode::CONFLICT,
            "jti_used",
            "This jti was used for another request.",
            "Sign a new request with a jti of its own.",
        ),
        AnnounceError::Away(away) => away.into(),
    }
}

fn bad_request(error: RequestError) -> Problem {
    let (status, code) = match error {
        RequestError::Jws(_) | RequestError::UnknownSite => (StatusCode::UNAUTHORIZED, "bad_signature"),
        RequestError::Expired | RequestError::NotYet => (StatusCode::UNPROCESSABLE_ENTITY, "request_expired"),
        RequestError::Policy => (StatusCode::FORBIDDEN, "policy_not_allowed"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "bad_request"),
    };
    Problem::new(status, code, "The request object does not hold.", format!("{error}."))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

fn jws(headers: &HeaderMap, body: &Bytes) -> Result<String, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/jwt" => str::from_utf8(body).map(|text| text.trim().to_owned()).map_err(|_| Error::Body),
        "application/json" => serde_json::from_slice(body).map(|body: Body| body.request).map_err(|_| Error::Body),
        _ => Err(Error::Body),
    }
}

fn answer(gate: &Gate, made: &Announcement) -> Announced {
    Announced {
        check: made.check.to_string(),
        state: shapes::State::AwaitingDocument,
        member_url: format!("{}/m/{}", gate.settings().origin, made.link.text()),
        expires: rfc3339(made.expires),
    }
}

/// Announces a check.
///
/// The body is a request object that the site signed. The same request again is the same check, with a fresh
/// link for its member.
#[utoipa::path(
    post,
    path = "/v1/checks",
    tag = "checks",
    request_body(
        description = "The signed request object (JWS, EdDSA or ES256): iss, aud, jti, iat, exp, policy, sub, return_url",
        content((Body = "application/json"), (String = "application/jwt"))
    ),
    responses(
        (status = 201, description = "Announced", body = Announced),
        (status = 200, description = "The same request came before; the link is fresh", body = Announced),
        (status = 400, description = "Not a request object", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The signature does not hold", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not under this policy", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The jti was used for another request", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The request says something it may not, or its time is over", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nothing can be announced now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn post(
    State(gate): State<Gate>,
    knock: Knock,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<(StatusCode, Json<Announced>), Error> {
    let jws = jws(&headers, &body.map_err(|_| Error::TooLarge)?)?;
    let made = announce::announce(gate.room(), &jws).await;
    if matches!(&made, Err(AnnounceError::Request(error)) if error.is_strangers()) {
        knock.is_refused(&gate, Some(&jws)).map_err(Error::Denied)?;
    }
    let made = made?;
    gate.rates().count(&made.site, gate.room().now()).map_err(Error::TooMany)?;
    let status = if made.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(answer(&gate, &made))))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::{Ask, TestGate};

    #[tokio::test]
    async fn a_signed_request_makes_a_check_and_a_link() {
        let gate = TestGate::new().await;
        let answer = gate.announce(&gate.sign(Ask::default())).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = answer.json();
        assert_eq!(body["state"], "awaiting_document");
        assert!(body["check"].as_str().unwrap().starts_with("chk_"));
        assert!(body["member_url"].as_str().unwrap().starts_with("http://gate.localhost/m/"));
    }

    #[tokio::test]
    async fn the_same_request_is_the_same_check_with_a_fresh_link() {
        let gate = TestGate::new().await;
        let jws = gate.sign(Ask::default());
        let (first, second) = (gate.announce(&jws).await, gate.announce(&jws).await);
        assert_eq!((first.status, second.status), (201, 200));
        assert_eq!(first.json()["check"], second.json()["check"]);
        assert_ne!(first.json()["member_url"], second.json()["member_url"]);
        assert_eq!(gate.get(&gate.path_of(&first.json()["member_url"])).send().await.status, 404);
        assert_eq!(gate.get(&gate.path_of(&second.json()["member_url"])).send().await.status, 200);
    }

    #[tokio::test]
    async fn a_jti_that_served_another_request_is_refused() {
        let gate = TestGate::new().await;
        gate.announce(&gate.sign(Ask::default())).await;
        let other = gate.sign(Ask { member: b"another", ..Ask::default() });
        let answer = gate.announce(&other).await;
        assert_eq!((answer.status, answer.code()), (409, "jti_used".into()));
    }

    /// M7: neither a forged nor an old request makes work for anybody.
    #[tokio::test]
    async fn a_request_that_does_not_hold_is_refused_with_its_reason() {
        let gate = TestGate::new().await;
        let good = gate.sign(Ask::default());
        let forged = format!("{}A", &good[..good.len() - 1]);
        let rows = [
            (forged, 401, "bad_signature"),
            (gate.sign(Ask { policy: "jp-other", ..Ask::default() }), 403, "policy_not_allowed"),
            (gate.sign(Ask { return_url: "https://evil.example/", ..Ask::default() }), 422, "bad_request"),
            ("not a jws".into(), 401, "bad_signature"),
        ];
        for (jws, status, code) in rows {
            let answer = gate.announce(&jws).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code));
        }
        gate.pass(86_401);
        assert_eq!(gate.announce(&good).await.code(), "request_expired");
    }

    #[tokio::test]
    async fn json_is_taken_too_and_other_bodies_are_not() {
        let gate = TestGate::new().await;
        let json = format!("{{\"request\":\"{}\"}}", gate.sign(Ask::default()));
        let post = |kind: &'static str, body: String| gate.post("/v1/checks").header("content-type", kind).body(body);
        assert_eq!(post("application/json", json.clone()).send().await.status, 201);
        assert_eq!(post("text/plain", json).send().await.code(), "bad_body");
        assert_eq!(post("application/json", "{}".into()).send().await.code(), "bad_body");
        assert_eq!(post("application/jwt", "x".repeat(70_000)).send().await.status, 413);
    }

    #[tokio::test]
    async fn a_keeper_that_is_away_is_said_and_when_to_come_back() {
        let gate = TestGate::new().await;
        let jws = gate.sign(Ask::default());
        gate.keeper.away();
        let answer = gate.announce(&jws).await;
        assert_eq!((answer.status, answer.code()), (503, "unavailable".into()));
        assert!(answer.header("retry-after").is_some());
    }
}
