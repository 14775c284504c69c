//! `/check/status` and `/s/{token}`: where it stands, who looked and when, and when it is gone.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use sekisho_core::check::CheckState;
use sekisho_keeper::wire::{CheckView, DocumentView};

use super::{
    frame::{self, Frame},
    guest::Guest,
    who::{self, Looks},
    words,
};
use crate::gate::{lang::Lang, state::Gate};

struct Document {
    kind: String,
    state: String,
    received: String,
    gone: String,
    shredded: Option<String>,
}

#[derive(Template)]
#[template(path = "gate/status.html")]
struct Page {
    frame: Frame,
    state: CheckState,
    headline: String,
    reason: Option<String>,
    documents: Vec<Document>,
    viewings: Vec<String>,
    looks: Option<Looks>,
    arrivals_left: Option<u8>,
    has_receipt: bool,
    /// Who cosigned what the receipt is under, and when; nothing if there is no witness.
    witnessed: Option<Vec<(String, String)>>,
    can_withdraw: bool,
    may_send: bool,
    base: String,
    later: Option<String>,
    site: String,
    return_url: String,
    now: String,
}

/// Shows where it stands.
pub(super) async fn get(State(gate): State<Gate>, guest: Guest) -> Response {
    frame::show(StatusCode::OK, &page(&gate, guest))
}

fn page(gate: &Gate, guest: Guest) -> Page {
    let (lang, visit) = (guest.lang, &guest.visit);
    let state = visit.standing.state;
    let view = visit.standing.view.as_deref();
    let later = format!("{}/s/{}", gate.settings().origin, guest.status.text());
    Page {
        frame: Frame::new(lang),
        state,
        headline: lang.of(&words::state(state)).into(),
        reason: view.and_then(|view| view.reason).map(|reason| lang.of(&words::reason(reason)).into()),
        documents: documents(view, &guest),
        viewings: view.map_or_else(Vec::new, |view| view.viewings.iter().map(|look| lang.when(look.at)).collect()),
        looks: looks(&guest),
        arrivals_left: view.map(|view| view.arrivals_left),
        has_receipt: view.is_some_and(|view| !view.locked),
        witnessed: view.and_then(|view| witnessed(view, lang)),
        can_withdraw: !state.is_final(),
        may_send: state == CheckState::AwaitingDocument && !guest.by_link,
        later: (!guest.by_link).then_some(later),
        site: lang.of(&visit.site.title).into(),
        return_url: visit.standing.row.return_url.clone(),
        now: lang.when(visit.now),
        base: guest.base,
    }
}

fn witnessed(view: &CheckView, lang: Lang) -> Option<Vec<(String, String)>> {
    let by = view.witnessed.as_ref()?;
    Some(by.iter().map(|(witness, at)| (witness.clone(), lang.when(*at))).collect())
}

fn documents(view: Option<&CheckView>, guest: &Guest) -> Vec<Document> {
    let Some(view) = view else { return Vec::new() };
    view.documents.iter().map(|document| document_line(document, guest)).collect()
}

fn document_line(document: &DocumentView, guest: &Guest) -> Document {
    let lang: Lang = guest.lang;
    let kind = guest.visit.policy.kinds.iter().find(|kind| kind.kind == document.kind);
    Document {
        kind: kind.map_or_else(|| document.kind.to_string(), |kind| lang.of(&kind.name).into()),
        state: lang.of(&words::document(document.state)).into(),
        received: lang.when(document.received),
        gone: lang.when(document.deadline),
        shredded: document.shredded.map(|at| lang.when(at)),
    }
}

/// When somebody looks at the document that waits, if one does.
fn looks(guest: &Guest) -> Option<Looks> {
    let visit = &guest.visit;
    let waiting = visit.standing.view.as_deref().filter(|view| view.state == CheckState::InReview)?;
    let newest = waiting.documents.last()?;
    Some(who::looks(guest.lang, &visit.policy.hours, (visit.now, newest.deadline), waiting.locked))
}

#[cfg(test)]
mod tests {
    use sekisho_core::{check::CheckState, time::Timestamp};

    use crate::gate::testing::TestGate;

    /// M44: every look is listed with its time, and the time at which it is gone is absolute.
    #[tokio::test]
    async fn the_member_sees_every_look_and_when_it_is_gone() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let waiting = member.get("/check/status?lang=ja").await.plain_text();
        assert!(waiting.contains("確認しています") && waiting.contains("11月24日 19時"), "{waiting}");
        gate.pass(600);
        gate.keeper.decide(CheckState::Approved);
        let done = member.get("/check/status?lang=ja").await.plain_text();
        assert!(done.contains("確認できました") && done.contains("11月21日 19時10分"), "{done}");
        assert!(done.contains("消しました"));
    }

    #[tokio::test]
    async fn the_link_for_later_works_without_a_cookie_and_can_only_look_and_withdraw() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let page = member.get("/check/status").await;
        let link = page.text().split("/s/").nth(1).unwrap()[..43].to_owned();
        let later = gate.get(&format!("/s/{link}?lang=ja")).send().await;
        assert_eq!(later.status, 200);
        assert!(later.plain_text().contains("確認しています"));
        assert_eq!(gate.get(&format!("/s/{}", "A".repeat(43))).send().await.status, 404);
        let cookie = format!("check={link}");
        assert_eq!(gate.get("/check").header("cookie", &cookie).send().await.status, 404, "no way in to sending");
    }

    /// M16: whose signatures the receipt carries, that they are awaited, or that nobody else watches.
    #[tokio::test]
    async fn the_member_sees_which_witnesses_signed_the_receipt() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        let signed = vec![("w.example/1".to_owned(), Timestamp(1_795_240_800))];
        for (by, said) in [
            (None, "No witness signs here"),
            (Some(Vec::new()), "No witness has signed it yet"),
            (Some(signed), "the witness w.example/1 signed it too"),
        ] {
            gate.keeper.be_witnessed(by);
            let page = member.get("/check/status?lang=en").await.plain_text();
            assert!(page.contains(said), "{page}");
        }
    }

    #[tokio::test]
    async fn a_retake_leads_back_to_the_camera() {
        let gate = TestGate::new().await;
        let member = gate.member().await;
        member.upload().await;
        gate.keeper.decide(CheckState::AwaitingDocument);
        let page = member.get("/check/status?lang=ja").await;
        assert!(page.plain_text().contains("もういちど とってください"));
        assert!(page.text().contains("href=\"/check/kind\""));
    }
}
