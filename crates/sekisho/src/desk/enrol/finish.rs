//! `POST /enrol/finish`: the browser's new passkey.

use axum::{Json, extract::State};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest};
use serde::{Deserialize, Serialize};

use crate::desk::{
    cause::Cause,
    encoding::{Bytes, FromScript},
    state::{Desk, misplaced},
};

/// What `navigator.credentials.create` gave.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Made {
    ceremony: Bytes,
    client_data: Bytes,
    attestation: Bytes,
}

/// Where the browser goes next.
#[derive(Serialize)]
pub(crate) struct Enrolled {
    next: &'static str,
}

/// Hands the passkey to the keeper.
pub(crate) async fn post(
    State(desk): State<Desk>,
    FromScript(made): FromScript<Made>,
) -> Result<Json<Enrolled>, Cause> {
    let ceremony = made.ceremony.sixteen().ok_or(Cause::BadForm)?;
    let request = DeskRequest::Enrol { ceremony, client_data: made.client_data.0, attestation: made.attestation.0 };
    match desk.ask(request).await? {
        DeskAnswer::Enrolled(_) => Ok(Json(Enrolled { next: "/?after=enrolled" })),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn a_ceremony_that_the_keeper_does_not_know_enrols_nobody() {
        let made = json!({ "ceremony": "A".repeat(22), "clientData": "AA", "attestation": "AA" });
        let answer = TestDesk::new().post_json("/enrol/finish", &made).await;
        assert_eq!(answer.json()["code"], "bad_passkey");
    }

    #[tokio::test]
    async fn a_ceremony_of_another_length_is_not_sent_on() {
        let desk = TestDesk::new();
        let made = json!({ "ceremony": "AA", "clientData": "AA", "attestation": "AA" });
        assert_eq!(desk.post_json("/enrol/finish", &made).await.status, 422);
        assert!(desk.keeper.asked().is_empty());
    }
}
