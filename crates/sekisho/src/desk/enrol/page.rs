//! `GET /enrol/{invitation}`: where an invited person makes their passkey.
//!
//! Showing the page uses nothing up: mail programs open links before people do.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use sekisho_keeper::wire::Refusal;

use super::is_invitation;
use crate::desk::{
    cause::Cause,
    lang::Lang,
    page::{Frame, page},
    state::Desk,
};

#[derive(Template)]
#[template(path = "desk/enrol.html")]
struct Enrol {
    frame: Frame,
    invitation: String,
}

/// Shows the page.
pub(crate) async fn get(
    State(desk): State<Desk>,
    lang: Lang,
    Path(invitation): Path<String>,
) -> Result<Response, Cause> {
    if !is_invitation(&invitation) {
        return Err(Refusal::BadInvitation.into());
    }
    let frame = Frame::open(&desk, lang, &format!("/enrol/{invitation}"));
    page(&Enrol { frame, invitation })
}

#[cfg(test)]
mod tests {
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn showing_the_page_asks_the_keeper_nothing() {
        let desk = TestDesk::new();
        let answer = desk.get("/enrol/abc_DEF-1").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("data-invitation=\"abc_DEF-1\""));
        assert!(desk.keeper.asked().is_empty());
    }

    #[tokio::test]
    async fn what_can_not_be_an_invitation_is_not_repeated() {
        let answer = TestDesk::new().get("/enrol/%22%3E%3Cscript%3E").await;
        assert_eq!(answer.status, 410);
        assert!(!answer.body.contains("\"><script>"));
    }
}
