//! `POST /shift/begin`: the browser's proof; a session begins.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use sekisho_keeper::wire::{Assertion, DeskAnswer, DeskRequest, Shift};
use serde::{Deserialize, Serialize};

use super::whence::Whence;
use crate::{
    desk::{
        cause::Cause,
        encoding::{Bytes, FromScript},
        page::home_of,
        session::{Maybe, set_cookie},
        state::{Desk, misplaced},
    },
    service::desk_sessions::Signed,
};

/// What `navigator.credentials.get` gave.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Proof {
    ceremony: Bytes,
    credential: Bytes,
    client_data: Bytes,
    authenticator_data: Bytes,
    signature: Bytes,
}

impl Proof {
    /// The ceremony that it belongs to, and what the passkey answered.
    pub(crate) fn parts(self) -> Result<([u8; 16], Assertion), Cause> {
        let ceremony = self.ceremony.sixteen().ok_or(Cause::BadForm)?;
        let assertion = Assertion {
            credential: self.credential.0,
            client_data: self.client_data.0,
            authenticator_data: self.authenticator_data.0,
            signature: self.signature.0,
        };
        Ok((ceremony, assertion))
    }
}

/// Where the browser goes next.
#[derive(Serialize)]
pub(crate) struct Begun {
    pub(crate) next: &'static str,
}

/// Hands the proof to the keeper and a new session to the browser.
pub(crate) async fn post(
    State(desk): State<Desk>,
    Maybe(before): Maybe,
    Whence(from): Whence,
    FromScript(proof): FromScript<Proof>,
) -> Result<Response, Cause> {
    let (ceremony, assertion) = proof.parts()?;
    let DeskAnswer::Shift(shift) = desk.ask(DeskRequest::BeginShift { ceremony, assertion, from }).await? else {
        return Err(misplaced());
    };
    desk.learn_time().await?;
    let next = home_of(shift.staff.role);
    let cookie = begin(&desk, before, shift).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Begun { next })).into_response())
}

/// Always a new session, so that nobody can be handed one that somebody else knows.
async fn begin(desk: &Desk, before: Option<Signed>, mut shift: Shift) -> Result<header::HeaderValue, Cause> {
    // The keeper hands a shift's token out once: whoever goes on with a shift has it from before.
    if let Some(before) = before.as_ref().filter(|before| before.shift.id == shift.id) {
        shift.token = before.shift.token.clone();
    }
    let (now, until, id) = (desk.now(), shift.until, shift.id);
    let text = desk.sessions().begin(shift, desk.draw_secret(), now).await?;
    if let Some(before) = before {
        leave(desk, before, id, &text).await?;
    }
    set_cookie(desk, &text, until.since(now))
}

/// Ends the session from before. Its assignment comes along if the shift is the same one that goes on.
async fn leave(desk: &Desk, before: Signed, id: sekisho_core::id::ShiftId, text: &str) -> Result<(), Cause> {
    desk.sessions().end(before.hash).await?;
    if before.shift.id != id {
        // It may be over already; then nothing is left to end.
        let _ = desk.ask(DeskRequest::EndShift(before.shift.token.clone())).await;
    } else if let Some(after) = desk.sessions().find(text, desk.now()).await? {
        desk.sessions().hold(after.hash, before.present);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::Role;
    use sekisho_keeper::wire::Refusal;

    use crate::desk::testing::{TestDesk, proof};

    #[tokio::test]
    async fn a_proof_that_holds_begins_a_session_that_only_this_host_gets() {
        let desk = TestDesk::new();
        let answer = desk.post_json("/shift/begin", &proof(Role::Reviewer)).await;
        assert_eq!(answer.json()["next"], "/work");
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"));
    }

    #[tokio::test]
    async fn under_tls_the_cookie_is_secure_and_bound_to_the_host() {
        let desk = TestDesk::at("https://desk.example.jp");
        let answer = desk.post_json("/shift/begin", &proof(Role::Officer)).await;
        assert!(answer.header("set-cookie").starts_with("__Host-sekisho-desk="));
        assert!(answer.header("set-cookie").contains("; Secure"));
    }

    #[tokio::test]
    async fn a_proof_that_does_not_hold_begins_nothing() {
        let desk = TestDesk::new();
        desk.keeper.refuse(Refusal::BadPasskey);
        let answer = desk.post_json("/shift/begin", &proof(Role::Reviewer)).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
    }

    #[tokio::test]
    async fn beginning_again_ends_the_session_before() {
        let mut desk = TestDesk::new();
        desk.sign_in(Role::Reviewer).await;
        let before = desk.cookie();
        desk.sign_in(Role::Reviewer).await;
        assert_ne!(before, desk.cookie());
        let answer = desk.send("GET", "/work", &[("cookie", &before)], "").await;
        assert_eq!(answer.status, 401);
    }
}
