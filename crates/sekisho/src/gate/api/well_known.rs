//! `GET /.well-known/sekisho`: what to pin and what to verify with.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    gate::{problem::Problem, state::Gate},
    service::room::Away,
};

/// What this Sekisho is known by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct About {
    /// The keeper's id, the `aud` of all that sites sign.
    keeper: String,
    /// The ledger's verifier key (C2SP signed-note).
    ledger_key: String,
    /// The verifier keys of the witnesses that cosign the ledger (C2SP tlog-cosignature). None: whoever operates this
    /// could rewrite it unseen.
    witness_keys: Vec<String>,
    /// The Ed25519 key that signs intake keys, base64url.
    intake_identity: String,
    /// Whether this is a test installation.
    test: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct Error(#[from] Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self.0).into_response()
    }
}

/// Says what to pin and what to verify with.
#[utoipa::path(
    get,
    path = "/.well-known/sekisho",
    tag = "trust",
    responses(
        (status = 200, description = "Ids and keys", body = About),
        (status = 503, description = "Nobody can answer now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(State(gate): State<Gate>) -> Result<Json<About>, Error> {
    let (room, status) = (gate.room(), gate.room().status().await?);
    let directory = room.directory().await?;
    Ok(Json(About {
        keeper: room.pinned.keeper.to_string(),
        ledger_key: directory.ledger_key,
        witness_keys: directory.witness_keys,
        intake_identity: Base64UrlUnpadded::encode_string(&room.pinned.identity),
        test: status.test,
    }))
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    #[tokio::test]
    async fn what_to_pin_is_said() {
        let gate = TestGate::new().await;
        let about = gate.get("/.well-known/sekisho").send().await.json();
        assert!(about["keeper"].as_str().unwrap().starts_with("kpr_"));
        assert_eq!(about["test"], true);
        assert_eq!(about["witness_keys"], serde_json::json!([]));
        assert_eq!(about["intake_identity"].as_str().unwrap().len(), 43);
    }
}
