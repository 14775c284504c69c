//! `POST /v1/members/{sub}/left`: a member left the site.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{one, signed::Signed};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::checks::{self, ChecksError},
};

/// What leaving set in motion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Left {
    /// Checks whose tie to the member goes after the policy's days.
    checks: u64,
}

/// Why nothing was noted.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        one::problem(self.0).into_response()
    }
}

/// Notes that a member left. Their links stop working; what ties checks to them goes after the policy's days.
#[utoipa::path(
    post,
    path = "/v1/members/{sub}/left",
    tag = "members",
    params(
        ("sub" = String, Path, description = "The site's own reference to the member"),
        ("Sekisho-Call" = String, Header, description = "JWS over method, path and body"),
    ),
    responses(
        (status = 200, description = "Noted", body = Left),
        (status = 401, description = "Not signed, or not by you", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn post(
    State(gate): State<Gate>,
    Path(sub): Path<String>,
    Signed { site, call }: Signed,
) -> Result<Json<Left>, Error> {
    Ok(Json(Left { checks: checks::left(gate.room(), &site, sub, call).await? }))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    /// M10
    #[tokio::test]
    async fn who_left_gets_in_no_more_and_is_forgotten_after_the_policys_days() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let sub = gate.sub(b"member");
        let answer = gate.call("POST", &format!("/v1/members/{sub}/left"), b"").await;
        assert_eq!(answer.json()["checks"], 1, "{}", answer.text());
        assert_eq!(member.get("/check").await.status, 404);
        let list = format!("/v1/checks?sub={sub}");
        gate.pass(89 * 86_400);
        gate.sweep().await;
        assert_eq!(gate.call("GET", &list, b"").await.json()["checks"].as_array().unwrap().len(), 1);
        gate.pass(86_400);
        gate.sweep().await;
        assert_eq!(gate.call("GET", &list, b"").await.json()["checks"].as_array().unwrap().len(), 0);
        assert!(!gate.database_holds(sub.as_bytes()), "secure_delete");
    }
}
