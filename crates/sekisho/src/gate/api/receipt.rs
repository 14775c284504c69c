//! `GET /v1/checks/{check}/receipt`: the check's events with their proofs.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use super::{one, signed::Signed};
use crate::{
    gate::{problem::Problem, state::Gate},
    service::checks::{self, ChecksError},
};

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        one::problem(self.0).into_response()
    }
}

/// Gives the receipt of a check, to be checked with `sekisho verify`.
#[utoipa::path(
    get,
    path = "/v1/checks/{check}/receipt",
    tag = "checks",
    params(
        ("check" = String, Path, description = "The check, `chk_…`"),
        ("Sekisho-Call" = String, Header, description = "JWS over method, path and body"),
    ),
    responses(
        (status = 200, description = "The receipt", body = Object),
        (status = 401, description = "Not signed, or not by you", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such check of yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No document came yet", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many calls", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(gate): State<Gate>,
    Path(check): Path<String>,
    signed: Signed,
) -> Result<Response, Error> {
    let check = one::check_id(&check)?;
    let receipt = checks::receipt(gate.room(), &signed.site, check).await;
    let receipt = receipt.map_err(|error| one::told(&gate, &signed.site, check, error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], receipt).into_response())
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn a_receipt_is_there_once_a_document_came() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let path = format!("/v1/checks/{}/receipt", member.check);
        let before = gate.call("GET", &path, b"").await;
        assert_eq!((before.status, before.code()), (409, "nothing_yet".into()));
        member.upload().await;
        let after = gate.call("GET", &path, b"").await;
        assert_eq!((after.status, after.json()["receipt"].as_str()), (200, Some("of the keeper")));
    }
}
