//! `POST /shift/options`: what a browser needs to prove presence.

use axum::{Json, extract::State};
use sekisho_keeper::wire::{DeskAnswer, DeskRequest, ShiftOptions};
use serde::Serialize;

use crate::desk::{
    cause::Cause,
    encoding::Bytes,
    session::Maybe,
    state::{Desk, misplaced},
};

/// How long a browser waits for the person, in milliseconds.
const TIMEOUT: u32 = 120_000;

/// The answer: WebAuthn's own JSON, and the ceremony that it belongs to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    ceremony: Bytes,
    public_key: PublicKey,
}

/// `PublicKeyCredentialRequestOptionsJSON` (WebAuthn level 3, 5.1.9).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublicKey {
    challenge: Bytes,
    rp_id: String,
    user_verification: &'static str,
    timeout: u32,
}

/// Asks the keeper for a challenge: for a new shift, or for the one that this browser has.
pub(crate) async fn post(State(desk): State<Desk>, Maybe(signed): Maybe) -> Result<Json<Options>, Cause> {
    let shift = signed.map(|signed| signed.shift.token.clone());
    let DeskAnswer::ShiftOptions(options) = desk.ask(DeskRequest::ShiftOptions { shift }).await? else {
        return Err(misplaced());
    };
    Ok(Json(options.into()))
}

impl From<ShiftOptions> for Options {
    fn from(options: ShiftOptions) -> Self {
        Self {
            ceremony: options.ceremony.as_slice().into(),
            public_key: PublicKey {
                challenge: options.challenge.as_slice().into(),
                rp_id: options.rp_id,
                user_verification: "required",
                timeout: TIMEOUT,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use serde_json::json;

    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn a_new_shift_and_one_that_goes_on_are_told_apart() {
        let mut desk = TestDesk::new();
        assert_eq!(desk.post_json("/shift/options", &json!({})).await.status, 200);
        assert!(desk.keeper.asked()[0].contains("shift: None"));
        desk.sign_in(Role::Reviewer).await;
        assert_eq!(desk.post_json("/shift/options", &json!({})).await.status, 200);
        assert!(desk.keeper.asked().last().unwrap().contains("shift: Some"));
    }
}
