//! `POST /v1/checks/{check}/withdraw`: a site ends a check.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{one, signed::Signed};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::checks::{self, ChecksError},
};

/// Why it was not withdrawn.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        one::problem(self.0).into_response()
    }
}

/// Withdraws a check; a document that waits is shredded.
#[utoipa::path(
    post,
    path = "/v1/checks/{check}/withdraw",
    tag = "checks",
    params(
        ("check" = String, Path, description = "The check, `chk_…`"),
        ("Sekisho-Call" = String, Header, description = "JWS over method, path and body"),
    ),
    responses(
        (status = 204, description = "Withdrawn, now or before"),
        (status = 401, description = "Not signed, or not by you", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such check of yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has ended already", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn post(
    State(gate): State<Gate>,
    Path(check): Path<String>,
    Signed { site, call }: Signed,
) -> Result<StatusCode, Error> {
    let check = one::check_id(&check)?;
    let withdrawn = checks::withdraw(gate.room(), &site, check, call).await;
    withdrawn.map_err(|error| one::told(&gate, &site, check, error))?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::CheckState;

    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn a_site_withdraws_before_and_after_a_document_came() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let path = format!("/v1/checks/{}/withdraw", member.check);
        assert_eq!(gate.call("POST", &path, b"").await.status, 204);
        assert_eq!(gate.call("POST", &path, b"").await.status, 204, "twice is once");
        assert_eq!(gate.keeper.state(), Some(CheckState::Withdrawn));
        assert_eq!(gate.call("GET", &path.replace("/withdraw", ""), b"").await.json()["state"], "withdrawn");
    }

    #[tokio::test]
    async fn a_check_without_a_document_ends_for_its_member_too() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let path = format!("/v1/checks/{}/withdraw", member.check);
        assert_eq!(gate.call("POST", &path, b"").await.status, 204);
        assert_eq!(member.upload().await.status, 409);
        assert_eq!(gate.keeper.documents(), 0);
    }

    #[tokio::test]
    async fn what_was_decided_stays_decided() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        gate.keeper.decide(CheckState::Approved);
        let answer = gate.call("POST", &format!("/v1/checks/{}/withdraw", member.check), b"").await;
        assert_eq!((answer.status, answer.code()), (409, "check_over".into()));
    }
}
