//! `/check/withdraw` and `/s/{token}/withdraw`: the member ends it.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{error, guest::Guest};
use crate::{
    gate::{lang::Lang, state::Gate},
    service::{checks::ChecksError, member},
};

/// Why it was not ended.
pub(super) struct Error(Lang, ChecksError);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::checks(self.0, self.1)
    }
}

/// Ends the check and leads back to where that is shown.
pub(super) async fn post(State(gate): State<Gate>, guest: Guest) -> Result<Redirect, Error> {
    let done = member::withdraw(gate.room(), &guest.visit, &guest.status).await;
    done.map_err(|why| Error(guest.lang, why))?;
    Ok(Redirect::to(&if guest.by_link { guest.base } else { "/check/status".into() }))
}

#[cfg(test)]
mod tests {
    use sekisho_core::check::CheckState;

    use crate::gate::testing::TestGate;

    /// A18: only with the secret that lies in the member's browser; the gate itself has its hash alone.
    #[tokio::test]
    async fn a_member_withdraws_with_their_own_secret() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        assert_eq!(member.post("/check/withdraw").await.status, 303);
        assert_eq!(gate.keeper.state(), Some(CheckState::Withdrawn));
        assert!(member.get("/check/status?lang=ja").await.plain_text().contains("やめました"));
    }

    #[tokio::test]
    async fn withdrawing_before_a_document_came_ends_it_too() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.post("/check/withdraw").await.status, 303);
        assert_eq!(member.upload().await.status, 409);
    }

    #[tokio::test]
    async fn the_link_for_later_withdraws_as_well() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let text = member.get("/check/status").await.text();
        let base = format!("/s/{}", &text.split("/s/").nth(1).unwrap()[..43]);
        let done = gate.post(&format!("{base}/withdraw")).send().await;
        assert_eq!((done.status, done.header("location")), (303, Some(base.as_str())));
        assert_eq!(gate.keeper.state(), Some(CheckState::Withdrawn));
    }
}
