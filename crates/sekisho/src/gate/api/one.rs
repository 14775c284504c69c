//! `GET /v1/checks/{check}`: where a check stands.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sekisho_core::id::{CheckId, SiteName};

use super::{shapes::Check, signed::Signed};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::checks::{self, ChecksError},
};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        problem(self.0).into_response()
    }
}

/// What a refusal about a check looks like.
pub(super) fn problem(error: ChecksError) -> Problem {
    let new = |status, code, title, todo| Problem::new(status, code, title, todo);
    match error {
        ChecksError::NotFound | ChecksError::Others => not_found(),
        ChecksError::Over => new(
            StatusCode::CONFLICT,
            "check_over",
            "The check has ended.",
            "Nothing is left to do; announce a new check if you need one.",
        ),
        ChecksError::NothingYet => new(
            StatusCode::CONFLICT,
            "nothing_yet",
            "No document of this check has come yet, so there is no receipt.",
            "Ask again once the state is no longer awaiting_document.",
        ),
        ChecksError::Refused => new(
            StatusCode::UNAUTHORIZED,
            "bad_signature",
            "The keeper does not accept the signature over the call.",
            "Sign the call anew with a registered key, and check the clock.",
        ),
        ChecksError::Away(away) => away.into(),
    }
}

/// No such check, or another site's: both look the same.
pub(super) fn not_found() -> Problem {
    let todo = "Check the id; another site's checks look like none.";
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such check.", todo)
}

/// What isn't this site's is told to the keeper, which sees whether somebody tries one after the other.
pub(super) fn told(gate: &Gate, site: &SiteName, check: CheckId, error: ChecksError) -> ChecksError {
    if matches!(error, ChecksError::NotFound | ChecksError::Others) {
        gate.unheard().check(site, check, error == ChecksError::Others);
    }
    error
}

/// Reads the id of a path; anything else than an id is simply not there.
pub(super) fn check_id(text: &str) -> Result<CheckId, ChecksError> {
    text.parse().map_err(|_| ChecksError::NotFound)
}

/// Says where a check stands.
#[utoipa::path(
    get,
    path = "/v1/checks/{check}",
    tag = "checks",
    params(
        ("check" = String, Path, description = "The check, `chk_…`"),
        ("Sekisho-Call" = String, Header, description = "JWS over method, path and body"),
    ),
    responses(
        (status = 200, description = "Where it stands", body = Check),
        (status = 401, description = "Not signed, or not by you", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such check of yours", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(gate): State<Gate>,
    Path(check): Path<String>,
    signed: Signed,
) -> Result<Json<Check>, Error> {
    let check = check_id(&check)?;
    let found = checks::one(gate.room(), &signed.site, check).await;
    let standing = found.map_err(|error| told(&gate, &signed.site, check, error))?;
    Ok(Json((&standing).into()))
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::CheckState;

    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn a_check_is_followed_from_announcement_to_attestation() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let path = format!("/v1/checks/{}", member.check);
        let before = gate.call("GET", &path, b"").await.json();
        assert_eq!((&before["state"], &before["documents"]), (&"awaiting_document".into(), &serde_json::json!([])));
        member.upload().await;
        let waiting = gate.call("GET", &path, b"").await.json();
        assert_eq!(waiting["state"], "in_review");
        assert_eq!(waiting["documents"][0]["kind"], "jp-driving-licence");
        gate.keeper.decide(CheckState::Approved);
        let after = gate.call("GET", &path, b"").await.json();
        assert_eq!((&after["state"], &after["reason"]), (&"approved".into(), &"old_enough".into()));
        assert!(after["attestation"].is_string());
        assert_eq!(after["viewings"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn another_sites_check_looks_like_none() {
        let gate = TestGate::with_second_site().await;
        let path = format!("/v1/checks/{}", gate.announced().await.check);
        let theirs = gate.call_as("site-b", "GET", &path, b"").await;
        let nothing = gate.call_as("site-b", "GET", "/v1/checks/chk_nothing", b"").await;
        assert_eq!((theirs.status, theirs.text()), (404, nothing.text()));
    }
}
