//! `POST /enrol/options`: what a browser needs to make a passkey for an invitation.

use axum::{Json, extract::State};
use sekisho_core::check::Role;
use sekisho_keeper::wire::{self, DeskAnswer, DeskRequest, Refusal};
use serde::{Deserialize, Serialize};

use super::is_invitation;
use crate::desk::{
    cause::Cause,
    encoding::{Bytes, FromScript},
    state::{Desk, misplaced},
};

/// How long a browser waits for the person, in milliseconds.
const TIMEOUT: u32 = 120_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    invitation: String,
}

/// The answer: WebAuthn's own JSON, and the ceremony that it belongs to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    ceremony: Bytes,
    role: Role,
    public_key: PublicKey,
}

/// `PublicKeyCredentialCreationOptionsJSON` (WebAuthn level 3, 5.1.8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicKey {
    rp: Party,
    user: User,
    challenge: Bytes,
    pub_key_cred_params: [Parameter; 2],
    authenticator_selection: Selection,
    attestation: &'static str,
    timeout: u32,
}

#[derive(Serialize)]
struct Party {
    id: String,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Bytes,
    name: String,
    display_name: String,
}

#[derive(Serialize)]
struct Parameter {
    r#type: &'static str,
    alg: i8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    user_verification: &'static str,
}

impl From<wire::EnrolOptions> for Options {
    fn from(options: wire::EnrolOptions) -> Self {
        let wire::EnrolOptions { ceremony, challenge, rp_id, user, name, role } = options;
        // ES256 and EdDSA, by their COSE numbers: what the keeper verifies.
        let parameter = |alg| Parameter { r#type: "public-key", alg };
        Self {
            ceremony: ceremony.as_slice().into(),
            role,
            public_key: PublicKey {
                rp: Party { id: rp_id, name: "Sekisho" },
                user: User { id: user.as_slice().into(), name: name.clone(), display_name: name },
                challenge: challenge.as_slice().into(),
                pub_key_cred_params: [parameter(-7), parameter(-8)],
                authenticator_selection: Selection { resident_key: "required", user_verification: "required" },
                attestation: "none",
                timeout: TIMEOUT,
            },
        }
    }
}

/// Asks the keeper for a challenge.
pub(crate) async fn post(
    State(desk): State<Desk>,
    FromScript(asked): FromScript<Asked>,
) -> Result<Json<Options>, Cause> {
    if !is_invitation(&asked.invitation) {
        return Err(Refusal::BadInvitation.into());
    }
    match desk.ask(DeskRequest::EnrolOptions { invitation: asked.invitation }).await? {
        DeskAnswer::EnrolOptions(options) => Ok(Json(options.into())),
        _ => Err(misplaced()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::desk::testing::{INVITATION, TestDesk};

    #[tokio::test]
    async fn a_browser_gets_what_it_needs_for_a_passkey_that_verifies_its_user() {
        let answer = TestDesk::new().post_json("/enrol/options", &json!({ "invitation": INVITATION })).await;
        let options = answer.json();
        assert_eq!(options["publicKey"]["rp"]["id"], "desk.localhost");
        assert_eq!(options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["publicKey"]["pubKeyCredParams"][0]["alg"], -7);
        assert_eq!(options["publicKey"]["challenge"].as_str().unwrap().len(), 43);
    }

    #[tokio::test]
    async fn a_used_invitation_says_what_to_do() {
        let answer = TestDesk::new().post_json("/enrol/options", &json!({ "invitation": "used" })).await;
        assert_eq!(answer.status, 410);
        assert_eq!(answer.json()["code"], "bad_invitation");
    }
}
