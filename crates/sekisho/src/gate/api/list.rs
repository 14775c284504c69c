//! `GET /v1/checks?sub=`: the checks of one member.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{one, shapes::Check, signed::Signed};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::checks::{self, ChecksError},
};

/// Whose checks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// The site's own reference to the member, as its requests say it.
    sub: String,
}

/// Checks of one member.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checks {
    /// Newest first, 50 at most.
    checks: Vec<Check>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// `sub` is missing, or something else came with it.
    #[error("bad_query")]
    Query,
    /// See there.
    #[error(transparent)]
    Checks(#[from] ChecksError),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Query => {
                let todo = "Send exactly one parameter, sub.";
                Problem::new(StatusCode::BAD_REQUEST, "bad_query", "The query names no member.", todo).into_response()
            }
            Self::Checks(error) => one::problem(error).into_response(),
        }
    }
}

/// Lists the checks of one member.
#[utoipa::path(
    get,
    path = "/v1/checks",
    tag = "checks",
    params(Whose, ("Sekisho-Call" = String, Header, description = "JWS over method, path and body")),
    responses(
        (status = 200, description = "The checks of that member", body = Checks),
        (status = 400, description = "No `sub`", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed, or not by you", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(gate): State<Gate>,
    query: Result<Query<Whose>, QueryRejection>,
    signed: Signed,
) -> Result<Json<Checks>, Error> {
    let Query(whose) = query.map_err(|_| Error::Query)?;
    let found = checks::of_member(gate.room(), &signed.site, whose.sub).await?;
    Ok(Json(Checks { checks: found.iter().map(Into::into).collect() }))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::{Ask, TestGate};

    #[tokio::test]
    async fn a_member_has_their_own_checks_and_nobody_elses() {
        let gate = TestGate::with_second_site().await;
        let first = gate.announced().await;
        gate.announce(&gate.sign(Ask { member: b"another", jti: "ffffffffffffffff", ..Ask::default() })).await;
        let path = format!("/v1/checks?sub={}", gate.sub(b"member"));
        let mine = gate.call("GET", &path, b"").await.json();
        assert_eq!(mine["checks"].as_array().unwrap().len(), 1);
        assert_eq!(mine["checks"][0]["check"], first.check.to_string());
        let theirs = gate.call_as("site-b", "GET", &path, b"").await.json();
        assert_eq!(theirs["checks"].as_array().unwrap().len(), 0);
        assert_eq!(gate.call("GET", "/v1/checks", b"").await.code(), "bad_query");
    }
}
