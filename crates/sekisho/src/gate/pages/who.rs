//! `/check`: who asks, why, under which law, and until when.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use sekisho_core::{
    calendar::hours::{self, Prospect},
    check::CheckState,
    time::Timestamp,
};

use super::{
    error,
    frame::{self, Frame},
    guest::Guest,
};
use crate::{
    gate::{lang::Lang, state::Gate},
    service::room::{Away, Ready},
};

/// Why the page can't be shown.
pub(super) struct Error(Lang, Away);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error::away(self.0, self.1)
    }
}

/// Whether anybody looks before a picture that is sent now is gone.
pub(super) enum Looks {
    /// They work now.
    Now,
    /// They begin then.
    From(String),
    /// Nobody does; come back then.
    Nobody(Option<String>),
    /// Nobody can before the service is unlocked.
    Locked,
}

#[derive(Template)]
#[template(path = "gate/who.html")]
struct Page {
    frame: Frame,
    site: String,
    age: u8,
    purpose: String,
    law: String,
    article: String,
    gone: String,
    looks: Looks,
    return_url: String,
}

/// Says it, before anything is asked for.
pub(super) async fn get(State(gate): State<Gate>, guest: Guest) -> Result<Response, Error> {
    if guest.visit.standing.state != CheckState::AwaitingDocument {
        return Ok(Redirect::to("/check/status").into_response());
    }
    let ready = gate
        .room()
        .ready_for(&guest.visit.standing.row.site, &guest.visit.policy)
        .await
        .map_err(|why| Error(guest.lang, why))?;
    Ok(frame::show(StatusCode::OK, &page(guest, &ready)))
}

fn page(guest: Guest, ready: &Ready) -> Page {
    let (lang, visit, deadline) = (guest.lang, guest.visit, ready.key.deadline);
    let basis = &visit.policy.basis;
    Page {
        frame: Frame::new(lang),
        site: lang.of(&visit.site.title).into(),
        age: visit.policy.age.at_least,
        purpose: lang.of(&basis.purpose).into(),
        law: lang.of(&basis.law).into(),
        article: lang.of(&basis.article).into(),
        gone: lang.when(deadline),
        looks: looks(lang, &visit.policy.hours, (visit.now, deadline), ready.waits),
        return_url: visit.standing.row.return_url,
    }
}

/// When somebody looks, in words.
pub(super) fn looks(
    lang: Lang,
    hours: &sekisho_core::policy::ReviewHours,
    (now, deadline): (Timestamp, Timestamp),
    locked: bool,
) -> Looks {
    match hours::prospect(hours, now, deadline) {
        Prospect::InTime { .. } if locked => Looks::Locked,
        Prospect::InTime { first, .. } if first.from <= now => Looks::Now,
        Prospect::InTime { first, .. } => Looks::From(lang.when(first.from)),
        Prospect::Unseen { come_back } => Looks::Nobody(come_back.map(|at| lang.when(at))),
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::testing::TestGate;

    /// M44, M52: who, why, which law, and an absolute time.
    #[tokio::test]
    async fn the_page_says_who_why_which_law_and_until_when() {
        let gate = TestGate::new().await;
        let page = gate.member().await.get("/check?lang=ja").await;
        let text = page.plain_text();
        for words in ["見本サイト", "18歳以上", "インターネット異性紹介事業", "11月24日 19時に 消えます"]
        {
            assert!(text.contains(words), "{words} in {text}");
        }
        let english = gate.announced_again().await.get("/check?lang=en").await;
        assert!(english.text().contains("24 November 2026, 19:00 (Japan time)"));
    }

    /// M52: nobody's picture dies unseen without their having been told.
    #[tokio::test]
    async fn when_nobody_looks_in_time_the_member_is_told_when_to_come_back() {
        let gate = TestGate::closed_for_days().await;
        let member = gate.member().await;
        let page = member.get("/check?lang=ja").await;
        assert!(page.plain_text().contains("11月28日 9時に もういちど"), "{}", page.plain_text());
        assert!(!page.text().contains("href=\"/check/kind\""));
        assert_eq!(member.get("/check/photo/jp-driving-licence").await.status, 303);
        assert_eq!(member.upload().await.status, 409);
        assert_eq!(gate.blobs(), 0);
    }

    #[tokio::test]
    async fn an_absent_keeper_is_said_before_the_camera_opens() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        gate.keeper.lock();
        for path in ["/check", "/check/kind", "/check/photo/jp-driving-licence"] {
            let page = member.get(path).await;
            assert_eq!(page.status, 503, "{path}");
            assert!(page.header("retry-after").is_some());
            assert!(!page.text().contains("type=\"file\""));
        }
    }

    /// M26, M52: the member is told before the camera opens; what they send waits, and they see that it does.
    #[tokio::test]
    async fn of_a_locked_house_the_member_is_told_before_the_camera_opens_and_may_send() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        assert_eq!(member.get("/check").await.status, 200);
        gate.keeper.let_wait();
        let page = member.get("/check?lang=ja").await;
        let text = page.plain_text();
        assert!(
            text.contains("鍵が かかっています") && text.contains("11月24日 19時までに だれも 見なければ"),
            "{text}"
        );
        assert!(page.text().contains("href=\"/check/kind\""));
        let photo = member.get("/check/photo/jp-driving-licence?lang=en").await.plain_text();
        assert!(photo.contains("The service is locked just now"), "{photo}");
        assert_eq!(member.upload().await.status, 303);
        let status = member.get("/check/status?lang=en").await.plain_text();
        assert!(status.contains("nobody can look at your picture"), "{status}");
        assert!(!status.contains("Save the receipt"), "there is none before it is unlocked");
        assert_eq!(gate.get("/healthz").send().await.code(), "locked");
    }

    /// A policy that keeps pictures for less time than they would wait: nothing is asked for.
    #[tokio::test]
    async fn what_may_not_wait_is_not_asked_for() {
        let gate = TestGate::keeping_pictures_for(5).await;
        let member = gate.member().await;
        assert_eq!(member.get("/check").await.status, 200);
        gate.keeper.let_wait();
        assert_eq!(member.get("/check").await.status, 503);
        assert_eq!(member.upload().await.status, 503);
        assert_eq!(gate.blobs(), 0);
    }

    #[tokio::test]
    async fn without_a_session_there_is_nothing_to_see() {
        let gate = TestGate::new().await;
        assert_eq!(gate.get("/check").send().await.status, 404);
        let member = gate.member().await;
        gate.pass(3601);
        assert_eq!(member.get("/check").await.status, 404);
    }
}
