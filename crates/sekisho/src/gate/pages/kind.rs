//! `/check/kind`: which document.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::{
    calendar::{Day, text},
    check::CheckState,
    policy::AcceptedKind,
};

use super::{
    error,
    frame::{self, Frame},
    guest::Guest,
};
use crate::{
    gate::{lang::Lang, state::Gate},
    service::room::Away,
};

/// Why the page can't be shown.
pub(super) struct Error(Lang, Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::away(self.0, self.1)
    }
}

struct Choice {
    kind: String,
    name: String,
    /// The day on which it ceased to be accepted, if it did.
    ended: Option<String>,
}

#[derive(Template)]
#[template(path = "gate/kind.html")]
struct Page {
    frame: Frame,
    choices: Vec<Choice>,
}

/// Shows what the policy accepts. What it no longer accepts is shown with the date, not left out: M2.
pub(super) async fn get(State(gate): State<Gate>, guest: Guest) -> Result<Response, Error> {
    if guest.visit.standing.state != CheckState::AwaitingDocument {
        return Ok(Redirect::to("/check/status").into_response());
    }
    gate.room()
        .ready_for(&guest.visit.standing.row.site, &guest.visit.policy)
        .await
        .map_err(|why| Error(guest.lang, why))?;
    let today = Day::of(guest.visit.now);
    let choices = guest.visit.policy.kinds.iter().map(|kind| choice(kind, guest.lang, today)).collect();
    Ok(frame::show(StatusCode::OK, &Page { frame: Frame::new(guest.lang), choices }))
}

fn choice(kind: &AcceptedKind, lang: Lang, today: Day) -> Choice {
    let ended = kind.valid_to.filter(|last| *last < today);
    let day = |day| if lang.ja() { text::day_ja(day) } else { text::day_en(day) };
    Choice { kind: kind.kind.to_string(), name: lang.of(&kind.name).into(), ended: ended.map(day) }
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    /// M2: an ended kind is refused with the date.
    #[tokio::test]
    async fn what_is_accepted_is_offered_and_what_ended_says_when() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        let page = member.get("/check/kind?lang=ja").await;
        assert!(page.text().contains("/check/photo/jp-driving-licence"));
        assert!(!page.text().contains("/check/photo/jp-health-insurance-card"));
        assert!(page.plain_text().contains("2025年12月1日"));
        assert_eq!(member.get("/check/photo/jp-health-insurance-card").await.status, 303);
        let sent = member.upload_as("jp-health-insurance-card").await;
        assert_eq!((sent.status, sent.header("location")), (303, Some("/check/kind")));
        assert_eq!(gate.blobs(), 0);
    }
}
